package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
)

const (
	workers  = 8
	pageSize = 500
	// The label that tells this program's objects from those every namespace has, and its tenths.
	shardLabel = "shard"
)

func name(i int) string { return fmt.Sprintf("object-%05d", i) }

func object(i int) *corev1.ConfigMap {
	labels := map[string]string{shardLabel: fmt.Sprint(i % 10)}
	return &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Name: name(i), Labels: labels},
		Data:       map[string]string{"value": "first"},
	}
}

// each calls act for every number of the half-open range, some at a time, and answers with the first error.
func each(from, to int, act func(i int) error) error {
	numbers := make(chan int)
	errors := make(chan error, workers)
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			var first error
			for i := range numbers {
				if err := act(i); err != nil && first == nil {
					first = err
				}
			}
			errors <- first
		})
	}
	for i := from; i < to; i++ {
		numbers <- i
	}
	close(numbers)
	group.Wait()
	close(errors)
	for err := range errors {
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *run) add(ctx context.Context, from, to int) error {
	maps := r.client.CoreV1().ConfigMaps(r.namespace)
	return each(from, to, func(i int) error {
		_, err := maps.Create(ctx, object(i), metav1.CreateOptions{})
		return err
	})
}

func (r *run) create(ctx context.Context) error {
	if err := r.add(ctx, 0, r.objects); err != nil {
		return err
	}
	fmt.Printf("created %d objects\n", r.objects)
	return nil
}

// page lists all by pages while more objects come, which a page of the same list must not show.
func (r *run) page(ctx context.Context) error {
	maps := r.client.CoreV1().ConfigMaps(r.namespace)
	seen, pages, versions := map[string]int{}, 0, map[string]bool{}
	options := metav1.ListOptions{LabelSelector: shardLabel, Limit: pageSize}
	for {
		list, err := maps.List(ctx, options)
		if err != nil {
			return err
		}
		pages++
		versions[list.ResourceVersion] = true
		for i := range list.Items {
			seen[list.Items[i].Name]++
		}
		if pages == 1 {
			if err := r.add(ctx, r.objects, r.objects+100); err != nil {
				return err
			}
		}
		if list.Continue == "" {
			break
		}
		options.Continue = list.Continue
	}
	twice := 0
	for _, times := range seen {
		if times > 1 {
			twice++
		}
	}
	fmt.Printf("%d pages of %d versions: %d objects, %d of them twice\n", pages, len(versions), len(seen), twice)
	if err := each(r.objects, r.objects+100, func(i int) error {
		return maps.Delete(ctx, name(i), metav1.DeleteOptions{})
	}); err != nil {
		return err
	}
	return r.cached(ctx)
}

// cached waits until a list from the server's cache, which is what an informer begins with, has come as far as the writes.
func (r *run) cached(ctx context.Context) error {
	maps := r.client.CoreV1().ConfigMaps(r.namespace)
	return wait.PollUntilContextCancel(ctx, 100*time.Millisecond, true, func(ctx context.Context) (bool, error) {
		list, err := maps.List(ctx, metav1.ListOptions{LabelSelector: shardLabel, ResourceVersion: "0"})
		return err == nil && len(list.Items) == r.objects, err
	})
}

package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/tools/cache"
)

const changed = 200

// handler keeps who came, changed and went; a set, since a list anew tells all of them once more.
type handler struct {
	mutex               sync.Mutex
	came, changed, went map[string]bool
}

func newHandler() *handler {
	return &handler{came: map[string]bool{}, changed: map[string]bool{}, went: map[string]bool{}}
}

func (h *handler) OnAdd(added any, _ bool) { h.note(h.came, added) }

func (h *handler) OnUpdate(before, after any) {
	if before.(*corev1.ConfigMap).ResourceVersion != after.(*corev1.ConfigMap).ResourceVersion {
		h.note(h.changed, after)
	}
}

func (h *handler) OnDelete(gone any) {
	if last, ok := gone.(cache.DeletedFinalStateUnknown); ok {
		gone = last.Obj
	}
	h.note(h.went, gone)
}

func (h *handler) note(set map[string]bool, object any) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	set[object.(*corev1.ConfigMap).Name] = true
}

func (h *handler) counts() (int, int, int) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return len(h.came), len(h.changed), len(h.went)
}

func (r *run) inform(ctx context.Context) error {
	factory := informers.NewSharedInformerFactoryWithOptions(r.client, 0, informers.WithNamespace(r.namespace),
		informers.WithTweakListOptions(func(options *metav1.ListOptions) { options.LabelSelector = shardLabel }))
	informer := factory.Core().V1().ConfigMaps().Informer()
	byShard := cache.Indexers{shardLabel: func(object any) ([]string, error) {
		return []string{object.(*corev1.ConfigMap).Labels[shardLabel]}, nil
	}}
	if err := informer.AddIndexers(byShard); err != nil {
		return err
	}
	seen := newHandler()
	registration, err := informer.AddEventHandler(seen)
	if err != nil {
		return err
	}
	stop, cancel := context.WithCancel(ctx)
	defer factory.Shutdown()
	defer cancel()
	factory.Start(stop.Done())
	if !cache.WaitForCacheSync(ctx.Done(), registration.HasSynced) {
		return fmt.Errorf("the informer did not come to know all: %w", ctx.Err())
	}
	r.tell("at first", informer.GetIndexer(), seen)
	if err := r.change(ctx, "second", informer.GetIndexer(), seen); err != nil {
		return err
	}
	r.tell("after changes", informer.GetIndexer(), seen)
	return r.relist(ctx, informer.GetIndexer(), seen)
}

// relist has the informer's watch refused as expired, which it answers with a list anew, and goes on from there.
func (r *run) relist(ctx context.Context, index cache.Indexer, seen *handler) error {
	select {
	case <-r.watches.cut():
	case <-ctx.Done():
		return fmt.Errorf("the informer did not watch again: %w", ctx.Err())
	}
	maps := r.client.CoreV1().ConfigMaps(r.namespace)
	last := r.objects + 2*changed - 1
	if err := maps.Delete(ctx, name(last), metav1.DeleteOptions{}); err != nil {
		return err
	}
	if err := r.add(ctx, last+1, last+2); err != nil {
		return err
	}
	err := wait.PollUntilContextCancel(ctx, 50*time.Millisecond, true, func(context.Context) (bool, error) {
		came, _, went := seen.counts()
		return came == r.objects+changed+1 && went == changed+1, nil
	})
	if err != nil {
		return fmt.Errorf("the informer did not come to know what is new after its list: %w", err)
	}
	r.tell("after it was too late", index, seen)
	return nil
}

// change updates some objects, removes some and adds some, and waits until the informer holds what was written.
func (r *run) change(ctx context.Context, value string, index cache.Indexer, seen *handler) error {
	maps := r.client.CoreV1().ConfigMaps(r.namespace)
	err := each(0, changed, func(i int) error {
		altered := object(i)
		altered.Data["value"] = value
		_, err := maps.Update(ctx, altered, metav1.UpdateOptions{})
		return err
	})
	if err != nil {
		return err
	}
	err = each(changed, 2*changed, func(i int) error { return maps.Delete(ctx, name(i), metav1.DeleteOptions{}) })
	if err != nil {
		return err
	}
	if err := r.add(ctx, r.objects+changed, r.objects+2*changed); err != nil {
		return err
	}
	return wait.PollUntilContextCancel(ctx, 50*time.Millisecond, true, func(context.Context) (bool, error) {
		came, updated, went := seen.counts()
		return came == r.objects+changed && updated == changed && went == changed && len(index.List()) == r.objects, nil
	})
}

func (r *run) tell(when string, index cache.Indexer, seen *handler) {
	came, updated, went := seen.counts()
	shards := map[string]int{}
	for _, shard := range index.ListIndexFuncValues(shardLabel) {
		held, _ := index.ByIndex(shardLabel, shard)
		shards[shard] = len(held)
	}
	values := map[string]int{}
	for _, held := range index.List() {
		values[held.(*corev1.ConfigMap).Data["value"]]++
	}
	names := index.ListKeys()
	slices.Sort(names)
	fmt.Printf("%s: holds %d of %v by shard %v, from %s to %s; %d came, %d changed, %d went\n", when, len(names), values,
		shards, names[0], names[len(names)-1], came, updated, went)
}

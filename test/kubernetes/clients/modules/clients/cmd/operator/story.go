package main

import (
	"context"
	"fmt"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// story is what is done to the operator's objects, in order, each line of it printed when it has come true.
type story struct {
	client.Client
	namespace string
	start     func(ctx context.Context, name string) (*operator, error)
}

func (s *story) tell(ctx context.Context) error {
	definition := siteDefinition()
	if err := s.define(ctx, definition); err != nil {
		return err
	}
	first, err := s.start(ctx, "first")
	if err != nil {
		return err
	}
	select {
	case <-first.elected:
	case err := <-first.ended:
		return fmt.Errorf("the first operator ended: %w", err)
	}
	second, err := s.start(ctx, "second")
	if err != nil {
		return err
	}
	for _, chapter := range []func(context.Context) error{s.live, s.refuse, s.heal} {
		if err := chapter(ctx); err != nil {
			return err
		}
	}
	if err := s.handOver(ctx, first, second); err != nil {
		return err
	}
	if err := s.leave(ctx); err != nil {
		return err
	}
	second.stop()
	if err := <-second.ended; err != nil {
		return fmt.Errorf("the second operator did not end well: %w", err)
	}
	if err := s.Delete(ctx, definition); err != nil {
		return err
	}
	return s.until(ctx, "the end of the definition", func() (bool, error) {
		err := s.Get(ctx, client.ObjectKeyFromObject(definition), definition)
		return apierrors.IsNotFound(err), client.IgnoreNotFound(err)
	})
}

func (s *story) define(ctx context.Context, definition *apiextensionsv1.CustomResourceDefinition) error {
	if err := s.Create(ctx, definition); err != nil {
		return err
	}
	return s.until(ctx, "an established definition", func() (bool, error) {
		if err := s.Get(ctx, client.ObjectKeyFromObject(definition), definition); err != nil {
			return false, err
		}
		for _, condition := range definition.Status.Conditions {
			if condition.Type == apiextensionsv1.Established && condition.Status == apiextensionsv1.ConditionTrue {
				return true, nil
			}
		}
		return false, nil
	})
}

func (s *story) live(ctx context.Context) error {
	site := newSite(s.namespace, "shop")
	if err := s.Create(ctx, site); err != nil {
		return err
	}
	fmt.Printf("created: %d replicas by default, generation %d\n", replicasOf(site), site.GetGeneration())
	if err := s.settled(ctx, site, 1); err != nil {
		return err
	}
	deployment := &appsv1.Deployment{}
	if err := s.Get(ctx, client.ObjectKeyFromObject(site), deployment); err != nil {
		return err
	}
	for _, owner := range deployment.OwnerReferences {
		fmt.Printf("owned by %s %s %s, controller %t, the same uid %t\n", owner.APIVersion, owner.Kind, owner.Name,
			*owner.Controller, owner.UID == site.GetUID())
	}
	before := site.DeepCopy()
	setReplicas(site, 3)
	if err := s.Patch(ctx, site, client.MergeFrom(before)); err != nil {
		return err
	}
	return s.settled(ctx, site, 3)
}

// settled waits until the status tells of this many ready pods for the newest generation, and prints it.
func (s *story) settled(ctx context.Context, site *unstructured.Unstructured, ready int64) error {
	err := s.until(ctx, fmt.Sprintf("%d ready pods of %s", ready, site.GetName()), func() (bool, error) {
		if err := s.Get(ctx, client.ObjectKeyFromObject(site), site); err != nil {
			return false, err
		}
		told, _, _ := unstructured.NestedInt64(site.Object, "status", "ready")
		observed, _, _ := unstructured.NestedInt64(site.Object, "status", "observedGeneration")
		return told == ready && observed == site.GetGeneration(), nil
	})
	if err == nil {
		fmt.Printf("%s: finalizers %v, status %v\n", site.GetName(), site.GetFinalizers(), site.Object["status"])
	}
	return err
}

func (s *story) refuse(ctx context.Context) error {
	wrong := newSite(s.namespace, "wrong")
	setReplicas(wrong, 9)
	fmt.Printf("too many replicas: %v\n", s.Create(ctx, wrong))
	site := newSite(s.namespace, "shop")
	if err := s.Get(ctx, client.ObjectKeyFromObject(site), site); err != nil {
		return err
	}
	stale := site.DeepCopy()
	stale.SetResourceVersion("1")
	err := s.Update(ctx, stale)
	fmt.Printf("a stale update: conflict %t: %v\n", apierrors.IsConflict(err), err)
	through := client.RawPatch("application/merge-patch+json", []byte(`{"status":{"ready":7}}`))
	if err := s.Patch(ctx, site, through); err != nil {
		return err
	}
	fmt.Printf("a status through the object itself: %v\n", site.Object["status"])
	setReplicas(site, 9)
	if err := s.Status().Update(ctx, site); err != nil {
		return err
	}
	fmt.Printf("a spec through the status: %d replicas, generation %d\n", replicasOf(site), site.GetGeneration())
	return nil
}

// heal removes what the operator owns, which comes back.
func (s *story) heal(ctx context.Context) error {
	deployment := &appsv1.Deployment{}
	key := client.ObjectKey{Namespace: s.namespace, Name: "shop"}
	if err := s.Get(ctx, key, deployment); err != nil {
		return err
	}
	gone := deployment.GetUID()
	if err := s.Delete(ctx, deployment, client.PropagationPolicy(metav1.DeletePropagationForeground)); err != nil {
		return err
	}
	err := s.until(ctx, "a new Deployment", func() (bool, error) {
		err := s.Get(ctx, key, deployment)
		return err == nil && deployment.GetUID() != gone, client.IgnoreNotFound(err)
	})
	if err != nil {
		return err
	}
	return s.settled(ctx, newSite(s.namespace, "shop"), 3)
}

// handOver stops the leader; the one who waited takes over.
func (s *story) handOver(ctx context.Context, first, second *operator) error {
	select {
	case <-second.elected:
		return fmt.Errorf("both operators lead")
	default:
	}
	first.stop()
	if err := <-first.ended; err != nil {
		return fmt.Errorf("the first operator did not end well: %w", err)
	}
	select {
	case <-second.elected:
	case err := <-second.ended:
		return fmt.Errorf("the second operator ended: %w", err)
	}
	lease := &coordinationv1.Lease{}
	if err := s.Get(ctx, client.ObjectKey{Namespace: s.namespace, Name: "site-operator"}, lease); err != nil {
		return err
	}
	fmt.Printf("handed over: transitions %d\n", *lease.Spec.LeaseTransitions)
	site := newSite(s.namespace, "blog")
	setReplicas(site, 2)
	if err := s.Create(ctx, site); err != nil {
		return err
	}
	return s.settled(ctx, site, 2)
}

// leave deletes the sites while an operator is there to let them go.
func (s *story) leave(ctx context.Context) error {
	for _, name := range []string{"shop", "blog"} {
		key := client.ObjectKey{Namespace: s.namespace, Name: name}
		site := newSite(s.namespace, name)
		if err := s.Delete(ctx, site); err != nil {
			return err
		}
		for _, object := range []client.Object{site, &appsv1.Deployment{}} {
			err := s.until(ctx, "the end of the site and of what it owned", func() (bool, error) {
				err := s.Get(ctx, key, object)
				return apierrors.IsNotFound(err), client.IgnoreNotFound(err)
			})
			if err != nil {
				return err
			}
		}
		note := &corev1.ConfigMap{}
		if err := s.Get(ctx, client.ObjectKey{Namespace: s.namespace, Name: "farewell-" + name}, note); err != nil {
			return err
		}
		fmt.Printf("gone, and left behind: %s\n", note.Name)
	}
	return nil
}

func (s *story) until(ctx context.Context, what string, isReached func() (bool, error)) error {
	err := wait.PollUntilContextCancel(ctx, 100*time.Millisecond, true, func(context.Context) (bool, error) { return isReached() })
	if err != nil {
		return fmt.Errorf("waited in vain for %s: %w", what, err)
	}
	return nil
}

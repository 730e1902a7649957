package main

import (
	"context"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
)

// reconciler keeps a Deployment for each Site, says in its status how many pods are ready and who leads, and leaves a
// ConfigMap behind when it goes.
type reconciler struct {
	client.Client
	name string
}

func (r *reconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	site := newSite(request.Namespace, request.Name)
	if err := r.Get(ctx, request.NamespacedName, site); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if !site.GetDeletionTimestamp().IsZero() {
		return ctrl.Result{}, r.farewell(ctx, site)
	}
	if controllerutil.AddFinalizer(site, finalizer) {
		if err := r.Update(ctx, site); err != nil {
			return ctrl.Result{}, err
		}
	}
	deployment := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: site.GetNamespace(), Name: site.GetName()}}
	_, err := controllerutil.CreateOrUpdate(ctx, r.Client, deployment, func() error { return r.shape(site, deployment) })
	if err != nil {
		return ctrl.Result{}, err
	}
	return ctrl.Result{}, r.report(ctx, site, deployment)
}

func (r *reconciler) shape(site *unstructured.Unstructured, deployment *appsv1.Deployment) error {
	labels := map[string]string{"site": site.GetName()}
	replicas := int32(replicasOf(site))
	deployment.Spec.Replicas = &replicas
	deployment.Spec.Selector = &metav1.LabelSelector{MatchLabels: labels}
	deployment.Spec.Template.Labels = labels
	if len(deployment.Spec.Template.Spec.Containers) == 0 {
		deployment.Spec.Template.Spec.Containers = []corev1.Container{{Name: "web", Image: "nginx:1.27"}}
	}
	return controllerutil.SetControllerReference(site, deployment, r.Scheme())
}

func (r *reconciler) report(ctx context.Context, site *unstructured.Unstructured, deployment *appsv1.Deployment) error {
	before := site.DeepCopy()
	site.Object["status"] = map[string]any{
		"ready":              int64(deployment.Status.ReadyReplicas),
		"observedGeneration": site.GetGeneration(),
		"leader":             r.name,
	}
	return r.Status().Patch(ctx, site, client.MergeFrom(before))
}

func (r *reconciler) farewell(ctx context.Context, site *unstructured.Unstructured) error {
	note := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: site.GetNamespace(), Name: "farewell-" + site.GetName()}}
	if err := r.Create(ctx, note); err != nil && !apierrors.IsAlreadyExists(err) {
		return err
	}
	if controllerutil.RemoveFinalizer(site, finalizer) {
		return client.IgnoreNotFound(r.Update(ctx, site))
	}
	return nil
}

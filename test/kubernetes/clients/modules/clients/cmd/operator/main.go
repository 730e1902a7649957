// Runs two copies of an operator of controller-runtime against a cluster, and tells how its objects fare: the same on every Kubernetes.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/go-logr/logr"
	appsv1 "k8s.io/api/apps/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/config"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

const deadline = 6 * time.Minute

func main() {
	// The library has a flag --kubeconfig of its own.
	namespace := flag.String("namespace", "", "namespace of the objects, which must exist")
	flag.Parse()
	ctrl.SetLogger(logr.Discard())
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	if err := operate(ctx, *namespace); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func operate(ctx context.Context, namespace string) error {
	access, err := ctrl.GetConfig()
	if err != nil {
		return err
	}
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientscheme.AddToScheme, apiextensionsv1.AddToScheme} {
		if err := add(scheme); err != nil {
			return err
		}
	}
	direct, err := client.New(access, client.Options{Scheme: scheme})
	if err != nil {
		return err
	}
	s := &story{Client: direct, namespace: namespace}
	s.start = func(ctx context.Context, name string) (*operator, error) {
		return startOperator(ctx, access, scheme, namespace, name)
	}
	return s.tell(ctx)
}

// operator is one running copy.
type operator struct {
	elected <-chan struct{}
	stop    context.CancelFunc
	ended   <-chan error
}

func startOperator(ctx context.Context, access *rest.Config, scheme *runtime.Scheme, namespace, name string) (*operator, error) {
	// Long, so that a busy machine deposes nobody; the one who stops lets go at once.
	lease, renewal, retry := 2*time.Minute, time.Minute, time.Second
	again := true
	manager, err := ctrl.NewManager(access, ctrl.Options{
		Scheme:                        scheme,
		Cache:                         cache.Options{DefaultNamespaces: map[string]cache.Config{namespace: {}}},
		Metrics:                       server.Options{BindAddress: "0"},
		Controller:                    config.Controller{SkipNameValidation: &again},
		LeaderElection:                true,
		LeaderElectionID:              "site-operator",
		LeaderElectionNamespace:       namespace,
		LeaderElectionReleaseOnCancel: true,
		LeaseDuration:                 &lease,
		RenewDeadline:                 &renewal,
		RetryPeriod:                   &retry,
	})
	if err != nil {
		return nil, err
	}
	reconciler := &reconciler{Client: manager.GetClient(), name: name}
	err = ctrl.NewControllerManagedBy(manager).For(newSite("", "")).Owns(&appsv1.Deployment{}).Complete(reconciler)
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- manager.Start(ctx) }()
	return &operator{elected: manager.Elected(), stop: stop, ended: ended}, nil
}

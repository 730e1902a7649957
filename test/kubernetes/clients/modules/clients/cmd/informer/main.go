// Fills a namespace, follows it by shared informers of client-go, and tells what they saw: the same on every Kubernetes.
package main

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"time"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

const deadline = 8 * time.Minute

type run struct {
	client    kubernetes.Interface
	namespace string
	objects   int
	watches   *turningBack
}

func main() {
	kubeconfig := flag.String("kubeconfig", "", "kubeconfig of the cluster")
	namespace := flag.String("namespace", "", "namespace to fill, which must exist")
	objects := flag.Int("objects", 10_000, "how many objects to follow, a multiple of 1,000")
	flag.Parse()
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	if err := follow(ctx, *kubeconfig, *namespace, *objects); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func follow(ctx context.Context, kubeconfig, namespace string, objects int) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	watches := &turningBack{}
	config.QPS = -1
	config.Wrap(func(next http.RoundTripper) http.RoundTripper {
		watches.next = next
		return watches
	})
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	r := &run{client: client, namespace: namespace, objects: objects, watches: watches}
	for _, step := range []func(context.Context) error{r.create, r.page, r.inform} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Command registry serves an image registry on the address of its argument, with blobs in the folder of its second.
package main

import (
	"log"
	"net/http"
	"os"

	"github.com/google/go-containerregistry/pkg/registry"
)

func main() {
	blobs := registry.NewDiskBlobHandler(os.Args[2])
	log.Fatal(http.ListenAndServe(os.Args[1], registry.New(registry.WithBlobHandler(blobs))))
}

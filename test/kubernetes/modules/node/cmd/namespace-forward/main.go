// Command namespace-forward listens where it is started and passes each connection on to an
// address inside another network namespace. It prints the address it listens on, and ends when its standard input does.
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

const dialDeadline = 10 * time.Second

func main() {
	namespace := flag.String("namespace", "", "path of the network namespace")
	listen := flag.String("listen", "127.0.0.1:0", "address and port to listen on")
	to := flag.String("to", "", "address and port in it")
	flag.Parse()
	inside, err := os.Open(*namespace)
	if err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(listener.Addr())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	for {
		connection, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go forward(connection.(*net.TCPConn), int(inside.Fd()), *to)
	}
}

func forward(outer *net.TCPConn, namespace int, to string) {
	defer outer.Close()
	inner, err := dialInside(namespace, to)
	if err != nil {
		log.Print(err)
		return
	}
	defer inner.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		copyToEnd(inner, outer)
	}()
	copyToEnd(outer, inner)
	<-done
}

func copyToEnd(to, from *net.TCPConn) {
	_, _ = io.Copy(to, from)
	_ = to.CloseWrite()
}

// dialInside makes the socket on a thread that is in the namespace for as long as that takes; the socket stays in it.
func dialInside(namespace int, to string) (*net.TCPConn, error) {
	type dialled struct {
		connection *net.TCPConn
		err        error
	}
	result := make(chan dialled, 1)
	go func() {
		// Never unlocked, so that the thread ends with the function and no other code runs in the namespace.
		runtime.LockOSThread()
		if err := unix.Setns(namespace, unix.CLONE_NEWNET); err != nil {
			result <- dialled{nil, fmt.Errorf("cannot enter the network namespace: %w", err)}
			return
		}
		connection, err := net.DialTimeout("tcp", to, dialDeadline)
		if err != nil {
			result <- dialled{nil, err}
			return
		}
		result <- dialled{connection.(*net.TCPConn), nil}
	}()
	answer := <-result
	return answer.connection, answer.err
}

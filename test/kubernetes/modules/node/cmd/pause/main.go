// Command pause does nothing until it is told to end: the process that holds the namespaces of a pod, and those of the
// whole node. As process 1 it reaps what is left to it. With -until-input-closes it ends when its standard input does.
package main

import (
	"flag"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	untilInputCloses := flag.Bool("until-input-closes", false, "end when standard input is closed")
	flag.Parse()
	if *untilInputCloses {
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			os.Exit(0)
		}()
	}
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGCHLD)
	for received := range signals {
		if received != syscall.SIGCHLD {
			return
		}
		for {
			if pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil); err != nil || pid <= 0 {
				break
			}
		}
	}
}

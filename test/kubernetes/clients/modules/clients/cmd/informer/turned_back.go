package main

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
)

const expired = `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Expired","code":410,"message":"too old resource version"}`

// turningBack passes requests on, and can end the watches under way and have the next be too late, as after a long sleep: no server
// forgets soon enough for a test to wait for it.
type turningBack struct {
	next http.RoundTripper

	mutex   sync.Mutex
	waiting chan struct{}
	ends    []context.CancelFunc
}

// cut ends all watches; the channel it answers with closes when the next one has been turned back.
func (t *turningBack) cut() <-chan struct{} {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.waiting = make(chan struct{})
	for _, end := range t.ends {
		end()
	}
	t.ends = nil
	return t.waiting
}

func (t *turningBack) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.Method != http.MethodGet || request.URL.Query().Get("watch") == "" {
		return t.next.RoundTrip(request)
	}
	ctx, end := context.WithCancel(request.Context())
	request = request.Clone(ctx)
	if t.keep(end) {
		return &http.Response{
			Status:     "410 Gone",
			StatusCode: http.StatusGone,
			Proto:      "HTTP/1.1",
			ProtoMajor: 1,
			ProtoMinor: 1,
			Header:     http.Header{"Content-Type": []string{"application/json"}},
			Body:       io.NopCloser(strings.NewReader(expired)),
			Request:    request,
		}, nil
	}
	return t.next.RoundTrip(request)
}

// keep remembers how a watch ends; true for the one that is to be turned back.
func (t *turningBack) keep(end context.CancelFunc) bool {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.ends = append(t.ends, end)
	isTooLate := t.waiting != nil
	if isTooLate {
		close(t.waiting)
	}
	t.waiting = nil
	return isTooLate
}

package status_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/sweepd/sweepd/internal/status"
)

// A request under way when the daemon ends is answered.
func TestAnAnswerThatWasBegunIsFinished(t *testing.T) {
	asked, end := make(chan struct{}), make(chan struct{})
	h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(asked)
		<-end
		_, _ = io.WriteString(w, "the answer")
	})
	l := listen(t, "127.0.0.1:0")
	ctx, cancel := context.WithCancel(t.Context())
	served, got := make(chan error, 1), make(chan string, 1)
	go func() { served <- status.Serve(ctx, h, l) }()
	go func() {
		resp, err := http.Get("http://" + l.Addr().String())
		if err != nil {
			got <- err.Error()
			return
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		got <- string(b)
		if err != nil {
			t.Error(err)
		}
	}()
	<-asked
	cancel()
	for { // until the door is closed
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			break
		}
		c.Close()
	}
	close(end)
	if err := <-served; err != nil {
		t.Error(err)
	}
	if text := <-got; text != "the answer" {
		t.Errorf("got %q", text)
	}
}

// closing is a listener that calls closed when it is closed, by a server at the end of its Serve.
type closing struct {
	net.Listener
	closed func()
}

func (c closing) Close() error {
	c.closed()
	return c.Listener.Close()
}

func TestAListenerThatFailsIsToldWhenTheOthersHaveEnded(t *testing.T) {
	broken, good := listen(t, "127.0.0.1:0"), listen(t, "127.0.0.1:0")
	if err := broken.Close(); err != nil {
		t.Fatal(err)
	}
	failed, fail := context.WithCancel(t.Context())
	broken = closing{broken, fail}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	d := &daemon{port: good.Addr().String()}
	go func() { served <- status.Serve(ctx, http.NotFoundHandler(), broken, good) }()
	if code, _ := d.ask(t, false, "GET", "/", ""); code != 404 {
		t.Errorf("got %d", code)
	}
	<-failed.Done() // a failure after the end is none
	cancel()
	if err := <-served; !errors.Is(err, net.ErrClosed) {
		t.Errorf("got %v", err)
	}
}

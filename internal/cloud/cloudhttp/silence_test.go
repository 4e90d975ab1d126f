package cloudhttp_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
)

// wires are a network in memory. In a bubble of testing/synctest time passes only when everything waits for it, and
// what waits for a wire does: no machine is so busy that a service seems to be silent.
type wires struct {
	dialled chan net.Conn
	closed  chan struct{}
}

func (w *wires) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case w.dialled <- far:
		return near, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept implements net.Listener.
func (w *wires) Accept() (net.Conn, error) {
	select {
	case c := <-w.dialled:
		return c, nil
	case <-w.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener; the server calls it once.
func (w *wires) Close() error {
	close(w.closed)
	return nil
}

// Addr implements net.Listener.
func (w *wires) Addr() net.Addr { return &net.UnixAddr{Name: "wires", Net: "pipe"} }

// serveInBubble is serve over wires. It returns the network to the service, too.
func serveInBubble(t *testing.T, steps ...http.HandlerFunc) (*service, http.RoundTripper) {
	t.Helper()
	s, w := &service{steps: steps}, &wires{make(chan net.Conn), make(chan struct{})}
	server := &http.Server{Handler: s}
	go func() { _ = server.Serve(w) }()
	t.Cleanup(func() { _ = server.Close() })
	return s, &http.Transport{DialContext: w.dial}
}

func TestAServiceThatGoesSilentIsGivenUp(t *testing.T) {
	for _, path := range []string{"/none", "/half"} {
		synctest.Test(t, func(t *testing.T) {
			over := make(chan struct{})
			defer close(over)
			s, base := serveInBubble(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/half" {
					w.Header().Set("Content-Length", "10")
					_, _ = io.WriteString(w, "half")
					w.(http.Flusher).Flush()
				}
				<-over
			})
			tr, _ := accountOver(t, base, cloudhttp.Options{Tries: 2, Timeout: 20 * time.Second})
			begin := time.Now()
			_, err := send(t.Context(), tr, "GET", "http://service"+path, "")
			if !errors.Is(err, os.ErrDeadlineExceeded) || !errors.Is(err, cloudhttp.Unavailable) ||
				errors.Is(err, context.Canceled) {
				t.Errorf("%s: got %v", path, err)
			}
			if len(s.requests()) != 2 || time.Since(begin) != 40*time.Second {
				t.Errorf("%s: sent %d times within %v, want 2 times 20 s", path, len(s.requests()), time.Since(begin))
			}
			_, err = send(t.Context(), tr, "DELETE", "http://service"+path, "")
			if !errors.Is(err, cloudhttp.ErrUnknownOutcome) || len(s.requests()) != 3 {
				t.Errorf("%s: got %v after %d requests", path, err, len(s.requests()))
			}
		})
	}
}

// Silence counts from the last byte that came.
func TestASlowServiceIsNotSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, base := serveInBubble(t, func(w http.ResponseWriter, _ *http.Request) {
			for range 10 {
				time.Sleep(19 * time.Second)
				_, _ = io.WriteString(w, "byte")
				w.(http.Flusher).Flush()
			}
		})
		tr, _ := accountOver(t, base, cloudhttp.Options{Tries: 1, Timeout: 20 * time.Second})
		if got, err := send(t.Context(), tr, "GET", "http://service/", ""); err != nil || len(got) != 40 {
			t.Errorf("got %d bytes, %v; want all 40", len(got), err)
		}
	})
}

func TestABodyThatIsStreamedMayBeReadAsSlowlyAsTheCallerLikes(t *testing.T) {
	big := bytes.Repeat([]byte("picture "), 1<<18) // 2 MiB: more than is read ahead
	synctest.Test(t, func(t *testing.T) {
		_, base := serveInBubble(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(big) })
		tr, _ := accountOver(t, base, cloudhttp.Options{Timeout: 20 * time.Second})
		resp, err := (&http.Client{Transport: tr}).Get("http://service/")
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		first := make([]byte, 10)
		if _, err := io.ReadFull(resp.Body, first); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour) // the caller thinks
		rest, err := io.ReadAll(resp.Body)
		if err != nil || !bytes.Equal(append(first, rest...), big) {
			t.Errorf("got %d bytes, %v", len(rest), err)
		}
	})
}

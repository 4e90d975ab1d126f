package status

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"log"
	"net"
	"net/http"
	"sync"
	"time"

	"golang.org/x/net/netutil"
)

// mostStrangers is the maximum number of connections to ports at once, so that other users of the machine cannot use
// up the file descriptors that a sweep needs.
const mostStrangers = 32

// Serve serves h at the listeners until ctx ends, completes the answers under way for at most three seconds, and
// closes the listeners. All its goroutines have ended when it returns. It returns the errors of failed listeners
// once the others have ended: one that fails does not stop them.
func Serve(ctx context.Context, h http.Handler, listeners ...net.Listener) error {
	return serve(ctx, h, nil, listeners)
}

// ServeTLS is Serve by TLS. A request without TLS gets 400.
func ServeTLS(ctx context.Context, h http.Handler, config *tls.Config, listeners ...net.Listener) error {
	return serve(ctx, h, config, listeners)
}

func serve(ctx context.Context, h http.Handler, config *tls.Config, listeners []net.Listener) error {
	server := &http.Server{
		ErrorLog: log.New(failures{}, "", 0),
		Handler:  h, MaxHeaderBytes: 16 << 10,
		// There is no ReadTimeout: it would end a profile, and a reload.
		ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute,
	}
	errs := make([]error, len(listeners)+1)
	var wg sync.WaitGroup
	for i, l := range listeners {
		if l.Addr().Network() != "unix" {
			l = netutil.LimitListener(l, mostStrangers)
		}
		if config != nil {
			l = tls.NewListener(l, config) // outside of the limit, or the server does not see that it is TLS
		}
		wg.Go(func() {
			if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
				errs[i] = err
			}
		})
	}
	<-ctx.Done()
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer cancel()
	if server.Shutdown(last) != nil {
		errs[len(listeners)] = server.Close()
	}
	wg.Wait()
	return errors.Join(errs...)
}

// failures passes on what a server logs, such as a panic, without the handshakes that have failed: anybody can make any
// number of those.
type failures struct{}

func (failures) Write(line []byte) (int, error) {
	if !bytes.HasPrefix(line, []byte("http: TLS handshake error")) {
		log.Print(string(line))
	}
	return len(line), nil
}

package status

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"golang.org/x/net/netutil"
)

// mostStrangers is how many connections from a port there are at once, so that
// nobody on the machine can use up the files that a sweep needs to open.
const mostStrangers = 32

// Serve serves h at the listeners until ctx ends, lets whoever is being answered
// have their answer, and closes the listeners. When it returns, nothing of it
// runs any more. That a listener fails is an error, once the others have ended.
func Serve(ctx context.Context, h http.Handler, listeners ...net.Listener) error {
	server := &http.Server{
		Handler: h, MaxHeaderBytes: 16 << 10,
		ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute, // no ReadTimeout: it would end a profile, and a reload
	}
	errs := make([]error, len(listeners)+1)
	var wg sync.WaitGroup
	for i, l := range listeners {
		if l.Addr().Network() != "unix" {
			l = netutil.LimitListener(l, mostStrangers)
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

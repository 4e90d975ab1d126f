package status

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

// Serve serves h at the listeners until ctx ends, lets whoever is being answered
// have their answer, and closes the listeners. When it returns, nothing of it
// runs any more. That a listener fails is an error, once the others have ended.
func Serve(ctx context.Context, h http.Handler, listeners ...net.Listener) error {
	server := &http.Server{
		Handler: h, MaxHeaderBytes: 16 << 10,
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, IdleTimeout: time.Minute,
	}
	errs := make([]error, len(listeners), len(listeners)+1)
	var wg sync.WaitGroup
	for i, l := range listeners {
		wg.Go(func() {
			if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
				errs[i] = err
			}
		})
	}
	<-ctx.Done()
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if server.Shutdown(last) != nil {
		errs = append(errs, server.Close())
	}
	wg.Wait()
	return errors.Join(errs...)
}

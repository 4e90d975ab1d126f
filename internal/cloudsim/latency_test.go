package cloudsim_test

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/cloudsim"
)

// Eight requests wait until all eight are waiting: served one after another, they would wait forever.
func TestRequestsWaitSideBySide(t *testing.T) {
	var all sync.WaitGroup
	all.Add(8)
	_, s := serve(t, cloudsim.Options{Latency: time.Hour, Wait: func(_ context.Context, d time.Duration) {
		if d != time.Hour {
			t.Errorf("it waits for %v", d)
		}
		all.Done()
		all.Wait()
	}})
	client := s.Client()
	var done sync.WaitGroup
	for range 8 {
		done.Go(func() {
			resp, err := client.Get("https://api.echo.example/")
			if err != nil || resp.StatusCode != http.StatusOK {
				t.Errorf("%v %v", resp, err)
				return
			}
			_ = resp.Body.Close()
		})
	}
	done.Wait()
}

package app

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"sweepd/providers"
)

// startBare starts a service that nothing but the test looks after, so that a
// test can ask what a person asks over the control socket.
func (h *house) startBare() (d *daemon, ctx context.Context, end func()) {
	h.Helper()
	o := h.runOptions()
	d = newDaemon(o)
	if err := d.begin(h.Context()); err != nil {
		h.Fatal(err)
	}
	ctx, cancel := context.WithCancel(h.Context())
	d.start(ctx, d.policy)
	synctest.Wait()
	return d, ctx, func() {
		cancel()
		if err := errors.Join(d.wait(ctx), d.end()); err != nil {
			h.Error(err)
		}
		synctest.Wait()
	}
}

// counted counts who has a storage open.
type counted struct {
	providers.Driver
	open *int
}

func (c counted) Close() error { *c.open--; return c.Driver.Close() }

func TestReloadsWhileAStorageHangsOpenItOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "enforce", "")
		forever, open, most := make(chan struct{}), 0, 0
		h.wrap = func(name string, d providers.Driver) (providers.Driver, error) {
			if name != "drive" {
				return d, nil
			}
			open++
			most = max(most, open)
			return counted{hung{d, forever}, &open}, nil
		}
		h.put("drive", ours(1), 1)
		d, ctx, end := h.startBare()
		time.Sleep(4 * time.Hour) // it hangs in the sweep
		h.write(fmt.Sprintf(housePolicy, "report", ""))
		for range 3 {
			if err := d.reload(ctx); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Hour)
		}
		if most != 1 {
			t.Errorf("%d loops had the storage open at once", most)
		}
		if s := d.status().Storages[1]; s.State != "stuck" {
			t.Errorf("nothing gets on with it, and it is %q", s.State)
		}
		close(forever)
		time.Sleep(48 * time.Hour)
		h.bin("drive") // the policy that wanted it gone is gone itself
		end()
	})
}

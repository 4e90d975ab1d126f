package daemon

import (
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sweepd/sweepd/providers"
)

func TestAWrongNewPolicyIsRefusedAndHoldsEverythingUntilItIsRight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "enforce", "")
		h.put("drive", ours(1), 1)
		h.start()
		h.write("version: 1\nmode: enforce\n")
		h.reload <- os.Interrupt
		synctest.Wait()
		if !strings.Contains(h.log.String(), "the policy was not loaded") {
			t.Errorf("the log does not say so:\n%s", h.log.String())
		}
		time.Sleep(4 * time.Hour)
		synctest.Wait()
		h.bin("drive")
		h.write(fmt.Sprintf(housePolicy, "enforce", ""))
		time.Sleep(2 * time.Minute) // the sweep that was missed
		synctest.Wait()
		h.bin("drive", "/"+ours(1))

		h.put("drive", ours(2), 2)
		h.write(fmt.Sprintf(housePolicy, "report", ""))
		h.reload <- os.Interrupt
		time.Sleep(24 * time.Hour) // past the next sweep
		synctest.Wait()
		h.bin("drive", "/"+ours(1))
		if err := h.end(); err != nil {
			t.Error(err)
		}
	})
}

func TestReloadsWhileAStorageHangsOpenItOnce(t *testing.T) {
	t.Parallel()
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
		time.Sleep(24 * time.Hour) // past the next sweep
		h.bin("drive")             // the policy that wanted it gone is gone itself
		end()
	})
}

func TestAReloadIsAnsweredWhenTheOldPolicyHasEnded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "enforce", "")
		var moving atomic.Int64
		h.wrap = func(_ string, d providers.Driver) (providers.Driver, error) { return slowTrash{d, &moving}, nil }
		h.put("drive", ours(1), 1)
		d, ctx, end := h.startBare()
		for moving.Load() == 0 {
			time.Sleep(time.Second)
		}
		h.write(fmt.Sprintf(housePolicy, "report", ""))
		if err := d.reload(ctx); err != nil {
			t.Fatal(err)
		}
		if n := moving.Load(); n != 0 {
			t.Errorf("the new policy is said to be taken, and %d files are being moved under the old one", n)
		}
		synctest.Wait()
		var trashed int64
		for _, s := range d.status().Storages {
			trashed += s.Trashed
		}
		if trashed != 1 {
			t.Errorf("%d files are counted, want the one that the old policy moved", trashed)
		}
		end()
	})
}

package daemon

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/providers"
)

func TestAServiceThatOnlyReportsDeletesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "report", "")
		h.put("drive", ours(1), 1)
		h.start()
		time.Sleep(25 * time.Hour)
		synctest.Wait()
		h.bin("drive")
		if err := h.end(); err != nil {
			t.Error(err)
		}
		runs := h.runs()
		if len(runs) != 2 {
			t.Fatalf("%d runs were told, want one of each storage for the one sweep: %+v\n%s", len(runs), runs,
				h.log.String())
		}
		for _, r := range runs {
			if r.Kind != "report" || r.Summary.Trashed != 0 {
				t.Errorf("got %+v", r)
			}
		}
	})
}

func TestOnceSweepsEachStorageAndEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "enforce", "")
		h.put("drive", ours(1), 1)
		h.put("box", ours(2), 2)
		h.options = func(o *Options) { o.Once = true }
		if err := Run(t.Context(), h.runOptions()); err != nil {
			t.Error(err)
		}
		h.bin("drive", "/"+ours(1))
		h.bin("box", "/"+ours(2))
		h.wrap = func(name string, d providers.Driver) (providers.Driver, error) {
			return d, errors.New("nobody is there")
		}
		if err := Run(t.Context(), h.runOptions()); err == nil || !strings.Contains(err.Error(), "nobody is there") {
			t.Errorf("got %v, want what failed", err)
		}
	})
}

func TestOnceSaysThatAStorageWasLeftToAnotherProcess(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "enforce", "")
		h.put("drive", ours(1), 1)
		j, err := journal.Open(t.Context(), h.paths().Journal(), journal.Options{Now: h.now})
		if err != nil {
			t.Fatal(err)
		}
		release, err := j.Lease(t.Context(), "drive", "apply")
		if err != nil {
			t.Fatal(err)
		}
		h.options = func(o *Options) { o.Once = true }
		if err := Run(t.Context(), h.runOptions()); err == nil || !strings.Contains(err.Error(), "already running") {
			t.Errorf("got %v, want that another sweeps it", err)
		}
		if err := errors.Join(release(), j.Close()); err != nil {
			t.Error(err)
		}
	})
}

func TestAServiceNeedsAPolicyAndAReliableRecord(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "enforce", "")
	if err := os.MkdirAll(filepath.Join(h.dir, "state"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(h.dir, "state", "journal.db"),
		[]byte("no database, but sixteen bytes and more"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Run(t.Context(), h.runOptions()); !journal.Unreliable(err) ||
		!errors.Is(err, journal.ErrForeign) && !errors.Is(err, journal.ErrDamaged) {
		t.Errorf("got %v, want a record that cannot be relied on", err)
	}
	if err := os.Remove(h.policyFile()); err != nil {
		t.Fatal(err)
	}
	if err := Run(t.Context(), h.runOptions()); err == nil {
		t.Error("it ran without a policy")
	}
}

func TestASecondServiceOnTheSameRecordDoesNotBegin(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "enforce", "")
		h.start()
		err := Run(t.Context(), h.runOptions())
		if other, ok := errors.AsType[*journal.LeasedError](err); !ok || other.Purpose != "run" {
			t.Errorf("got %v, want that another runs", err)
		}
		if err := h.end(); err != nil {
			t.Error(err)
		}
		h.start() // the first has ended
		if err := h.end(); err != nil {
			t.Error(err)
		}
	})
}

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
)

// The record of a service is removed while it waits for the next sweep.
func TestAServiceThatLosesItsRecordDeletesNothingAndEnds(t *testing.T) {
	t.Parallel()
	for _, act := range []string{"remove", "replace", "rename the folder"} {
		t.Run(act, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, "enforce", "")
				h.start()
				h.put("drive", ours(1), 1)
				h.put("box", ours(2), 2)
				path := filepath.Join(h.dir, "state", "journal.db")
				switch act {
				case "rename the folder":
					if err := os.Rename(filepath.Dir(path), filepath.Join(h.dir, "away")); err != nil {
						t.Fatal(err)
					}
				default:
					names, err := filepath.Glob(path + "*")
					if err != nil || len(names) < 3 {
						t.Fatalf("got %q, %v", names, err)
					}
					for _, name := range names {
						if err := os.Remove(name); err != nil {
							t.Fatal(err)
						}
					}
				}
				if act == "replace" {
					j, err := journal.Open(t.Context(), path, journal.Options{Now: h.now})
					if err != nil {
						t.Fatal(err)
					}
					defer j.Close()
				}
				var err error
				ended := false
				select {
				case err = <-h.done:
					ended = true
				case <-time.After(25 * time.Hour):
					h.stop()
					err = <-h.done
				}
				h.bin("drive")
				h.bin("box")
				if !errors.Is(err, journal.ErrReplaced) || !ended {
					t.Errorf("it ended: %v, with %v; want %v", ended, err, journal.ErrReplaced)
				}
				if n := strings.Count(h.log.String(), "is not reliable"); n != 1 {
					t.Errorf("it is said %d times:\n%s", n, h.log.String())
				}
			})
		})
	}
}

// The scheduled sweep comes before the next check of the record.
func TestAServiceWhoseRecordIsRemovedRightBeforeASweepMovesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "enforce", "")
		h.options = func(o *Options) { o.ClockPoll = 24 * time.Hour }
		h.put("drive", ours(1), 1)
		h.start()
		if err := os.Remove(filepath.Join(h.dir, "state", "journal.db")); err != nil {
			t.Fatal(err)
		}
		time.Sleep(4 * time.Hour)
		synctest.Wait()
		h.bin("drive")
		if err := h.end(); !errors.Is(err, journal.ErrReplaced) {
			t.Errorf("got %v, want %v", err, journal.ErrReplaced)
		}
	})
}

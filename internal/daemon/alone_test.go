package daemon

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"sweepd/providers"
)

// shut is a storage from whose folders nothing can be moved as long as that holds.
type shut struct {
	providers.Driver
	why func() error
}

func (s shut) Trash(
	ctx context.Context, key string, ref providers.Ref, rev providers.Revision,
) (providers.Receipt, error) {
	if err := s.why(); err != nil {
		return "", err
	}
	return s.Driver.Trash(ctx, key, ref, rev)
}

// Without alone, each change of any file would try, report and count files anew that cannot be moved.
func TestWhatIsLeftAloneWaitsForTheScheduleAndIsCountedOnce(t *testing.T) {
	for name, why := range map[string]error{
		"a folder is at fault": &providers.FolderError{Folder: "/", Err: errMood},
		"it fails":             errMood,
		"it is protected":      providers.ErrProtected,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, "enforce", ", on_change: true")
				h.write(strings.Replace(fmt.Sprintf(housePolicy, "enforce", ", on_change: true"),
					"  box: {type: dropbox, app_key: abcdefghij12345, purge: off}\n", "", 1) + "settle: 0\n")
				var well atomic.Bool
				h.wrap = func(_ string, d providers.Driver) (providers.Driver, error) {
					return shut{d, func() error {
						if well.Load() {
							return nil
						}
						return why
					}}, nil
				}
				for n := range 5 {
					h.put("drive", ours(n), byte(n))
				}
				d, end := h.daemon()
				for n := range 12 {
					h.put("drive", fmt.Sprintf("holiday %d.png", n), byte(n))
					time.Sleep(5 * time.Minute)
				}
				left := func() (n int64) {
					synctest.Wait()
					s := d.status().Storages[0]
					for _, files := range s.Refused {
						n += files
					}
					return n + s.Failed
				}
				if n, runs := left(), len(h.runs()); n != 5 || runs != 1 {
					t.Errorf("in an hour of changes %d files were left alone in %d runs, want 5 in 1", n, runs)
				}
				h.put("drive", ours(7), 7)
				time.Sleep(5 * time.Minute)
				if n, runs := left(), h.runs(); n != 6 || len(runs) != 2 ||
					runs[1].Summary.Refused+runs[1].Summary.Failed != 1 {
					t.Errorf("with one more %d files were left alone in %d runs, want 6 in 2, the last of one", n,
						len(runs))
				}
				time.Sleep(24 * time.Hour) // all are tried again at 03:00
				if n, runs := left(), h.runs(); n != 6 || len(runs) != 3 ||
					runs[2].Summary.Refused+runs[2].Summary.Failed != 6 {
					t.Errorf("after a day %d files were left alone in %d runs, want 6 in 3, the last of six", n,
						len(runs))
				}
				well.Store(true)
				time.Sleep(24 * time.Hour)
				synctest.Wait()
				if n := len(h.accounts["drive"].Bin()); n != 6 {
					t.Errorf("%d files are in the trash, want 6", n)
				}
				end()
			})
		})
	}
}

// mute is a storage that gives no bytes.
type mute struct{ providers.Driver }

func (mute) ReadRange(context.Context, providers.Ref, providers.Revision, int64, int64) (io.ReadCloser, error) {
	return nil, errMood
}

func TestWhatCannotBeReadIsCountedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "enforce", ", on_change: true")
		h.wrap = func(_ string, d providers.Driver) (providers.Driver, error) { return mute{d}, nil }
		h.put("drive", ours(1), 1)
		d, end := h.daemon()
		for n := range 12 {
			h.put("drive", fmt.Sprintf("holiday %d.png", n), byte(n))
			time.Sleep(5 * time.Minute)
		}
		synctest.Wait()
		for _, s := range d.status().Storages {
			if want := map[string]int64{"drive": 13}[s.Name]; s.Failed != want {
				t.Errorf("%s: %d files failed, want %d", s.Name, s.Failed, want)
			}
		}
		end()
	})
}

// daemon runs the loops of a service, and what looks after them.
func (h *house) daemon() (d *daemon, end func()) {
	h.Helper()
	d = newDaemon(h.runOptions())
	if err := d.begin(context.Background()); err != nil {
		h.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	d.start(ctx, d.policy)
	kept := make(chan struct{})
	go func() { defer close(kept); d.keep(ctx) }()
	synctest.Wait()
	return d, func() {
		h.Helper()
		cancel()
		<-kept
		_ = d.wait(ctx)
		if err := d.end(); err != nil {
			h.Error(err)
		}
	}
}

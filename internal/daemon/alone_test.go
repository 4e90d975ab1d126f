package daemon

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sweepd/sweepd/providers"
)

// Without alone, each change of any file would try, report and count again the files that cannot be moved.
func TestWhatIsLeftAloneWaitsForTheScheduleAndIsCountedOnce(t *testing.T) {
	t.Parallel()
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

func TestWhatCannotBeReadIsCountedOnce(t *testing.T) {
	t.Parallel()
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

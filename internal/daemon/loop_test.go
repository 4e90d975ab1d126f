package daemon

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/providers"
)

func TestAStorageThatHangsStopsNoOtherAndIsSaid(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "enforce", "")
		forever := make(chan struct{})
		h.wrap = func(name string, d providers.Driver) (providers.Driver, error) {
			if name == "drive" {
				d = hung{d, forever}
			}
			return d, nil
		}
		h.put("drive", ours(1), 1)
		h.put("box", ours(2), 2)
		h.start()
		time.Sleep(4 * time.Hour)
		synctest.Wait()
		h.bin("box", "/"+ours(2))
		h.bin("drive")
		err := h.end()
		if err == nil || !strings.Contains(err.Error(), "drive") || strings.Contains(err.Error(), "box") {
			t.Errorf("at the end: %v; want the name of the storage that hangs", err)
		}
		close(forever)
		synctest.Wait()
	})
}

func TestAStorageThatCannotBeOpenedIsTriedAgainAndToldOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "enforce", "")
		var broken atomic.Bool
		broken.Store(true)
		h.wrap = func(name string, d providers.Driver) (providers.Driver, error) {
			if name == "drive" && broken.Load() {
				return nil, errors.New("nobody is there")
			}
			return d, nil
		}
		h.put("drive", ours(1), 1)
		h.put("box", ours(2), 2)
		h.start()
		time.Sleep(4 * time.Hour)
		synctest.Wait()
		h.bin("box", "/"+ours(2))
		broken.Store(false)
		time.Sleep(time.Hour)
		synctest.Wait()
		h.bin("drive", "/"+ours(1))
		if err := h.end(); err != nil {
			t.Error(err)
		}
	})
}

func TestAPersonsWishForAStorageThatCannotBeOpenedWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "enforce", "")
		var tries atomic.Int64
		var broken atomic.Bool
		broken.Store(true)
		h.wrap = func(name string, d providers.Driver) (providers.Driver, error) {
			if name != "drive" {
				return d, nil
			}
			if n := tries.Add(1); broken.Load() && n < 1000 {
				return nil, errors.New("nobody is there")
			}
			return d, nil
		}
		h.put("drive", ours(1), 1)
		d, ctx, end := h.startBare()
		if err := d.do(ctx, "sweep", []string{"drive"}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if n := tries.Load(); n > 20 {
			t.Errorf("it was tried %d times in an hour", n)
		}
		broken.Store(false)
		time.Sleep(time.Hour)
		synctest.Wait()
		h.bin("drive", "/"+ours(1)) // before the schedule wants it
		end()
	})
}

func TestAPersonsWishThatCannotBeListedForIsMadeUpFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "enforce", "")
		var broken atomic.Bool
		h.listing(func() error {
			if broken.Load() {
				return errors.New("timed out")
			}
			return nil
		})
		h.put("drive", ours(1), 1)
		d, ctx, end := h.startBare()
		broken.Store(true)
		if err := d.do(ctx, "sweep", []string{"drive"}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Minute)
		synctest.Wait()
		broken.Store(false)
		time.Sleep(time.Hour)
		synctest.Wait()
		h.bin("drive", "/"+ours(1)) // before the schedule wants it
		h.put("drive", ours(2), 2)
		time.Sleep(time.Hour)
		synctest.Wait()
		h.bin("drive", "/"+ours(1)) // it was one wish
		end()
	})
}

// A reload replaces the loops. It loses no request: neither one that a loop has not seen, nor one that it tries again.
func TestARequestedSweepOutlivesAReload(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"idle", "busy", "failing"} {
		t.Run(at, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, "enforce", "")
				var broken, slow atomic.Bool
				h.listing(func() error {
					if slow.Load() {
						time.Sleep(10 * time.Minute)
					}
					if broken.Load() {
						return errors.New("timed out")
					}
					return nil
				})
				h.put("drive", ours(1), 1)
				d, ctx, end := h.startBare()
				broken.Store(at == "failing")
				if slow.Store(at == "busy"); at == "busy" {
					h.put("drive", "note.txt", 0)
					time.Sleep(time.Minute)
				}
				if err := d.do(ctx, "sweep", []string{"drive"}); err != nil {
					t.Fatal(err)
				}
				if at == "failing" {
					time.Sleep(time.Minute)
					synctest.Wait()
				}
				d.start(ctx, d.policy)
				broken.Store(false)
				slow.Store(false)
				time.Sleep(time.Hour)
				synctest.Wait()
				h.bin("drive", "/"+ours(1)) // before the schedule wants it
				end()
			})
		})
	}
}

func TestAPersonsWishOutlivesTheSweepOfAnotherProcess(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "enforce", "")
		h.put("drive", ours(1), 1)
		d, ctx, end := h.startBare()
		release, err := d.journal.Lease(ctx, "drive", "apply")
		if err != nil {
			t.Fatal(err)
		}
		if err := d.do(ctx, "sweep", []string{"drive"}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		h.put("drive", "note.txt", 0) // a change, after which nothing is deleted
		time.Sleep(5 * time.Second)
		if err := release(); err != nil {
			t.Fatal(err)
		}
		h.bin("drive")
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		h.bin("drive", "/"+ours(1)) // before the schedule wants it
		end()
	})
}

func TestAStorageThatCannotBeListedIsToldOfOnceAndItsSweepIsMadeUpFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "enforce", "")
		var port atomic.Int64
		var broken atomic.Bool
		h.listing(func() error {
			if port.Add(1); !broken.Load() {
				return nil
			}
			return fmt.Errorf("read udp 127.0.0.1:%d: timed out", 40000+port.Load())
		})
		h.put("drive", ours(1), 1)
		h.start()
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		broken.Store(true)
		time.Sleep(10 * time.Hour)
		synctest.Wait()
		h.bin("drive")
		told := 0
		for _, r := range h.runs() {
			if r.Err != "" {
				told++
			}
		}
		if n := strings.Count(h.log.String(), "is not swept until"); n != 1 || told > 1 {
			t.Errorf("it was said %d times, and %d runs that failed were told; want once", n, told)
		}
		broken.Store(false)
		time.Sleep(time.Hour)
		synctest.Wait()
		h.bin("drive", "/"+ours(1)) // and not tomorrow
		if err := h.end(); err != nil {
			t.Error(err)
		}
	})
}

func TestAPlanOverTheLimitsIsHeldUntilTheNextSweepOnSchedule(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "enforce", ", on_change: true")
		for n := range 101 {
			h.put("drive", ours(n), byte(n))
		}
		h.start()
		for n := range 20 { // each is news of a change
			h.put("drive", fmt.Sprintf("note %d.txt", n), 0)
			time.Sleep(time.Minute)
		}
		synctest.Wait()
		h.bin("drive")
		if n := len(h.runs()); n != 1 {
			t.Errorf("it was told %d times, want once", n)
		}
		if r := h.runs()[0]; r.Err == "" || !strings.Contains(r.Text(language.Printer{}, false), "limit") {
			t.Errorf("it does not say why: %s", r.Text(language.Printer{}, false))
		}
		if err := h.end(); err != nil {
			t.Error(err)
		}
	})
}

package daemon

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"sweepd/internal/app"
	"sweepd/journal"
	"sweepd/providers"
)

// startBare starts a service without its supervising goroutine, so that a test can send the requests of the control
// socket.
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

// slow is a storage that takes its time over each file.
type slow struct {
	providers.Driver
	each time.Duration
}

func (s slow) Stat(ctx context.Context, ref providers.Ref) (providers.Entry, error) {
	time.Sleep(s.each)
	return s.Driver.Stat(ctx, ref)
}

func TestASweepStopsWhereQuietHoursBeginAndGoesOnAfterThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "enforce", `, quiet: "04:00-09:00"`)
		h.wrap = func(_ string, d providers.Driver) (providers.Driver, error) { return slow{d, 10 * time.Minute}, nil }
		h.accounts["drive"].Remote() // eight at once
		for n := range 80 {
			h.put("drive", ours(n), byte(n))
		}
		h.start()
		time.Sleep(4*time.Hour + 30*time.Minute)
		synctest.Wait()
		before := len(h.accounts["drive"].Bin())
		time.Sleep(4 * time.Hour)
		synctest.Wait()
		if after := len(h.accounts["drive"].Bin()); before == 0 || before == 80 || after != before {
			t.Errorf("%d files were in the trash at the begin of the quiet hours, and %d at their end", before, after)
		}
		time.Sleep(4 * time.Hour)
		synctest.Wait()
		if n := len(h.accounts["drive"].Bin()); n != 80 {
			t.Errorf("after the quiet hours %d of 80 are in the trash", n)
		}
		if err := h.end(); err != nil {
			t.Error(err)
		}
	})
}

func TestASweepThatAPauseCutShortGoesOnAfterIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "enforce", "")
		h.put("drive", ours(1), 1)
		paths := h.paths()
		h.wrap = func(_ string, d providers.Driver) (providers.Driver, error) { return slow{d, 10 * time.Minute}, nil }
		h.start()
		time.Sleep(3*time.Hour + time.Minute) // the sweep is under way
		if err := paths.Pause(app.Pause{Since: h.now()}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		h.bin("drive")
		if err := paths.Resume(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		h.bin("drive", "/"+ours(1))
		if err := h.end(); err != nil {
			t.Error(err)
		}
	})
}

// listed counts how often a storage is listed, and may break it.
type listed struct {
	providers.Driver
	times *atomic.Int64
	fails func() error
}

func (l listed) Changes(ctx context.Context, since providers.Cursor) iter.Seq2[providers.Change, error] {
	l.times.Add(1)
	if err := l.fails(); err != nil {
		return func(yield func(providers.Change, error) bool) { yield(providers.Change{}, err) }
	}
	return l.Driver.Changes(ctx, since)
}

func (h *house) listing(fails func() error) (times *atomic.Int64) {
	times = new(atomic.Int64)
	h.wrap = func(name string, d providers.Driver) (providers.Driver, error) {
		if name == "drive" {
			d = listed{d, times, fails}
		}
		return d, nil
	}
	return times
}

func TestAStorageThatAnotherProcessSweepsIsTriedOnceAMinuteAndNotInQuietHours(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "enforce", `, quiet: "05:00-07:00"`)
		times := h.listing(func() error { return nil })
		h.put("drive", ours(1), 1)
		h.start()
		j, err := journal.Open(t.Context(), h.paths().Journal(), journal.Options{Now: h.now})
		if err != nil {
			t.Fatal(err)
		}
		release, err := j.Lease(t.Context(), "drive", "apply")
		if err != nil {
			t.Fatal(err)
		}
		stop := time.Now().Add(5*time.Hour + 30*time.Minute)
		for time.Now().Before(stop) && times.Load() < 1000 {
			time.Sleep(time.Second)
		}
		if times.Load() < 100 || times.Load() > 150 {
			t.Errorf("it was listed %d times in the two hours before the quiet ones, want once a minute", times.Load())
		}
		if err := release(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		h.bin("drive")
		time.Sleep(time.Hour)
		synctest.Wait()
		h.bin("drive", "/"+ours(1))
		if err := errors.Join(h.end(), j.Close()); err != nil {
			t.Error(err)
		}
	})
}

// paths are where its record is.
func (h *house) paths() app.Paths {
	h.Helper()
	paths, err := app.FindPaths(h.getenv)
	if err != nil {
		h.Fatal(err)
	}
	return paths
}

func TestAClockThatWasAYearAheadForAnHourCostsNoSweep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "enforce", "")
		var ahead atomic.Int64
		h.ahead = func() time.Duration { return time.Duration(ahead.Load()) }
		h.start()
		time.Sleep(4 * time.Hour) // a sweep by the right clock
		synctest.Wait()
		ahead.Store(int64(365 * 24 * time.Hour))
		time.Sleep(time.Hour)
		synctest.Wait()
		ahead.Store(0)
		h.put("drive", ours(1), 1)
		time.Sleep(26 * time.Hour)
		synctest.Wait()
		h.bin("drive", "/"+ours(1))
		if err := h.end(); err != nil {
			t.Error(err)
		}
	})
}

func TestJitterMovesSweepsAndLosesNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "report", "")
		h.write(strings.Replace(fmt.Sprintf(housePolicy, "report", ", jitter: 1h"), "daily 03:00", "every 10m", 1))
		h.start()
		time.Sleep(25 * time.Hour)
		synctest.Wait()
		if n := len(h.runs()); n < 2*6*23 {
			t.Errorf("%d sweeps of two storages in a day, want one each ten minutes", n)
		}
		if err := h.end(); err != nil {
			t.Error(err)
		}
	})
}

func TestAPersonsWishForAStorageThatCannotBeOpenedWaits(t *testing.T) {
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

func TestAStorageThatCannotBeListedIsToldOfOnceAndItsSweepIsMadeUpFor(t *testing.T) {
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

func TestADigestIsOfEveryStorageOnceAlsoAfterAReload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "report", ", digest: daily")
		gate := make(chan struct{})
		h.listing(func() error { <-gate; return nil })
		d, ctx, end := h.startBare()
		if err := d.reload(ctx); err != nil {
			t.Fatal(err)
		}
		if all, complete := d.digests(d.now()); complete {
			t.Errorf("%d digests are said to be of all storages before one was looked at", len(all))
		}
		close(gate)
		time.Sleep(time.Minute)
		synctest.Wait()
		if all, complete := d.digests(d.now()); len(all) != 2 || !complete {
			t.Errorf("%d digests, complete: %v; want one of each of two storages", len(all), complete)
		}
		end()
	})
}

func TestASecondServiceOnTheSameRecordDoesNotBegin(t *testing.T) {
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

func TestOnceSaysThatAStorageWasLeftToAnotherProcess(t *testing.T) {
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
		h.options = func(o *RunOptions) { o.Once = true }
		if err := Run(t.Context(), h.runOptions()); err == nil || !strings.Contains(err.Error(), "already running") {
			t.Errorf("got %v, want that another sweeps it", err)
		}
		if err := errors.Join(release(), j.Close()); err != nil {
			t.Error(err)
		}
	})
}

// slowTrash is a storage whose moves take a while, and end even if ctx has ended.
type slowTrash struct {
	providers.Driver
	moving *atomic.Int64
}

func (s slowTrash) Trash(
	ctx context.Context, key string, ref providers.Ref, rev providers.Revision,
) (providers.Receipt, error) {
	s.moving.Add(1)
	defer s.moving.Add(-1)
	time.Sleep(2 * time.Second)
	return s.Driver.Trash(context.WithoutCancel(ctx), key, ref, rev)
}

func TestAReloadIsAnsweredWhenTheOldPolicyHasEnded(t *testing.T) {
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

package daemon

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sweepd/sweepd/journal"
)

func TestAServiceSweepsOnScheduleAndNotBefore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // the bubble begins at midnight UTC
		h := newHouse(t, "enforce", "")
		h.put("drive", ours(1), 1)
		h.put("box", "holiday.png", 2)
		h.start()
		time.Sleep(2*time.Hour + 59*time.Minute)
		synctest.Wait()
		h.bin("drive")
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		h.bin("drive", "/"+ours(1))
		h.bin("box")
		if err := h.end(); err != nil {
			t.Error(err)
		}
		for _, r := range h.runs() {
			if want := map[string]int64{"drive": 1, "box": 0}[r.Summary.Storages[0]]; r.Summary.Trashed != want ||
				r.ID == 0 {
				t.Errorf("got %+v, want %d in the trash", r, want)
			}
		}
	})
}

func TestOnChangeAFileGoesAsSoonAsItIsSeenAndSettled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "enforce", ", on_change: true")
		h.start()
		h.accounts["box"].Write("/"+ours(1), picture(1), time.Now())
		time.Sleep(9 * time.Minute)
		synctest.Wait()
		h.bin("box") // it may still be worked on
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		h.bin("box", "/"+ours(1))
		if err := h.end(); err != nil {
			t.Error(err)
		}
		if runs := h.runs(); len(runs) != 1 {
			t.Errorf("%d runs, want the one that did something: %+v", len(runs), runs)
		}
	})
}

func TestWhatAppearsRightAfterASweepIsHeardAsSoon(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "enforce", ", on_change: true")
		h.write(fmt.Sprintf(housePolicy, "enforce", ", on_change: true") + "settle: 0\n")
		h.put("box", "holiday.png", 100)
		h.start()
		var want []string
		for n := range 5 {
			h.put("box", ours(n), byte(n))
			want = append(want, "/"+ours(n))
			time.Sleep(time.Second)
			synctest.Wait()
			h.bin("box", want...)
		}
		if err := h.end(); err != nil {
			t.Error(err)
		}
	})
}

func TestASweepThatWasMissedIsMadeUpForOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "enforce", "")
		h.put("drive", ours(1), 1)
		h.start()
		if err := h.end(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(80 * time.Hour) // the machine is off
		h.start()
		h.bin("drive", "/"+ours(1))
		if err := h.end(); err != nil {
			t.Fatal(err)
		}
		n := len(h.runs())
		for range 5 { // a crash loop
			h.start()
			if err := h.end(); err != nil {
				t.Fatal(err)
			}
		}
		if again := len(h.runs()); n != 2 || again != n {
			t.Errorf("%d runs at the first start and %d more after that, want 2 and 0", n, again-n)
		}
	})
}

func TestAClockThatWasAYearAheadForAnHourCostsNoSweep(t *testing.T) {
	t.Parallel()
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
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "report", "")
		h.write(strings.Replace(fmt.Sprintf(housePolicy, "report", ", jitter: 1h"), "daily 03:00", "every 10m", 1))
		h.start()
		time.Sleep(6 * time.Hour)
		synctest.Wait()
		if n := len(h.runs()); n < 2*6*5 {
			t.Errorf("%d sweeps of two storages in six hours, want one each ten minutes", n)
		}
		if err := h.end(); err != nil {
			t.Error(err)
		}
	})
}

func TestAStorageThatAnotherProcessSweepsIsTriedOnceAMinuteAndNotInQuietHours(t *testing.T) {
	t.Parallel()
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

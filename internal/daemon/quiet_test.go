package daemon

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/providers"
)

func TestQuietHoursPostponeDeleting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "enforce", `, quiet: "02:00-07:30"`)
		h.put("drive", ours(1), 1)
		h.start()
		time.Sleep(7 * time.Hour)
		synctest.Wait()
		h.bin("drive")
		time.Sleep(32 * time.Minute)
		synctest.Wait()
		h.bin("drive", "/"+ours(1))
		if err := h.end(); err != nil {
			t.Error(err)
		}
	})
}

func TestWhatIsSeenInQuietHoursGoesAtTheirEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "enforce", `, quiet: "01:00-02:00", on_change: true`)
		h.start()
		time.Sleep(70 * time.Minute)
		h.put("drive", ours(1), 1)
		time.Sleep(45 * time.Minute)
		synctest.Wait()
		h.bin("drive")
		time.Sleep(10 * time.Minute) // the sweep of the day is at three
		synctest.Wait()
		h.bin("drive", "/"+ours(1))
		if err := h.end(); err != nil {
			t.Error(err)
		}
	})
}

func TestASweepStopsWhereQuietHoursBeginAndGoesOnAfterThem(t *testing.T) {
	t.Parallel()
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

func TestAPauseOutlivesTheScheduleAndEndsWithResume(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "enforce", "")
		h.put("drive", ours(1), 1)
		paths, err := app.FindPaths(h.getenv)
		if err != nil {
			t.Fatal(err)
		}
		if err := paths.Pause(app.Pause{Since: h.now()}); err != nil {
			t.Fatal(err)
		}
		h.start()
		time.Sleep(25 * time.Hour) // past a sweep
		synctest.Wait()
		h.bin("drive")
		if err := paths.Resume(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		h.bin("drive", "/"+ours(1))
		if err := h.end(); err != nil {
			t.Error(err)
		}
	})
}

func TestASweepThatAPauseCutShortGoesOnAfterIt(t *testing.T) {
	t.Parallel()
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

// A requested sweep that a pause cut short goes on after the pause too, and not with the schedule.
func TestARequestedSweepThatAPauseCutShortGoesOnAfterIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "enforce", "")
		h.put("drive", ours(1), 1)
		paths := h.paths()
		h.wrap = func(_ string, d providers.Driver) (providers.Driver, error) { return slow{d, 10 * time.Minute}, nil }
		d, ctx, end := h.startBare()
		if err := d.do(ctx, "sweep", []string{"drive"}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute) // the sweep is under way
		if err := paths.Pause(app.Pause{Since: h.now()}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(40 * time.Minute)
		synctest.Wait()
		h.bin("drive")
		if err := paths.Resume(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		h.bin("drive", "/"+ours(1)) // before the schedule wants it
		end()
	})
}

package daemon

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/status"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/providertest"
	"github.com/sweepd/sweepd/sweeper"
)

// fullPolicy has one file each due, held and to review.
const fullPolicy = `
version: 1
mode: enforce
storages: {drive: {type: gdrive, client: /etc/sweepd/client.json}}
rules:
  - {name: mine, when: {confidence: likely, derived: include, path: "/mine/**"}, do: trash}
  - {name: unsure, when: {confidence: likely}, do: review}
trash: {ours: 1h}
limits: {share: 100%, surge: off}
schedule: {sweep: "daily 03:00", zone: UTC, rescan: 6h, digest: weekly}
`

// interrupted has the record of an undo that was broken off.
func (h *house) interrupted(ctx context.Context, name string) {
	h.Helper()
	h.put("drive", name, 7)
	driver := providertest.NewMemory(h.accounts["drive"])
	var e providers.Entry
	for c, err := range driver.Changes(ctx, "") {
		if err != nil {
			h.Fatal(err)
		}
		if c.Entry.Path == "/"+name {
			e = c.Entry
		}
	}
	j, err := journal.Open(ctx, filepath.Join(h.dir, "state", "journal.db"), journal.Options{Now: h.now})
	if err != nil {
		h.Fatal(err)
	}
	op := providers.Op{Kind: providers.OpTrash, Storage: "drive", Entry: e}
	key, err := j.Begin(ctx, op)
	if err != nil {
		h.Fatal(err)
	}
	receipt, err := driver.Trash(ctx, key, e.Ref, e.Revision)
	op.Kind, op.Receipt = providers.OpRestore, receipt
	err = errors.Join(err, j.End(ctx, key, providers.Outcome{Receipt: receipt}))
	_, berr := j.Begin(ctx, op)
	if err = errors.Join(err, berr, j.Close()); err != nil {
		h.Fatal(err)
	}
}

func TestEveryFieldOfTheStatusIsFilledInAServiceThatHasItAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "enforce", "")
		h.write(fullPolicy)
		h.interrupted(t.Context(), "note.png")
		h.put("drive", "mine/"+ours(1), 1)
		h.put("drive", "other/"+ours(2), 2)
		h.wrap = func(_ string, driver providers.Driver) (providers.Driver, error) { return metered{driver}, nil }
		o := h.runOptions()
		o.Version = "1"
		d := newDaemon(o)
		if err := d.begin(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		d.start(ctx, d.policy)
		kept := make(chan struct{})
		go func() { defer close(kept); d.keep(ctx) }()
		filled := map[string]bool{}
		look := func() {
			t.Helper()
			synctest.Wait()
			s := d.status()
			notZero(filled, "", s)
			for _, st := range s.Storages {
				notZero(filled, "storages.", st)
			}
		}
		look()
		h.accounts["drive"].Write("/mine/"+ours(3), picture(3), time.Now().Add(26*time.Hour)) // from the future
		time.Sleep(time.Hour)
		look()
		time.Sleep(26*time.Hour + time.Minute) // to be trashed on the first day and purged on the second
		look()
		time.Sleep(24 * time.Hour)
		look()
		if err := d.paths.Pause(app.Pause{Since: time.Now()}); err != nil {
			t.Fatal(err)
		}
		h.write("version: 1\n")
		time.Sleep(2 * time.Minute)
		l := d.loops["drive"]
		l.count(&sweeper.Summary{Failed: 1, Refusals: map[string]int64{"changed": 1}})
		l.fail(ctx, errors.New("nobody is there"))
		look()
		if err := os.Remove(filepath.Join(h.dir, "state", "journal.db")); err != nil {
			t.Fatal(err)
		}
		look()
		cancel()
		<-kept
		_ = d.wait(ctx)
		if err := d.end(); err != nil {
			t.Error(err)
		}
		for _, typ := range []struct {
			reflect.Type
			in string
		}{{reflect.TypeFor[status.Daemon](), ""}, {reflect.TypeFor[status.Storage](), "storages."}} {
			for i := range typ.NumField() {
				if name := typ.in + typ.Field(i).Name; !filled[name] {
					t.Errorf("nothing fills %s", name)
				}
			}
		}
	})
}

// metered counts what it used, as an account does.
type metered struct{ providers.Driver }

func (metered) Used() providers.Used { return providers.Used{Calls: 1, Bytes: 1} }

// notZero takes down which fields of a struct have a value.
func notZero(filled map[string]bool, in string, s any) {
	v := reflect.ValueOf(s)
	for i := range v.NumField() {
		if !v.Field(i).IsZero() {
			filled[in+v.Type().Field(i).Name] = true
		}
	}
}

func TestHowOldAScanMayBeIsByThePolicyNow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "report", "")
		d := newDaemon(h.runOptions())
		if err := d.begin(t.Context()); err != nil {
			t.Fatal(err)
		}
		before := d.stale()
		p := *d.policy
		p.Schedule.Rescan *= 2
		ctx, cancel := context.WithCancel(t.Context())
		d.start(ctx, &p)
		if after := d.stale(); after <= before {
			t.Errorf("got %s after a reload, and %s before", after, before)
		}
		cancel()
		_ = d.wait(ctx)
		if err := d.end(); err != nil {
			t.Error(err)
		}
	})
}

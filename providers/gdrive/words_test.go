package gdrive_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/internal/cloudsim"
	"github.com/sweepd/sweepd/internal/cloudsim/drivesim"
	"github.com/sweepd/sweepd/providers"
)

// An address of eight hundred characters does not help the user.
func TestARefusalIsToldInOneLineWithoutAnAddress(t *testing.T) {
	for name, fault := range map[string]cloudsim.Fault{
		"refused":     {Kind: cloudsim.Refuse, Status: 403, Reason: "accessNotConfigured"},
		"unreachable": {Kind: cloudsim.CloseBefore},
	} {
		w, d, e := one(t)
		w.options.Roots = []string{"/A"}
		below := w.open(t)
		r, err := d.Trash(t.Context(), key, e.Ref, e.Revision)
		w.must(err)
		w.pass(time.Hour)
		fault.Call, fault.Times = "*", -1
		w.must(w.cloud.SetFaults([]cloudsim.Fault{fault}))
		var errs []error
		for _, since := range []providers.Cursor{"", "no cursor"} {
			_, _, _, err := list(t, below, since)
			errs = append(errs, err)
		}
		for _, err := range d.Trashed(t.Context()) {
			errs = append(errs, err)
		}
		_, err = d.Stat(t.Context(), e.Ref)
		errs = append(errs, err)
		_, err = d.ReadRange(t.Context(), e.Ref, e.Revision, 0, 1)
		errs = append(errs, err)
		_, err = d.Thumbnail(t.Context(), e.Ref, e.Revision, 32)
		errs = append(errs, err)
		_, err = d.Restore(t.Context(), r)
		errs = append(errs, err, d.Purge(t.Context(), r), d.EmptyTrash(t.Context()))
		_, err = d.Free(t.Context())
		errs = append(errs, err)
		if n := len(slices.DeleteFunc(slices.Clone(errs), func(err error) bool { return err == nil })); n != len(errs) {
			t.Errorf("%s: %d of %d calls failed", name, n, len(errs))
		}
		for _, err := range errs {
			if _, ok := errors.AsType[*cloudhttp.Error](err); ok &&
				strings.Contains(strings.Split(err.Error(), "): ")[0], "://") ||
				err != nil && strings.Contains(err.Error(), "\n") {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// Pages may overlap while files come and go; the file is one all the same.
func TestAFileThatAListingNamesTwiceIsCountedOnce(t *testing.T) {
	w := newWorld(t)
	for range 1500 {
		w.add(drivesim.Item{Name: "a.png"})
	}
	d, again := w.open(t), false
	var seen int64
	given := map[providers.Ref]int{}
	for c, err := range d.Changes(t.Context(), "") {
		w.must(err)
		if c.Checkpoint() {
			seen = c.Seen
		} else {
			given[c.Entry.Ref]++
		}
		if !again { // the second page is refused, and the first one comes again
			again = true
			w.must(w.cloud.SetFaults([]cloudsim.Fault{
				{Call: "drive.files.list", Kind: cloudsim.Refuse, Status: 400, Reason: "invalid"},
			}))
		}
	}
	for ref, n := range given {
		if n != 1 {
			t.Fatalf("%s was given %d times", ref, n)
		}
	}
	if seen != 1500 || len(given) != 1500 {
		t.Errorf("%d files were given, %d counted; want 1500", len(given), seen)
	}
}

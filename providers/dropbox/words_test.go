package dropbox_test

import (
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/cloud/dropboxaccount"
	"github.com/sweepd/sweepd/internal/cloudsim"
	"github.com/sweepd/sweepd/internal/cloudsim/dropboxsim"
	"github.com/sweepd/sweepd/providers"
)

// An address does not help the user.
func TestARefusalIsToldInOneLineWithoutAnAddress(t *testing.T) {
	w := newWorld(t, kind{plan: dropboxsim.Basic, use: dropboxaccount.Trash})
	w.put("a.png", []byte("one"))
	d := w.open(t)
	e, err := d.Stat(t.Context(), providers.Ref(w.path("a.png")))
	w.must(err)
	w.pass(time.Hour)
	w.must(w.cloud.SetFaults([]cloudsim.Fault{{Call: "*", Kind: cloudsim.CloseBefore, Times: -1}}))
	_, _, _, errs := list(t, d, "")
	for _, err := range d.Trashed(t.Context()) {
		errs = append(errs, err)
	}
	_, err = d.Stat(t.Context(), e.Ref)
	errs = append(errs, err)
	_, err = d.ReadRange(t.Context(), e.Ref, e.Revision, 0, 1)
	errs = append(errs, err)
	_, err = d.Thumbnail(t.Context(), e.Ref, e.Revision, 32)
	errs = append(errs, err)
	_, err = d.Trash(t.Context(), strings.Repeat("a", 26), e.Ref, e.Revision)
	errs = append(errs, err)
	for _, err := range errs {
		if err == nil || strings.Contains(err.Error(), "://") || strings.Contains(err.Error(), "\n") {
			t.Errorf("got %v", err)
		}
	}
}

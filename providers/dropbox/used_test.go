package dropbox_test

import (
	"testing"

	"github.com/sweepd/sweepd/internal/cloudsim"
	"github.com/sweepd/sweepd/providers"
)

// The calls that are not signed, which wait for a change, count too.
func TestWhatAScanUsedIsWhatTheServiceSaw(t *testing.T) {
	w := newWorld(t, personal())
	w.put("a.png", make([]byte, 200_000))
	d := w.open(t)
	_, _, next, errs := list(t, d, "")
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	before := d.Used()
	w.put("b.png", []byte("more"))
	w.must(d.Wait(t.Context(), next))
	if after := d.Used(); after.Calls != before.Calls+1 {
		t.Errorf("a wait took %d calls", after.Calls-before.Calls)
	}
	got := d.Used()
	var want providers.Used
	// a request is noted when its handler has returned, after its answer was read
	for want.Calls < got.Calls && t.Context().Err() == nil {
		want = providers.Used{}
		for _, r := range w.cloud.Audit().Since(0) {
			if r.Kind == cloudsim.KindRequest {
				want.Calls, want.Bytes = want.Calls+1, want.Bytes+r.Bytes
			}
		}
	}
	if got != want || got.Calls < 3 {
		t.Errorf("used %+v, the service saw %+v", got, want)
	}
}

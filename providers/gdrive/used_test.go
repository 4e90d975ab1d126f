package gdrive_test

import (
	"io"
	"testing"

	"github.com/sweepd/sweepd/internal/cloudsim"
	"github.com/sweepd/sweepd/providers"
)

func TestWhatAScanUsedIsWhatTheServiceSaw(t *testing.T) {
	w := newWorld(t, cloudsim.Fault{
		Call: "drive.files.list", Kind: cloudsim.Refuse, Status: 503, Reason: "backendError",
	})
	w.put("a.png", make([]byte, 200_000))
	d := w.open(t)
	at := w.seq()
	before := d.Used()
	for c, err := range d.Changes(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		if c.Checkpoint() {
			continue
		}
		rc, err := d.ReadRange(t.Context(), c.Entry.Ref, c.Entry.Revision, 0, 150_000)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := io.Copy(io.Discard, rc); err != nil || n != 150_000 {
			t.Fatalf("%d bytes, %v", n, err)
		}
		if err := rc.Close(); err != nil {
			t.Fatal(err)
		}
	}
	now := d.Used()
	var want providers.Used
	// a request is noted when its handler has returned, after its answer was read
	for want.Calls < now.Calls-before.Calls && t.Context().Err() == nil {
		want = providers.Used{}
		for _, r := range w.requests(at) {
			want.Calls, want.Bytes = want.Calls+1, want.Bytes+r.Bytes
		}
	}
	if got := (providers.Used{Calls: now.Calls - before.Calls, Bytes: now.Bytes - before.Bytes}); got != want ||
		got.Calls < 4 || got.Bytes < 150_000 {
		t.Errorf("used %+v, the service saw %+v", got, want)
	}
	st, err := providers.NewStorage("drive", d, providers.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := st.Used(); got != now {
		t.Errorf("the storage says %+v, its driver %+v", got, now)
	}
}

package daemon

import (
	"context"
	"iter"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sweepd/sweepd/providers"
)

// longListed is a storage whose listing takes half an hour before its first file. Meanwhile an account sends bytes, and
// a disk passes files of no interest.
type longListed struct {
	providers.Driver
	bytes, files *atomic.Int64
	disk         bool
}

func (s longListed) Used() providers.Used { return providers.Used{Bytes: s.bytes.Load()} }

func (s longListed) Listed() int64 { return s.files.Load() }

func (s longListed) Changes(ctx context.Context, since providers.Cursor) iter.Seq2[providers.Change, error] {
	return func(yield func(providers.Change, error) bool) {
		for range 30 {
			select {
			case <-time.After(time.Minute):
			case <-ctx.Done():
				yield(providers.Change{}, ctx.Err())
				return
			}
			if s.disk {
				s.files.Add(1000)
			} else {
				s.bytes.Add(1000)
			}
		}
		for c, err := range s.Driver.Changes(ctx, since) {
			if !yield(c, err) {
				return
			}
		}
	}
}

// A scan that is ended remembers no place in the listing, so one that takes longer than a slice has to end in one turn.
func TestAListingThatTakesLongerThanASliceEndsInOneTurn(t *testing.T) {
	t.Parallel()
	for what, disk := range map[string]bool{"bytes": false, "files": true} {
		t.Run(what, func(t *testing.T) { synctest.Test(t, func(t *testing.T) { listLong(t, what, disk) }) })
	}
}

func listLong(t *testing.T, what string, disk bool) {
	h := newHouse(t, "report", "")
	for i := range byte(3) {
		h.put("drive", ours(int(i)), i)
	}
	var sent, passed atomic.Int64
	h.wrap = func(_ string, d providers.Driver) (providers.Driver, error) {
		return longListed{d, &sent, &passed, disk}, nil
	}
	d := newDaemon(h.runOptions())
	if err := d.begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	s, ended := &Service{d}, make(chan struct{})
	go func() {
		defer close(ended)
		turn, err := s.Turn(t.Context(), "drive", "", Slice{Files: 500, Time: 4 * time.Minute})
		if err != nil || turn.Err != nil || turn.Wait == 0 {
			t.Errorf("got %+v, %v; want a turn that leaves nothing", turn, err)
		}
	}()
	time.Sleep(time.Second)
	for range 29 {
		time.Sleep(time.Minute)
		if since := time.Since(s.Progress("drive")); since > 2*time.Minute {
			t.Fatalf("no progress is seen for %s while %s come", since, what)
		}
	}
	<-ended
	if n := d.loops["drive"].state.Matched; n != 3 {
		t.Errorf("%d files matched, want 3", n)
	}
	if err := d.end(); err != nil {
		t.Error(err)
	}
}

// The loop of one machine is not taken for stuck either.
func TestALoopWhoseListingTakesLongIsNotStuck(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, "report", "")
		var sent, passed atomic.Int64
		h.wrap = func(_ string, d providers.Driver) (providers.Driver, error) {
			return longListed{d, &sent, &passed, true}, nil
		}
		d, _, end := h.startBare()
		defer end()
		for range 25 {
			time.Sleep(time.Minute)
			if s := d.status().Storages[0]; s.State != "scanning" {
				t.Fatalf("it is %s while files are passed", s.State)
			}
		}
	})
}

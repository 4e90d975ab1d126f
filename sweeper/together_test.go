package sweeper_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/sweeper"
)

// gathering is a driver whose guards answer once all files have been asked about.
type gathering struct {
	providers.Driver
	files sync.WaitGroup
	all   chan struct{} // closed then
}

func (g *gathering) Guards(
	ctx context.Context, ref providers.Ref, rev providers.Revision, of []providers.Guard,
) ([]providers.Held, error) {
	g.files.Done()
	select {
	case <-g.all:
	case <-time.After(10 * time.Second):
		return nil, context.DeadlineExceeded
	}
	return g.Driver.Guards(ctx, ref, rev, of)
}

// Guards share what they look up for files of one folder only if they are asked at the same time.
func TestTheGuardsOfOneBatchAreAskedTogetherAndTheFilesReportedInOrder(t *testing.T) {
	t.Parallel()
	b := newBox(t, rules)
	for n := range 20 {
		b.put(ours(n), picture(byte(n)))
	}
	var want []string
	for c, err := range b.driver.Changes(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		if !c.Checkpoint() {
			want = append(want, c.Entry.Path)
		}
	}
	g := &gathering{Driver: b.driver, all: make(chan struct{})}
	g.files.Add(len(want))
	go func() {
		g.files.Wait()
		close(g.all)
	}()
	var got []string
	if _, err := b.over(g).Scan(t.Context(), sweeper.ScanOptions{Each: func(f sweeper.Found) {
		got = append(got, f.Entry.Path)
		if f.Decision.Action != "trash" {
			t.Errorf("%s: %+v", f.Entry.Path, f.Decision)
		}
	}}); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

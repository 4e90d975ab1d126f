//go:build unix

package fleet

import (
	"context"
	"testing"
	"time"
)

// A listing takes longer than a turn without a sign may. Its turn goes on as long as there is progress.
func TestATurnGoesOnWhileItMakesProgress(t *testing.T) {
	s := drives(t, "long", "stuck", "lost")
	now := time.Now()
	f := &fleet{store: s, underway: map[turn]underway{}}
	f.o.Now = func() time.Time { return now }
	ended := map[string]bool{}
	for _, u := range turns(t, s, "gdrive", 3) {
		_, err := s.begin(t.Context(), u, "me")
		ok(t, err)
		_, end := context.WithCancel(t.Context())
		f.underway[u] = underway{now, func() { ended[u.Storage] = true; end() }}
	}
	read := map[string]time.Time{"long": now, "lost": now}
	progress := func(storage string) time.Time { return read[storage] }
	ok(t, f.goOn(t.Context(), progress))
	if len(ended) != 0 {
		t.Errorf("ended at their beginning: %v", ended)
	}

	// Hours later: the rows are those of turns of which nothing was said since.
	now = now.Add(3 * time.Hour)
	read["long"], read["lost"] = now.Add(-time.Minute), now
	due(t, s, map[string]int{"lost": 20, "long": 10})
	same(t, "queued anew", queued(t, s, "gdrive", 1), "lost/2")
	ok(t, f.goOn(t.Context(), progress))
	if !ended["stuck"] || !ended["lost"] || ended["long"] {
		t.Errorf("ended are %v, want those without progress and without their turn", ended)
	}
	same(t, "due after the sign", queued(t, s, "gdrive", 3))

	// A worker that dies gives none.
	due(t, s, map[string]int{"long": 1})
	same(t, "due without a sign", queued(t, s, "gdrive", 3), "long/2")
}

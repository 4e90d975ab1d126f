package sweeper

import (
	"context"
	"fmt"
	"time"
)

// joinedName is the name of the first sweep of a storage among the journal's times.
func joinedName(storage string) string { return "joined " + storage }

// loadJoined reads when the storages that are only reported on at first were swept for the first time. A time that has
// not come is by a clock that was ahead, and does not count.
func (s *Sweeper) loadJoined(ctx context.Context) error {
	s.joined = map[string]time.Time{}
	for _, st := range s.o.Storages {
		if of, _ := s.o.Policy.Storage(st.Name()); of.Dry <= 0 {
			continue
		}
		at, err := s.o.Journal.LastRun(ctx, joinedName(st.Name()))
		if err != nil {
			return fmt.Errorf("read the first sweep of %s: %w", st.Name(), err)
		}
		if !at.After(s.o.Now()) {
			s.joined[st.Name()] = at
		}
	}
	return nil
}

// noteJoined notes that the storage was swept for the first time, if all of it was listed, by a clock that is right.
func (sc *scan) noteJoined(ctx context.Context, p *pass) error {
	s, name := sc.decider.s, sc.st.Name()
	of, _ := s.o.Policy.Storage(name)
	if of.Dry <= 0 || !s.joined[name].IsZero() || !p.complete() || sc.decider.doubt != nil {
		return nil
	}
	return sc.journal.SetLastRun(ctx, joinedName(name), s.o.Now())
}

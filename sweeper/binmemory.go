package sweeper

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"sweepd/fingerprint"
	"sweepd/journal"
	"sweepd/providers"
)

// binMemory is what the journal remembers of one storage's bin: since when an
// entry is there, where the bin does not say it, and what was found of it, where
// looking again is dear.
type binMemory struct {
	s      *Sweeper
	st     *providers.Storage
	before map[providers.Receipt]journal.Binned
	now    map[providers.Receipt]journal.Binned
}

func (s *Sweeper) recallBin(ctx context.Context, st *providers.Storage) (*binMemory, error) {
	before, err := s.o.Journal.Bin(ctx, st.Name(), fingerprint.Version)
	return &binMemory{s, st, before, map[providers.Receipt]journal.Binned{}}, err
}

// recall fills in what is remembered of the entry. One that was not there before
// is there since now; with a doubted clock nobody can say when that is.
func (m *binMemory) recall(b *Binned) {
	t := &b.Trashed
	if b.undated = t.Left == "" && b.Op.Key == "" && t.Deleted.IsZero() && t.Since.IsZero(); !b.undated && !far(m.st) {
		return
	}
	known, ok := m.before[t.Receipt]
	if ok = ok && known.Path == t.Path && known.Size == t.Size; !ok {
		known = journal.Binned{Path: t.Path, Size: t.Size, FirstSeen: m.s.o.Now()}
	}
	if b.undated && (ok || m.s.doubt == nil) {
		t.Since = known.FirstSeen
	}
	b.known = known.Verdict
	m.now[t.Receipt] = known
}

// note takes what was found of an entry by examining it.
func (m *binMemory) note(b *Binned) {
	if known, ok := m.now[b.Trashed.Receipt]; ok && b.known != nil {
		known.Verdict = b.known
		m.now[b.Trashed.Receipt] = known
	}
}

// save makes it durable. Only a whole listing shows what is there no longer.
func (m *binMemory) save(ctx context.Context, whole bool) error {
	if m.s.doubt != nil || len(m.before)+len(m.now) == 0 || whole && m.unchanged() {
		return nil
	}
	err := m.s.o.Journal.SetBin(ctx, m.st.Name(), fingerprint.Version, m.now, whole)
	if errors.Is(err, fs.ErrPermission) {
		return nil // a journal that is only read remembers nothing
	}
	if err != nil {
		return fmt.Errorf("remember the bin: %w", err)
	}
	return nil
}

func (m *binMemory) unchanged() bool {
	if len(m.before) != len(m.now) {
		return false
	}
	for r, b := range m.now {
		if was, ok := m.before[r]; !ok || was != b {
			return false
		}
	}
	return true
}

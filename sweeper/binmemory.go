package sweeper

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/providers"
)

// binMemory is the journal's record of one storage's bin: the time from which an entry is there, if the bin has no
// date of it, and its verdict, if another examination costs much.
type binMemory struct {
	s     *Sweeper
	doubt *journal.ClockError // if set, nothing is dated or remembered
	st    *providers.Storage
	// before is the journal's record so far. now replaces it, and has the entries of this listing.
	before map[providers.Receipt]journal.TrashEntry
	now    map[providers.Receipt]journal.TrashEntry
}

// recallBin reads the memory of the storage's bin; save writes it back.
func (s *Sweeper) recallBin(
	ctx context.Context, doubt *journal.ClockError, st *providers.Storage,
) (*binMemory, error) {
	before, err := s.o.Journal.Bin(ctx, st.Name(), fingerprint.Version)
	return &binMemory{s, doubt, st, before, map[providers.Receipt]journal.TrashEntry{}}, err
}

// recall adds what the journal has of the entry. An entry that is new to the journal is there from now on, unless the
// clock is in doubt: then its time stays unknown.
func (m *binMemory) recall(b *TrashEntry) {
	t := &b.Trashed
	b.undated = t.Left.IsZero() && b.Op.Key == "" && t.Deleted.IsZero() && t.Since.IsZero()
	// A local entry with a date is examined again each time, which costs little.
	if !b.undated && !isRemote(m.st) {
		return
	}
	known, ok := m.before[t.Receipt]
	// With another path or size it is another entry, although the receipt is the same.
	if ok = ok && known.Path == t.Path && known.Size == t.Size; !ok {
		known = journal.TrashEntry{Path: t.Path, Size: t.Size, FirstSeen: m.s.o.Now()}
	}
	if b.undated && (ok || m.doubt == nil) {
		t.Since = known.FirstSeen
	}
	b.known = known.Verdict
	m.now[t.Receipt] = known
}

// note keeps the verdict of an entry that was examined.
func (m *binMemory) note(b *TrashEntry) {
	if known, ok := m.now[b.Trashed.Receipt]; ok && b.known != nil {
		known.Verdict = b.known
		m.now[b.Trashed.Receipt] = known
	}
}

// save writes the memory to the journal. Entries that are missing from it are forgotten only if whole is set: only a
// whole listing shows that an entry is gone.
func (m *binMemory) save(ctx context.Context, whole bool) error {
	if m.doubt != nil || len(m.before)+len(m.now) == 0 || whole && m.unchanged() {
		return nil
	}
	err := m.s.o.Journal.SetBin(ctx, m.st.Name(), fingerprint.Version, m.now, whole)
	if errors.Is(err, fs.ErrPermission) {
		return nil // a journal that is open for reading remembers nothing
	}
	if err != nil {
		return fmt.Errorf("remember the bin: %w", err)
	}
	return nil
}

// unchanged reports whether the journal has exactly these entries already.
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

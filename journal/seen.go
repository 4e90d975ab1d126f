package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/maphash"
	"maps"
	"sync"

	"sweepd/fingerprint"
	"sweepd/providers"
)

// Known is what is remembered of one state of a file.
type Known uint8

// What may be remembered. Unknown: examine it.
const (
	Unknown    Known = iota
	NotImage         // its bytes are no image
	PlainImage       // an image, and not one of ours
	Matched          // a Record says what was found
)

// shards is how many parts the hashes are stored in, by their first byte, so
// that a small change writes little.
const shards = 256

// Seen is what is remembered of one storage's files, for the length of one
// listing: about 20 bytes a file. Its methods may be called from several
// goroutines at once.
//
// What was not put or met when it is saved after a complete listing is
// forgotten then.
type Seen struct {
	j       *Journal
	storage string
	version int
	cursor  providers.Cursor
	stale   bool // there are rows of other versions
	tables  [shards]table

	saving  sync.Mutex // one save at a time
	mu      sync.Mutex
	pending map[providers.Ref]*match // rows to write, or where nil to delete
	refs    map[uint64]struct{}      // hashes, by seed, of the refs that have a record
	seed    maphash.Seed
	dropped []hash // records to delete, as saving found

	contents   map[hash]found         // rows to write, by contentKeys
	again      map[providers.Ref]bool // could not be examined
	againSince map[providers.Ref]bool // what has changed of that since it was stored
}

// LoadSeen loads what is remembered of a storage's files under that version of
// the detectors; what other versions found counts for nothing.
func (j *Journal) LoadSeen(ctx context.Context, storage string, version int) (*Seen, error) {
	s := &Seen{
		j: j, storage: storage, version: version,
		pending: map[providers.Ref]*match{}, refs: map[uint64]struct{}{}, seed: maphash.MakeSeed(),
		contents: map[hash]found{}, again: map[providers.Ref]bool{}, againSince: map[providers.Ref]bool{},
	}
	for _, load := range []func(context.Context) error{s.loadHashes, s.loadMatches, s.loadCursor, s.loadAgain} {
		if err := load(ctx); err != nil {
			return nil, fmt.Errorf("load what was seen of %s: %w", storage, fault(err))
		}
	}
	return s, nil
}

func (s *Seen) loadHashes(ctx context.Context) error {
	rows, err := s.j.read.QueryContext(ctx, `SELECT shard, version, hashes FROM seen WHERE storage = $1`, s.storage)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var shard, version int
		var packed sql.RawBytes
		if err := rows.Scan(&shard, &version, &packed); err != nil {
			return err
		}
		if version != s.version {
			s.stale = true
			continue
		}
		if shard < 0 || shard >= shards {
			return fmt.Errorf("%w: there is a shard %d", ErrDamaged, shard)
		}
		if err := s.tables[shard].unpack(byte(shard), packed); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (s *Seen) loadMatches(ctx context.Context) error {
	rows, err := s.j.read.QueryContext(ctx, `SELECT ref, hash, version FROM matches WHERE storage = $1`, s.storage)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var version int
		var ref, b sql.RawBytes
		if err := rows.Scan(&ref, &b, &version); err != nil {
			return err
		}
		s.refs[maphash.Bytes(s.seed, ref)] = struct{}{}
		switch {
		case version != s.version:
			s.stale = true
		case len(b) != hashSize:
			return fmt.Errorf("%w: a record's hash has %d bytes", ErrDamaged, len(b))
		default:
			h := parseHash(b)
			s.tables[h.shard()].put(h.marked(uint64(Matched)))
		}
	}
	return rows.Err()
}

func (s *Seen) loadCursor(ctx context.Context) (err error) {
	s.cursor, err = s.j.Cursor(ctx, s.storage, s.version)
	return err
}

// Cursor is where the listing of a storage may go on, as Save stored it: "" when
// it stored none under this version.
func (j *Journal) Cursor(ctx context.Context, storage string, version int) (at providers.Cursor, err error) {
	err = j.read.QueryRowContext(ctx, `SELECT cursor FROM cursors WHERE storage = $1 AND version = $2`, storage, version).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return at, err
}

// Cursor is where the listing may go on: everything before it is remembered.
// It is "" when nothing is, under this version.
func (s *Seen) Cursor() providers.Cursor { return s.cursor }

// Look says what is known of e as it is: its ref, revision and name.
func (s *Seen) Look(e providers.Entry) Known {
	h := hashOf(e)
	return s.tables[h.shard()].meet(h)
}

// Put remembers what was found of e. Of a file that matched there is a Record
// when Put has written a number of them together, at the latest after Save: a
// new one, unless there is one of this revision, which keeps its FirstSeen and
// its mark.
func (s *Seen) Put(ctx context.Context, e providers.Entry, v fingerprint.Verdict) error {
	if e.Ref == "" || e.Revision == "" {
		return fmt.Errorf("%q has no revision to be remembered by", e.Path)
	}
	if s.j.write == nil {
		return errReadOnly
	}
	known := knownAs(v)
	h := hashOf(e).marked(uint64(known) | metBit)
	if known == Matched {
		m, err := s.newMatch(e, v, h, s.j.now())
		if err != nil {
			return err
		}
		s.keep(m)
	} else {
		s.Gone(e.Ref) // it may have matched under another name or revision
	}
	s.tables[h.shard()].put(h)
	s.Settled(e.Ref)
	if err := s.keepContent(e, v); err != nil {
		return err
	}
	return s.flush(ctx)
}

func knownAs(v fingerprint.Verdict) Known {
	switch {
	case v.Confidence >= fingerprint.Possible:
		return Matched
	case v.MediaType != "":
		return PlainImage
	}
	return NotImage
}

// keep has the row of m written.
func (s *Seen) keep(m *match) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pending[m.e.Ref] = m
	s.refs[maphash.String(s.seed, string(m.e.Ref))] = struct{}{}
}

// keepContent has what was found of the content written.
func (s *Seen) keepContent(e providers.Entry, v fingerprint.Verdict) error {
	of, err := findingOf(e, v)
	if len(of) > 0 {
		s.mu.Lock()
		defer s.mu.Unlock()
		maps.Copy(s.contents, of)
	}
	return err
}

// Plain is how many states of files are remembered as images that are not ours;
// after a complete listing, and until files change, so many images.
func (s *Seen) Plain() (n int64) {
	for i := range s.tables {
		n += s.tables[i].plain()
	}
	return n
}

// Anew has a listing begin again: nothing was met so far.
func (s *Seen) Anew() {
	for i := range s.tables {
		s.tables[i].unmeet()
	}
}

// Gone forgets the record of a file that is no longer there.
func (s *Seen) Gone(ref providers.Ref) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.refs[maphash.String(s.seed, string(ref))]; ok {
		s.pending[ref] = nil
	}
}

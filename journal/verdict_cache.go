package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/maphash"
	"maps"
	"sync"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/providers"
)

// Known is the stored result for one state of a file.
type Known uint8

// The results. Unknown means that the file must be examined.
const (
	Unknown    Known = iota
	NotImage         // not an image
	PlainImage       // an image that does not match
	Matched          // there is a Record; see Keep
	// Waiting is an image that does not match by its own bytes, and that is not yet uploaded to be judged.
	Waiting Known = 0b1000
)

// shards is the number of parts of the hashes, by their first byte: of the tables in memory, and of the most rows.
const shards = 256

// VerdictCache is the stored knowledge about the files of one storage during one listing. It takes about 18 bytes a
// file. It is safe for concurrent use.
//
// Save after a complete listing forgets files that were neither put nor met.
type VerdictCache struct {
	j       *Journal
	storage string
	version int
	// cursor is the stored position.
	cursor providers.Cursor
	// listed is to be stored, and stored is.
	listed, stored Listing
	stale          bool // there are rows of other versions
	tables         [shards]table

	saving sync.Mutex // one save at a time
	// mu guards pending, refs, contents, retries and retryChanges. Each table has a lock of its own; dropped
	// belongs to Save.
	mu      sync.Mutex
	pending map[providers.Ref]*match // rows to write; nil: to delete
	refs    map[uint64]struct{}      // hashes, with seed, of the refs that have a record
	seed    maphash.Seed
	dropped []hash // records to delete, set by Save

	contents     map[hash]found         // rows to write, by contentKeys
	retries      map[providers.Ref]bool // files that could not be examined
	retryChanges map[providers.Ref]bool // changes to retries since the last save
}

// LoadVerdictCache loads the stored knowledge about a storage's files under that version of the detectors. It ignores
// results of other versions.
func (j *Journal) LoadVerdictCache(ctx context.Context, storage string, version int) (*VerdictCache, error) {
	s := &VerdictCache{
		j: j, storage: storage, version: version,
		pending: map[providers.Ref]*match{}, refs: map[uint64]struct{}{}, seed: maphash.MakeSeed(),
		contents: map[hash]found{}, retries: map[providers.Ref]bool{}, retryChanges: map[providers.Ref]bool{},
	}
	for _, load := range []func(context.Context) error{s.loadHashes, s.loadMatches, s.loadCursor, s.loadRetries} {
		if err := load(ctx); err != nil {
			return nil, fmt.Errorf("load what was seen of %s: %w", storage, fault(err))
		}
	}
	return s, nil
}

// loadHashes fills the tables from the rows of this version. It returns ErrDamaged for rows that writeShards did not
// write.
func (s *VerdictCache) loadHashes(ctx context.Context) error {
	rows, err := s.j.read.QueryContext(ctx,
		`SELECT start, version, hashes FROM seen WHERE storage = $1 ORDER BY start`, s.storage)
	if err != nil {
		return err
	}
	defer rows.Close()
	last := -1
	for rows.Next() {
		var start, version int
		var packed sql.RawBytes
		if err := rows.Scan(&start, &version, &packed); err != nil {
			return err
		}
		if version != s.version {
			s.stale = true
			continue
		}
		if start <= last {
			return fmt.Errorf("%w: the files seen of shard %d are in two rows", ErrDamaged, last)
		}
		if last, err = s.unpack(start, packed); err != nil {
			return err
		}
	}
	return rows.Err()
}

// loadMatches adds the records of this version to the tables, and the refs of all records, of any version, to
// refs, so that Gone deletes those too.
func (s *VerdictCache) loadMatches(ctx context.Context) error {
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

// loadCursor reads the position of the last Save under this version.
func (s *VerdictCache) loadCursor(ctx context.Context) (err error) {
	if s.cursor, err = s.j.Cursor(ctx, s.storage, s.version); err != nil {
		return err
	}
	var at sql.NullInt64
	err = s.j.read.QueryRowContext(ctx, `SELECT learnt, originals, listed FROM cursors WHERE storage = $1`,
		s.storage).Scan(&s.listed.Learnt, &s.listed.Originals, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	s.listed.At = moment(at)
	s.stored = s.listed
	return err
}

// Listing is what was known of pictures when a storage was listed from its beginning. Files that a change feed does not
// name again are compared only with what was known then.
type Listing struct {
	Learnt    int64     // see KnownState
	Originals int64     // pictures that scans have verified
	At        time.Time // UTC
}

// Listed returns the last listing from the beginning that was saved with SaveListed, or the zero Listing.
func (s *VerdictCache) Listed() Listing { return s.listed }

// Cursor returns the position from which a listing of the storage may continue, as stored by Save. It returns "" if
// there is none under this version.
func (j *Journal) Cursor(ctx context.Context, storage string, version int) (at providers.Cursor, err error) {
	err = j.read.QueryRowContext(ctx, `SELECT cursor FROM cursors WHERE storage = $1 AND version = $2`,
		storage, version).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return at, err
}

// Cursor returns the position from which the listing may continue; all results before it are stored. It returns "" if
// there is none under this version.
func (s *VerdictCache) Cursor() providers.Cursor { return s.cursor }

// Get returns the stored result for the present state of e: its ref, revision and name. It marks e as met.
func (s *VerdictCache) Get(e providers.Entry) Known {
	h := hashOf(e)
	return s.tables[h.shard()].meet(h)
}

// Put stores the result for e. A matching file has a Record once Put has written a batch of rows, at the latest after
// Save. An existing Record of this revision keeps its FirstSeen and, if the verdict is unchanged or confirmed, its
// mark.
func (s *VerdictCache) Put(ctx context.Context, e providers.Entry, v fingerprint.Verdict) error {
	return s.putAs(ctx, e, v, knownAs(v))
}

// Keep is like Put, and makes a Record of a file that does not match, too: its hashes are worth keeping.
func (s *VerdictCache) Keep(ctx context.Context, e providers.Entry, v fingerprint.Verdict) error {
	return s.putAs(ctx, e, v, Matched)
}

func (s *VerdictCache) putAs(ctx context.Context, e providers.Entry, v fingerprint.Verdict, known Known) error {
	if e.Ref == "" || e.Revision == "" {
		return fmt.Errorf("%q has no revision to be remembered by", e.Path)
	}
	if s.j.write == nil {
		return errReadOnly
	}
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
	s.Resolve(e.Ref)
	if err := s.keepContent(e, v); err != nil {
		return err
	}
	return s.flush(ctx)
}

// knownAs returns the result to store for v. It is Matched from a confidence of possible.
func knownAs(v fingerprint.Verdict) Known {
	switch {
	case v.Confidence >= fingerprint.Possible:
		return Matched
	case v.MediaType != "":
		return PlainImage
	}
	return NotImage
}

// keep adds the row of m to the pending rows.
func (s *VerdictCache) keep(m *match) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pending[m.e.Ref] = m
	s.refs[maphash.String(s.seed, string(m.e.Ref))] = struct{}{}
}

// keepContent adds the result for the content to the pending rows.
func (s *VerdictCache) keepContent(e providers.Entry, v fingerprint.Verdict) error {
	of, err := findingOf(e, v)
	if len(of) > 0 {
		s.mu.Lock()
		defer s.mu.Unlock()
		maps.Copy(s.contents, of)
	}
	return err
}

// Plain returns how many states of files are stored as images that do not match. After a complete listing, and until
// files change, this is the number of such images.
func (s *VerdictCache) Plain() int64 { return s.count(PlainImage) + s.count(Waiting) }

// Waits reports whether images are stored as Waiting.
func (s *VerdictCache) Waits() bool { return s.count(Waiting) > 0 }

// count returns how many states of files are stored with that result.
func (s *VerdictCache) count(known Known) (n int64) {
	for i := range s.tables {
		n += s.tables[i].count(known)
	}
	return n
}

// Reset restarts the listing: no file counts as met.
func (s *VerdictCache) Reset() {
	for i := range s.tables {
		s.tables[i].unmeet()
	}
}

// Gone forgets the record of a file that does not exist any more.
func (s *VerdictCache) Gone(ref providers.Ref) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.refs[maphash.String(s.seed, string(ref))]; ok {
		s.pending[ref] = nil
	}
}

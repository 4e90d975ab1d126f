package journal

import (
	"crypto/sha256"
	"database/sql"
	"math"
	"time"

	"github.com/sweepd/sweepd/providers"
)

// micros returns the stored form of a time: NULL for the zero time, and clamped to the possible range, so that an
// absurd time of a file does not come back as a plausible one.
func micros(t time.Time) any {
	switch {
	case t.IsZero():
		return nil
	// time.Time.UnixMicro is undefined before the year -290307 and after 294246.
	case t.Year() > 290_000:
		return int64(math.MaxInt64)
	case t.Year() < -290_000:
		return int64(math.MinInt64)
	}
	return t.UnixMicro()
}

// bit returns the stored form of a bool: not every database converts one to a number.
func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// moment returns the time that micros stored. It returns UTC, and the zero time for NULL.
func moment(us sql.NullInt64) time.Time {
	if !us.Valid {
		return time.Time{}
	}
	return time.UnixMicro(us.Int64).UTC()
}

// entryColumns are the columns of a providers.Entry, in the order of entryValues and entryScan.
const entryColumns = "ref, revision, path, size, modified, created, weak"

// entryValues returns the values of entryColumns for an INSERT. Ref, revision and path are bytes, because a
// file's name need not be UTF-8.
func entryValues(e providers.Entry) []any {
	return []any{
		[]byte(e.Ref), []byte(e.Revision), []byte(e.Path), e.Size, micros(e.Modified),
		micros(e.Created), bit(e.Weak),
	}
}

// entryScan receives the columns of an Entry.
type entryScan struct {
	e                 providers.Entry
	modified, created sql.NullInt64
}

// targets returns the destinations for Scan, in the order of entryColumns.
func (s *entryScan) targets() []any {
	return []any{&s.e.Ref, &s.e.Revision, &s.e.Path, &s.e.Size, &s.modified, &s.created, &s.e.Weak}
}

// entry returns the scanned Entry, with times in UTC to the microsecond. It has none of the facts of factColumns.
func (s *entryScan) entry() providers.Entry {
	s.e.Modified, s.e.Created = moment(s.modified), moment(s.created)
	return s.e
}

// factColumns are the facts that a storage reports about an unread file, and the hashes of a read one, in the order
// of factValues and factScan. Operations do not have them.
const factColumns = "sha256, starred, shared, camera, properties, content_hash"

// factValues returns the values of factColumns for an INSERT.
func factValues(e providers.Entry) []any {
	return []any{
		sumValue(e.SHA256), bit(e.Starred), bit(e.Shared), []byte(e.Camera), []byte(e.Properties),
		sumValue(e.ContentHash),
	}
}

// sumValue returns the stored form of a hash, which is empty if the hash is unknown.
func sumValue(sum [sha256.Size]byte) []byte {
	if sum == ([sha256.Size]byte{}) {
		return []byte{}
	}
	return sum[:]
}

// factScan receives the columns of factColumns.
type factScan struct {
	sum, blocks        []byte
	starred, shared    bool
	camera, properties []byte
}

// targets returns the destinations for Scan, in the order of factColumns.
func (s *factScan) targets() []any {
	return []any{&s.sum, &s.starred, &s.shared, &s.camera, &s.properties, &s.blocks}
}

// into copies the facts to e and reports whether they are valid.
func (s *factScan) into(e *providers.Entry) bool {
	e.Starred, e.Shared, e.Camera, e.Properties = s.starred, s.shared, string(s.camera), string(s.properties)
	return sumInto(&e.SHA256, s.sum) && sumInto(&e.ContentHash, s.blocks)
}

// sumInto reverses sumValue and reports whether the stored form is valid.
func sumInto(sum *[sha256.Size]byte, stored []byte) bool {
	return copy(sum[:], stored) == len(stored) && (len(stored) == 0 || len(stored) == len(sum))
}

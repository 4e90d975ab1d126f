package journal

import (
	"crypto/sha256"
	"database/sql"
	"math"
	"time"

	"sweepd/providers"
)

// micros is how a time is stored: NULL for the zero time, clamped to what fits
// so that an absurd time of a file cannot come back as a plausible one.
func micros(t time.Time) any {
	switch {
	case t.IsZero():
		return nil
	case t.Year() > 290_000:
		return int64(math.MaxInt64)
	case t.Year() < -290_000:
		return int64(math.MinInt64)
	}
	return t.UnixMicro()
}

// moment reads what micros stored.
func moment(us sql.NullInt64) time.Time {
	if !us.Valid {
		return time.Time{}
	}
	return time.UnixMicro(us.Int64).UTC()
}

// entryColumns are those of a providers.Entry, in the order of entryValues and
// entryScan.
const entryColumns = "ref, revision, path, size, modified, created, weak"

func entryValues(e providers.Entry) []any {
	return []any{[]byte(e.Ref), []byte(e.Revision), []byte(e.Path), e.Size, micros(e.Modified), micros(e.Created), e.Weak}
}

// entryScan receives an Entry's columns.
type entryScan struct {
	e                 providers.Entry
	modified, created sql.NullInt64
}

func (s *entryScan) targets() []any {
	return []any{&s.e.Ref, &s.e.Revision, &s.e.Path, &s.e.Size, &s.modified, &s.created, &s.e.Weak}
}

func (s *entryScan) entry() providers.Entry {
	s.e.Modified, s.e.Created = moment(s.modified), moment(s.created)
	return s.e
}

// factColumns are what a storage says of a file without its being read, and the
// hashes of one that was read, in the order of factValues and factScan.
// Operations have none.
const factColumns = "sha256, starred, shared, camera, properties, content_hash"

func factValues(e providers.Entry) []any {
	return []any{sumValue(e.SHA256), e.Starred, e.Shared, []byte(e.Camera), []byte(e.Properties), sumValue(e.ContentHash)}
}

// sumValue is a hash as it is stored: empty where it is not known.
func sumValue(sum [sha256.Size]byte) []byte {
	if sum == ([sha256.Size]byte{}) {
		return []byte{}
	}
	return sum[:]
}

// factScan receives the facts' columns.
type factScan struct {
	sum, blocks        []byte
	starred, shared    bool
	camera, properties []byte
}

func (s *factScan) targets() []any {
	return []any{&s.sum, &s.starred, &s.shared, &s.camera, &s.properties, &s.blocks}
}

// into fills the facts in; false: they are none that were ever stored.
func (s *factScan) into(e *providers.Entry) bool {
	e.Starred, e.Shared, e.Camera, e.Properties = s.starred, s.shared, string(s.camera), string(s.properties)
	return sumInto(&e.SHA256, s.sum) && sumInto(&e.ContentHash, s.blocks)
}

// sumInto is the reverse of sumValue; false: it is none that was ever stored.
func sumInto(sum *[sha256.Size]byte, stored []byte) bool {
	return copy(sum[:], stored) == len(stored) && (len(stored) == 0 || len(stored) == len(sum))
}

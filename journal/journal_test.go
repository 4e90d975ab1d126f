package journal

import (
	"context"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/providers"
)

// noon is the start time of every test.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// clock returns a clock that advances by a second at each call.
func clock() func() time.Time {
	var n atomic.Int64
	return func() time.Time { return noon.Add(time.Duration(n.Add(1)) * time.Second) }
}

// newJournal opens a new journal, closed when the test ends.
func newJournal(t testing.TB) *Journal {
	t.Helper()
	return openAt(t, filepath.Join(t.TempDir(), "journal.db"))
}

func openAt(t testing.TB, path string) *Journal {
	t.Helper()
	j, err := Open(context.Background(), path, Options{Now: clock()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return j
}

// must returns v. It fails the test if err is not nil, for calls that are not under test.
func must[T any](v T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func file(ref, revision string) providers.Entry {
	return providers.Entry{
		Ref: providers.Ref(ref), Revision: providers.Revision(revision), Path: "/pictures/" + ref,
		Size: 1 << 20, Modified: noon.Add(-time.Hour), Created: noon.Add(-2 * time.Hour),
	}
}

func trashOf(e providers.Entry) providers.Op {
	return providers.Op{
		Kind: providers.OpTrash, Storage: "home", Entry: e,
		Cause: providers.Cause{Run: 1, Rule: "old", Reasons: []string{"it is old"}},
	}
}

// proven returns a verdict that makes a record; photo and text make none.
func proven() fingerprint.Verdict {
	return fingerprint.Verdict{
		MediaType: "image/png", Width: 1024, Height: 1536, Confidence: fingerprint.Proven,
		Product: fingerprint.ChatGPT, Made: noon.Add(-48 * time.Hour),
		Evidence: []fingerprint.Evidence{{Detector: "c2pa", Found: "signed by OpenAI", Confidence: fingerprint.Proven}},
	}
}

var (
	photo = fingerprint.Verdict{MediaType: "image/jpeg"}
	prose = fingerprint.Verdict{}
)

package sweeper

import (
	"bytes"
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/fingerprint/c2pa/c2patest"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/policy/policyfile"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/providertest"
)

// askingSweeper returns a sweeper over one storage with a picture to ask about, and the number of uploads.
func askingSweeper(t *testing.T) (s *Sweeper, uploads *int) {
	t.Helper()
	p, err := policyfile.Parse("policy.yaml", []byte(`
version: 1
storages: {home: {type: local, roots: [/data/root], ask: openai}}
rules: [{name: mine, when: {confidence: likely, derived: include}, do: review}]
openai: {key: /etc/key}
`), policyfile.ParseOptions{Home: "/home/ann"})
	if err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }
	j, err := journal.Open(t.Context(), filepath.Join(t.TempDir(), "journal.db"), journal.Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := j.Close(); err != nil {
			t.Error(err)
		}
	})
	a := providertest.NewAccount()
	a.Lack(providers.CanFollow)
	content := c2patest.PlainPNG(1024, 1024, 1)
	a.Write("/data/root/a.png", content, now().AddDate(0, 0, -100))
	st, err := providers.NewStorage("home", providertest.NewMemory(a), providers.Options{Roots: []string{"/data/root"}})
	if err != nil {
		t.Fatal(err)
	}
	uploads = new(int)
	s, err = New(Options{
		Policy: p, Journal: j, Storages: []*providers.Storage{st}, Classifier: fingerprint.New(), Now: now, Workers: 1,
		Ask: func(_ context.Context, picture []byte, _ string) (fingerprint.Answer, error) {
			if *uploads++; !bytes.Equal(picture, content) {
				t.Error("it uploads another picture")
			}
			return fingerprint.Answer{}, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s, uploads
}

// A picture may be the twin of an original that could not be recorded.
func TestNothingIsUploadedUnlessAllOriginalsAreRecorded(t *testing.T) {
	t.Parallel()
	for _, unnoted := range []bool{false, true} {
		s, uploads := askingSweeper(t)
		sum := s.summary()
		sum.ByConfidence, sum.ByAction, sum.SeenIn = map[fingerprint.Confidence]int64{}, map[string]int64{},
			map[string]int64{}
		sc, err := s.scanStorage(t.Context(), nil, s.o.Storages[0], ScanOptions{}, sum)
		if err != nil {
			t.Fatal(err)
		}
		other := &scan{unnoted: unnoted}
		if err := askLast(t.Context(), []*scan{other, sc}); err != nil {
			t.Fatal(err)
		}
		if unnoted != (*uploads == 0) || unnoted != (sum.Unasked == 1) || sum.Images != 1 || sum.Errors != 0 {
			t.Errorf("%d uploads, %+v", *uploads, sum)
		}
	}
}

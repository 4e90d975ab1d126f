package known_test

import (
	"fmt"
	"testing"

	"github.com/sweepd/sweepd/export"
	"github.com/sweepd/sweepd/fingerprint/perceptual"
	"github.com/sweepd/sweepd/known"
	"github.com/sweepd/sweepd/providers"
)

func report(problems ...export.Problem) *export.Report {
	r := &export.Report{Absent: 2, Problems: problems}
	for n, o := range []export.Origin{export.Generated, export.Uploaded, export.Unknown, export.Generated} {
		r.Images = append(r.Images, export.Image{
			Path: fmt.Sprintf("%d.png", n), Origin: o, Size: 10, Conversation: export.Conversation{ID: "c", Title: "t"},
			Sums: export.Sums{Hashes: providers.Hashes{SHA256: sum(n)}, CRC32: 7}, Pixels: sum(-n),
			Look: perceptual.Look{Hash: perceptual.Hash{3: 1 << 63}, Quality: 70}, Width: 30, Height: 20,
		})
	}
	return r
}

func TestOnlyUploadsAreLearntFromAnExportThatIsNotComplete(t *testing.T) {
	partial := export.Problem{Path: "conversations-001.json", Err: export.ErrMissing}
	for _, c := range []struct {
		what     string
		problems []export.Problem
		want     []known.Origin
	}{
		{"complete", nil, []known.Origin{known.Generated, known.Uploaded, known.Generated}},
		{"not complete", []export.Problem{partial}, []known.Origin{known.Uploaded}},
	} {
		from, pictures := known.FromExport("/e.zip", report(c.problems...))
		var got []known.Origin
		for _, p := range pictures {
			got = append(got, p.Origin)
			if p.Size != 10 || p.CRC32 != 7 || p.Pixels == ([32]byte{}) || p.Conversation != "c" || p.Title != "t" ||
				p.Perceptual != [32]byte{0x80} || p.Quality != 70 || p.Width != 30 || p.Height != 20 ||
				(p.Product == "chatgpt") != (p.Origin == known.Generated) {
				t.Errorf("%s: %+v", c.what, p)
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(c.want) || from.Generated+from.Uploaded != len(got) || from.Absent != 2 ||
			from.Complete != (c.problems == nil) || len(from.Problems) != len(c.problems) {
			t.Errorf("%s: %v of %+v, want %v", c.what, got, from, c.want)
		}
	}
}

func TestAZipThatIsNoExportTellsNothing(t *testing.T) {
	for _, c := range []struct {
		path string
		err  error
		want bool
	}{
		{"", export.ErrNotZip, true},
		{"", fmt.Errorf("%w: x", export.ErrNoConversations), true},
		{"inside.zip", export.ErrNotZip, false},
		{"", export.ErrTruncated, false},
	} {
		r := report(export.Problem{Path: c.path, Err: c.err})
		if known.NoExport(r) {
			t.Errorf("%q, %v: it is none, although it has an upload", c.path, c.err)
		}
		r.Images[1].Origin = export.Unknown
		if got := known.NoExport(r); got != c.want {
			t.Errorf("%q, %v: %v", c.path, c.err, got)
		}
	}
	if known.NoExport(report()) {
		t.Error("a complete export is none")
	}
}

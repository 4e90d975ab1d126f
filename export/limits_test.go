package export_test

import (
	"archive/zip"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/export"
)

func TestALimitThatIsReachedIsAProblem(t *testing.T) {
	t.Parallel()
	other := message("user", pointer(given, nil))
	apart := layout{{"conversations.json", text(t, []fields{
		conversation("1", shown("user", nil)), conversation("2", other),
	})}}
	long := message("user", strings.Repeat("long ", 40_000))
	talk := func(m ...fields) layout {
		return layout{
			{"conversations.json", text(t, []fields{conversation(thread, m...)})},
			{made + ".dat", picture(t, 1)},
			{given + ".dat", picture(t, 2)},
		}
	}
	crowd := func(n int) fields {
		m := shown("user", nil)
		m["content"] = fields{"parts": json.RawMessage("[" + strings.Repeat(`{"asset_pointer":"a"},`, n) + "{}]")}
		return m
	}
	for what, c := range map[string]struct {
		l     layout
		lower func(*export.Limits)
		want  export.Fault
	}{
		"directories": {talk(), func(l *export.Limits) { l.DirectoryBytes = 100 }, export.ErrTooMany},
		"files":       {talk(), func(l *export.Limits) { l.Members = 2 }, export.ErrTooMany},
		"ids":         {apart, func(l *export.Limits) { l.IDs = 1 }, export.ErrTooMany},
		"ids of a conversation": {
			talk(shown("user", nil), shown("user", nil)), func(l *export.Limits) { l.IDs = 1 }, export.ErrTooMany,
		},
		"images":    {talk(), func(l *export.Limits) { l.Images = 1 }, export.ErrTooMany},
		"parts":     {talk(crowd(10_001)), func(*export.Limits) {}, export.ErrTooMany},
		"a message": {talk(long), func(l *export.Limits) { l.Value = 100_000 }, export.ErrTooLarge},
		"a conversation": {
			talk(long, long, long), func(l *export.Limits) { l.Conversation = 500_000 }, export.ErrTooLarge,
		},
		"a JSON file":     {talk(long), func(l *export.Limits) { l.JSON = 100_000 }, export.ErrTooLarge},
		"a picture":       {talk(), func(l *export.Limits) { l.Image = 50 }, export.ErrTooLarge},
		"all":             {talk(long), func(l *export.Limits) { l.Total = 200_200 }, export.ErrTooLarge},
		"a ratio of JSON": {talk(long), func(l *export.Limits) { l.Slack = 100_000 }, export.ErrBomb},
		"a ratio of pictures": {
			talk().with(file{"x.png", picture(t, 1) + strings.Repeat("\x00", 200_000)}),
			func(l *export.Limits) { l.Slack = 100_000 }, export.ErrBomb,
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			data := c.l.zip(t, zip.Deflate)
			read := func(lower func(*export.Limits)) *export.Report {
				in, size := strings.NewReader(data), int64(len(data))
				r, err := export.ReadZipWithin(t.Context(), in, size, export.Options{}, lower)
				if err != nil {
					t.Fatal(err)
				}
				return r
			}
			if r := read(c.lower); r.Complete() || !errors.Is(r.Problems[0], c.want) {
				t.Errorf("problems %v, want %v", r.Problems, c.want)
			}
			if r := read(func(*export.Limits) {}); !r.Complete() && what != "parts" { // a constant
				t.Errorf("within the usual limits: %v", r.Problems)
			}
		})
	}
}

func TestTemporaryFilesAreBoundedAndRemoved(t *testing.T) {
	t.Parallel()
	data := portal(t, zip.Deflate, 2).zip(t, zip.Deflate)
	dir := t.TempDir()
	for what, c := range map[string]struct {
		temp  string
		lower func(*export.Limits)
		want  export.Fault
	}{
		"usual":           {dir, func(*export.Limits) {}, ""},
		"too little room": {dir, func(l *export.Limits) { l.Spool = 100 }, export.ErrTooLarge},
		"no folder":       {dir + "/none", func(*export.Limits) {}, export.ErrUnreadable},
	} {
		seen, spooled := 0, int64(0)
		o := export.Options{Temp: c.temp, Progress: func(p export.Progress) {
			seen = max(seen, entries(t, dir))
			if p.Total == 0 { // the files inside are not listed yet
				spooled = p.Bytes
			}
		}}
		r, err := export.ReadZipWithin(t.Context(), strings.NewReader(data), int64(len(data)), o, c.lower)
		if err != nil {
			t.Fatal(err)
		}
		if c.want == "" && !r.Complete() || c.want != "" && !errors.Is(r.Problems[0], c.want) {
			t.Errorf("%s: problems %v, want %v", what, r.Problems, c.want)
		}
		if (spooled > 0) != (c.want == "") {
			t.Errorf("%s: %d bytes are in temporary files", what, spooled)
		}
		if seen > 0 || entries(t, dir) > 0 {
			t.Errorf("%s: %d names during the reading, %d after it", what, seen, entries(t, dir))
		}
	}
}

// entries returns the number of names in a folder.
func entries(t testing.TB, dir string) int {
	t.Helper()
	all, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

func TestProblemsAreNotListedWithoutEnd(t *testing.T) {
	t.Parallel()
	l := year2025(t)
	for i := range 300 {
		l = l.with(file{fmt.Sprintf("../%d.png", i), ""})
	}
	if r := l.read(t); len(r.Problems) != 100 || r.Complete() {
		t.Errorf("%d problems, want 100", len(r.Problems))
	}
}

func TestAFolderWithTooManyFilesIsAProblem(t *testing.T) {
	t.Parallel()
	for files, complete := range map[int]bool{len(year2025(t)): true, len(year2025(t)) - 1: false} {
		lower := func(l *export.Limits) { l.Members = files }
		r, err := export.ReadFolderWithin(t.Context(), year2025(t).folder(t), export.Options{}, lower)
		if err != nil || r.Complete() != complete || !complete && !errors.Is(r.Problems[0], export.ErrTooMany) {
			t.Errorf("%d files: %v, %v", files, r.Problems, err)
		}
	}
}

func TestAManifestOfTooManyFilesIsAProblem(t *testing.T) {
	t.Parallel()
	data := layout{
		{"export_manifest.json", `{"version":1,"logical_files":{"x":{"files":["a","b","conversations.json"]}}}`},
		{"conversations.json", "[]"},
	}.zip(t, zip.Store)
	for files, want := range map[int]int{2: 3, 3: 2} {
		lower := func(l *export.Limits) { l.Members = files }
		r, err := export.ReadZipWithin(t.Context(), strings.NewReader(data), int64(len(data)), export.Options{}, lower)
		if err != nil || len(r.Problems) != want || errors.Is(r.Problems[want-1], export.ErrTooMany) != (files == 2) {
			t.Errorf("%d files: %v, %v", files, r.Problems, err)
		}
	}
}

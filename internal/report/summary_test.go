package report_test

import (
	"errors"
	"path"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/report"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/sweeper"
)

func TestARunInAFewWords(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 10, 30, 0, 0, time.UTC)
	const scan = `"by_action":{"trash":3,"hold":2,"review":1},"rules":{"mine":{"held":{"unmarked":2}}}`
	for _, c := range []struct{ kind, summary, err, want string }{
		{"apply", `{}`, "", "nothing due"},
		{"apply", `{"trashed":3,"refused":1,"bytes":1234}`, "", "trashed 3, left alone 1, 1.2 kB"},
		{"apply", `{"trashed":3,` + scan + `}`, "", "trashed 3, held 2, grace not started 2, up for review 1"},
		{"report", `{` + scan + `}`, "", "due 3, held 2, grace not started 2, up for review 1"},
		{"apply", `{"trashed":3}`, "stopped", "trashed 3, ended by: stopped"},
		{"apply", ``, "stopped", "ended by: stopped"},
	} {
		r := journal.Run{Kind: c.kind, Began: now, Ended: now, Summary: []byte(c.summary), Err: c.err}
		if got := report.Brief(r).String(); got != c.want {
			t.Errorf("%s %s %s: got %q, want %q", c.kind, c.summary, c.err, got, c.want)
		}
	}
	if got := report.Brief(journal.Run{Began: now}).String(); got != "interrupted, or still running" {
		t.Errorf("a run without an end: got %q", got)
	}
}

func TestAProblemNamesItsFileOrItsFolder(t *testing.T) {
	t.Parallel()
	place := func(storage, file string) string {
		if file == "" {
			return storage
		}
		return storage + ":" + path.Base(file)
	}
	pr := sweeper.Problem{Storage: "home", Path: "/a/b.png", Doing: "trash", Err: errors.New("no"), Text: "no"}
	if got := report.Cannot(pr, place); got != "cannot trash home:b.png: no" {
		t.Errorf("of a file: got %q", got)
	}
	if pr.Files = 2; report.Cannot(pr, place) != "cannot trash 2 files of home: b.png: no" {
		t.Errorf("of a folder: got %q", report.Cannot(pr, place))
	}
}

func TestWhereAFileIsSince(t *testing.T) {
	t.Parallel()
	for kind, want := range map[providers.OpKind]string{
		providers.OpRestore: "restored since", providers.OpPurge: "deleted permanently since",
		providers.OpEmpty: "deleted permanently since",
		providers.OpGone:  "since removed from the trash outside sweepd",
	} {
		if got := report.Since(kind).String(); got != want {
			t.Errorf("%s: got %q, want %q", kind, got, want)
		}
	}
}

package conversations_test

import (
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/internal/conversations"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/known"
	"github.com/sweepd/sweepd/policy/policyfile"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/providertest"
	"github.com/sweepd/sweepd/sweeper"
)

// box is a storage in memory with a real journal, and a sweeper over both.
type box struct {
	testing.TB
	account *providertest.Account
	journal *journal.Journal
	sweeper *sweeper.Sweeper
}

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func newBox(t *testing.T) *box {
	t.Helper()
	p, err := policyfile.Parse("policy.yaml", []byte(`
version: 1
storages: {home: {type: local, roots: [/data/root]}}
rules:
  - {name: mine, when: {confidence: likely, derived: include}, do: trash}
trash: {ours: 30d}
limits: {files: 100, bytes: 1GB, share: 100%}
`), policyfile.ParseOptions{Home: "/home/ann"})
	if err != nil {
		t.Fatal(err)
	}
	b := &box{TB: t, account: providertest.NewAccount()}
	b.account.Lack(providers.CanFollow) // as a local disk
	now := func() time.Time { return noon }
	if b.journal, err = journal.Open(t.Context(), filepath.Join(t.TempDir(), "journal.db"),
		journal.Options{Now: now}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.journal.Close() })
	st, err := providers.NewStorage("home", providertest.NewMemory(b.account),
		providers.Options{Roots: []string{"/data/root"}, Recorder: b.journal, Protect: p.Protect})
	if err != nil {
		t.Fatal(err)
	}
	b.sweeper, err = sweeper.New(sweeper.Options{
		Policy: p, Journal: b.journal, Storages: []*providers.Storage{st}, Classifier: fingerprint.New(), Now: now,
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// ours returns the path of a ChatGPT download.
func ours(n int) string {
	return fmt.Sprintf("/data/root/ChatGPT Image Apr 20, 2026, 01_17_%02d AM.png", n)
}

// picture returns the beginning of a PNG, which differs for each n.
func picture(n byte) []byte { return append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR"), n) }

// put writes a file that has been quiet for a hundred days.
func (b *box) put(path string, content []byte) {
	b.account.Write(path, content, noon.AddDate(0, 0, -100))
}

func (b *box) scan() {
	b.Helper()
	if _, err := b.sweeper.Scan(b.Context(), sweeper.ScanOptions{}); err != nil {
		b.Fatal(err)
	}
}

// apply plans and executes, and returns the number of the run.
func (b *box) apply() (run int64) {
	b.Helper()
	p, _, err := b.sweeper.Plan(b.Context(), sweeper.ScanOptions{})
	if err != nil {
		b.Fatal(err)
	}
	sum, err := b.sweeper.Execute(b.Context(), p, nil)
	if err != nil {
		b.Fatal(err)
	}
	return sum.Run
}

// undo brings back what the run trashed.
func (b *box) undo(run int64) {
	b.Helper()
	ops, err := b.journal.Undoable(b.Context(), journal.Undone{Run: run})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := b.sweeper.Undo(b.Context(), ops, nil); err != nil {
		b.Fatal(err)
	}
}

// inExport returns the picture of these bytes as an export has it.
func inExport(content []byte, o known.Origin, conversation, title string, made time.Time) known.Picture {
	return known.Picture{
		Origin: o, Size: int64(len(content)), Hashes: providers.Hashes{SHA256: sha256.Sum256(content)},
		Product: fingerprint.ChatGPT, Conversation: conversation, Title: title, Made: made,
	}
}

// told returns the conversations that are left, one in a line: title, pictures, copies found and swept.
func (b *box) told() (lines string) {
	b.Helper()
	all, unplaced, err := conversations.All(b.Context(), b.journal)
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range all {
		lines += fmt.Sprintf("%s %s: %d, %d found, %d swept\n", c.Title, c.Link(), c.Images, len(c.Found), len(c.Swept))
	}
	return fmt.Sprintf("%s%d more", lines, unplaced)
}

func TestConversationsTellWhatBecameOfTheirPictures(t *testing.T) {
	b := newBox(t)
	if got := b.told(); got != "0 more" {
		t.Errorf("nothing was learnt: got %q", got)
	}
	b.put(ours(1), picture(1))
	b.put("/data/root/copy of it.png", picture(1))
	b.put(ours(2), picture(2))
	b.put(ours(3), picture(3)) // of no conversation
	b.put(ours(4), picture(4)) // the person's own
	august := time.Date(2026, 8, 1, 10, 0, 0, 0, time.UTC)
	twice := inExport(picture(2), known.Generated, "c/2?", "Tram", august.Add(time.Hour))
	for i, list := range [][]known.Picture{{
		inExport(picture(1), known.Generated, "c-1", "Harbour", august.Add(time.Hour)),
		inExport(picture(9), known.Generated, "c-1", "Harbour", august),
		inExport(picture(3), known.Generated, "", "", august),
		inExport(picture(4), known.Uploaded, "c-1", "Harbour", august),
		twice,
	}, {twice}} {
		from := known.Source{Kind: known.Export, Path: fmt.Sprint("/export", i), Complete: true}
		if _, err := b.journal.Learn(t.Context(), from, list); err != nil {
			t.Fatal(err)
		}
	}
	want := func(harbour, tram string) string {
		return "Tram https://chatgpt.com/c/c%2F2%3F: 1, " + tram + "\n" +
			"Harbour https://chatgpt.com/c/c-1: 2, " + harbour + "\n1 more"
	}
	if got, want := b.told(), want("0 found, 0 swept", "0 found, 0 swept"); got != want {
		t.Errorf("before a scan: got\n%s\nwant\n%s", got, want)
	}
	b.scan()
	if got, want := b.told(), want("2 found, 0 swept", "1 found, 0 swept"); got != want {
		t.Errorf("after a scan: got\n%s\nwant\n%s", got, want)
	}
	run := b.apply()
	if got, want := b.told(), want("0 found, 2 swept", "0 found, 1 swept"); got != want {
		t.Errorf("after a sweep: got\n%s\nwant\n%s", got, want)
	}
	b.undo(run)
	b.scan()
	if got, want := b.told(), want("2 found, 0 swept", "1 found, 0 swept"); got != want {
		t.Errorf("after an undo: got\n%s\nwant\n%s", got, want)
	}
}

package sweeper_test

import (
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/known"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/sweeper"
)

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
	all, unplaced, err := sweeper.Conversations(b.Context(), b.journal)
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range all {
		lines += fmt.Sprintf("%s %s: %d, %d found, %d swept\n", c.Title, c.Link(), c.Images, len(c.Found), len(c.Swept))
	}
	return fmt.Sprintf("%s%d more", lines, unplaced)
}

func TestConversationsTellWhatBecameOfTheirPictures(t *testing.T) {
	b := newBox(t, rules)
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
	b.scan(false)
	if got, want := b.told(), want("2 found, 0 swept", "1 found, 0 swept"); got != want {
		t.Errorf("after a scan: got\n%s\nwant\n%s", got, want)
	}
	sum := b.apply()
	if got, want := b.told(), want("0 found, 2 swept", "0 found, 1 swept"); got != want {
		t.Errorf("after a sweep: got\n%s\nwant\n%s", got, want)
	}
	b.undo(sum.Run)
	b.scan(false)
	if got, want := b.told(), want("2 found, 0 swept", "1 found, 0 swept"); got != want {
		t.Errorf("after an undo: got\n%s\nwant\n%s", got, want)
	}
}

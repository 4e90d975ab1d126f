package journal

import (
	"testing"

	"sweepd/providers"
)

// TestAWordSaysHowItCameAbout: what undo brought back is told from what a person
// said, one by one and in the list of all.
func TestAWordSaysHowItCameAbout(t *testing.T) {
	j := newJournal(t)
	ctx := t.Context()
	back, kept, approved := file("back", "1"), file("kept", "1"), file("approved", "1")
	trashed := trashOf(back)
	did(t, j, trashed, "bin/1")
	run := must(j.BeginRun(ctx, "undo", ""))(t)
	restore := providers.Op{Kind: providers.OpRestore, Storage: trashed.Storage, Entry: back, Receipt: "bin/1", Cause: providers.Cause{Run: run}}
	key := must(j.Begin(ctx, restore))(t)
	if err := j.End(ctx, key, providers.Outcome{Restored: back}); err != nil {
		t.Fatal(err)
	}
	content := Content{Size: 7, SHA256: [32]byte{1}}
	for _, err := range []error{j.Say(ctx, kept, Keep), j.Say(ctx, approved, Approve), j.SayOf(ctx, content, Keep)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		e    providers.Entry
		word Word
		undo int64
	}{{back, Keep, run}, {kept, Keep, 0}, {approved, Approve, 0}, {file("other", "1"), NoWord, 0}} {
		if s := must(j.Said(ctx, c.e))(t); s.Word != c.word || s.Undo != c.undo || c.word != NoWord && s.At.IsZero() {
			t.Errorf("%s: got %+v, want %q by run %d", c.e.Ref, s, c.word, c.undo)
		}
	}
	all := must(j.Sayings(ctx))(t)
	if len(all) != 4 || all[0].Ref != back.Ref || all[0].Undo != run || len(all[0].Places) != 1 || all[0].Places[0].Path != back.Path || all[3].Content != content {
		t.Errorf("all are %+v", all)
	}

	changed := kept // of which something was said before it was written to
	changed.Size++
	if err := j.Say(ctx, changed, Keep); err != nil {
		t.Fatal(err)
	}
	for ref, want := range map[providers.Ref]int{"back": 1, "kept": 2, "other": 0} {
		if n := must(j.Unsay(ctx, ref))(t); n != want {
			t.Errorf("%s: %d words were taken back, want %d", ref, n, want)
		}
	}
	if err := j.Say(ctx, back, Keep); err != nil { // by a person now
		t.Fatal(err)
	}
	if s := must(j.Said(ctx, back))(t); s.Word != Keep || s.Undo != 0 {
		t.Errorf("got %+v, want a word of a person", s)
	}
	if all := must(j.Sayings(ctx))(t); len(all) != 3 {
		t.Errorf("what stands is %+v, want an approval, a content and a file", all)
	}
	if _, err := j.Verify(ctx); err != nil {
		t.Error(err)
	}
}

package journal

import (
	"testing"

	"github.com/sweepd/sweepd/providers"
)

// TestAWordSaysHowItCameAbout checks that decisions made by undo are distinguished from those of the user, one by one
// and in the list of all.
func TestAWordSaysHowItCameAbout(t *testing.T) {
	j := newJournal(t)
	ctx := t.Context()
	back, kept, approved := file("back", "1"), file("kept", "1"), file("approved", "1")
	trashed := trashOf(back)
	did(t, j, trashed, "bin/1")
	run := must(j.BeginRun(ctx, "undo", ""))(t)
	restore := providers.Op{
		Kind:    providers.OpRestore,
		Storage: trashed.Storage,
		Entry:   back,
		Receipt: "bin/1",
		Cause:   providers.Cause{Run: run},
	}
	key := must(j.Begin(ctx, restore))(t)
	if err := j.End(ctx, key, providers.Outcome{Restored: back}); err != nil {
		t.Fatal(err)
	}
	content := Content{Size: 7, SHA256: [32]byte{1}}
	for _, err := range []error{
		j.SetOverride(ctx, kept, Keep), j.SetOverride(ctx, approved, Approve),
		j.SetContentOverride(ctx, content, Keep),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		e    providers.Entry
		word Override
		undo int64
	}{{back, Keep, run}, {kept, Keep, 0}, {approved, Approve, 0}, {file("other", "1"), NoOverride, 0}} {
		if s := must(j.OverrideRecord(ctx, c.e))(t); s.Override != c.word || s.Undo != c.undo ||
			c.word != NoOverride && s.At.IsZero() {
			t.Errorf("%s: got %+v, want %q by run %d", c.e.Ref, s, c.word, c.undo)
		}
	}
	all := must(j.OverrideRecords(ctx))(t)
	if len(all) != 4 || all[0].Ref != back.Ref || all[0].Undo != run || len(all[0].Places) != 1 ||
		all[0].Places[0].Path != back.Path || all[3].Content != content {
		t.Errorf("all are %+v", all)
	}

	changed := kept // a decision on it was made before it was written to
	changed.Size++
	if err := j.SetOverride(ctx, changed, Keep); err != nil {
		t.Fatal(err)
	}
	for ref, want := range map[providers.Ref]int{"back": 1, "kept": 2, "other": 0} {
		if n := must(j.ClearOverrides(ctx, ref))(t); n != want {
			t.Errorf("%s: %d words were taken back, want %d", ref, n, want)
		}
	}
	if err := j.SetOverride(ctx, back, Keep); err != nil { // this time by the user
		t.Fatal(err)
	}
	if s := must(j.OverrideRecord(ctx, back))(t); s.Override != Keep || s.Undo != 0 {
		t.Errorf("got %+v, want a word of a person", s)
	}
	if all := must(j.OverrideRecords(ctx))(t); len(all) != 3 {
		t.Errorf("what stands is %+v, want an approval, a content and a file", all)
	}
	if _, err := j.Verify(ctx); err != nil {
		t.Error(err)
	}
}

// TestWhatCameBackIsKeptByItsContentUntilItIsForgotten checks that ClearOverrides, for a file that may be gone, revokes
// the decision on its content that was made when it came back, but none that the user made.
func TestWhatCameBackIsKeptByItsContentUntilItIsForgotten(t *testing.T) {
	for _, kind := range []providers.OpKind{providers.OpRestore, providers.OpGone} {
		j := newJournal(t)
		ctx := t.Context()
		said := Content{Size: 7, SHA256: [32]byte{7}}
		if err := j.SetContentOverride(ctx, said, Keep); err != nil {
			t.Fatal(err)
		}
		for ref, want := range map[providers.Ref]Override{"new": NoOverride, "said": Keep} {
			back := file(string(ref), "1")
			back.Size, back.SHA256 = 7, [32]byte{1}
			if ref == "said" {
				back.SHA256 = said.SHA256
			}
			trashed := trashOf(back)
			did(t, j, trashed, "bin/"+providers.Receipt(ref))
			op := providers.Op{
				Kind:    kind,
				Storage: trashed.Storage,
				Entry:   back,
				Receipt: "bin/" + providers.Receipt(ref),
			}
			key := must(j.Begin(ctx, op))(t)
			if err := j.End(ctx, key, providers.Outcome{Restored: back}); err != nil {
				t.Fatal(err)
			}
			of := Content{Size: back.Size, SHA256: back.SHA256}
			if w := must(j.ContentOverride(ctx, of))(t); w != Keep {
				t.Errorf("%s, %s: what was said is %q, want keep", kind, ref, w)
			}
			if n := must(j.ClearOverrides(ctx, ref))(t); n != 1 {
				t.Errorf("%s, %s: %d words were taken back, want 1", kind, ref, n)
			}
			if w := must(j.ContentOverride(ctx, of))(t); w != want {
				t.Errorf("%s, %s: after forgetting it what was said is %q, want %q", kind, ref, w, want)
			}
		}
		// Here the line of the user's decision on the content directly follows that of the one on the file, as after
		// a restore.
		person := file("person", "1")
		person.Size = said.Size
		for _, err := range []error{j.SetOverride(ctx, person, Keep), j.SetContentOverride(ctx, said, Keep)} {
			if err != nil {
				t.Fatal(err)
			}
		}
		must(j.ClearOverrides(ctx, person.Ref))(t)
		if w := must(j.ContentOverride(ctx, said))(t); w != Keep {
			t.Errorf("%s: a person's word on a content is %q, want keep", kind, w)
		}
		if _, err := j.Verify(ctx); err != nil {
			t.Error(err)
		}
	}
}

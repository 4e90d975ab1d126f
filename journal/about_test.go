package journal

import (
	"testing"

	"github.com/sweepd/sweepd/known"
	"github.com/sweepd/sweepd/providers"
)

// What About returns is what each of the methods returns for which it stands, whatever the journal has.
func TestAboutIsWhatEachQuestionReturns(t *testing.T) {
	j, ctx := newJournal(t), t.Context()
	e, other := file("art/a.png", "1-2-3"), file("art/b.png", "9-9-9")
	other.Size++
	same := func(when string) (of About) {
		t.Helper()
		for _, e := range []providers.Entry{other, e} {
			want := About{
				Known:    must(j.KnownState(ctx))(t),
				Override: must(j.Override(ctx, e))(t),
				Sized:    len(must(j.OverriddenContents(ctx, e.Size))(t)) > 0,
				Moved:    len(must(j.MovedLike(ctx, e))(t)) > 0,
			}
			if of = must(j.About(ctx, e))(t); of != want {
				t.Errorf("%s: about %s: got %+v, want %+v", when, e.Ref, of, want)
			}
		}
		return of
	}
	if a := same("nothing"); a.Override != NoOverride || a.Sized || a.Moved {
		t.Errorf("about a file of which nothing is known: %+v", a)
	}
	before := same("nothing").Known
	from := known.Source{Kind: known.Export, Path: "/e"}
	must(j.Learn(ctx, from, []known.Picture{knownPicture(1, known.Generated)}))(t)
	if a := same("learnt"); a.Known == before {
		t.Error("about a file after something was learnt: the state is that of before")
	}
	for _, word := range []Override{Approve, Keep, NoOverride} {
		must(0, j.SetOverride(ctx, e, word))(t)
		if a := same(string(word)); a.Override != word {
			t.Errorf("about a file with %q: %+v", word, a)
		}
	}
	must(0, j.SetOverride(ctx, e, Approve))(t)
	e.Revision = "1-2-4"
	if a := same("changed since"); a.Override != NoOverride {
		t.Errorf("about a file of which another revision is approved: %+v", a)
	}
	must(0, j.SetContentOverride(ctx, Content{Size: e.Size, SHA256: [32]byte{1}}, Keep))(t)
	if a := same("of a content"); !a.Sized {
		t.Errorf("about a file of the size of a kept content: %+v", a)
	}
	key := must(j.Begin(ctx, trashOf(e)))(t)
	must(0, j.End(ctx, key, providers.Outcome{Receipt: "bin/a"}))(t)
	if a := same("trashed"); !a.Moved {
		t.Errorf("about a file like a trashed one: %+v", a)
	}
}

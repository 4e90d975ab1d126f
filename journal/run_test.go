package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"testing"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/providers"
)

func TestRunsAreNumberedFromOneAndToldNewestFirst(t *testing.T) {
	j := newJournal(t)
	for want := range int64(3) {
		equal(t, "number", must(j.BeginRun(t.Context(), "scan", "sha256:0"))(t), want+1)
	}
	if err := j.EndRun(t.Context(), 1, json.RawMessage(`{"seen": 7}`), nil); err != nil {
		t.Fatal(err)
	}
	if err := j.EndRun(t.Context(), 2, nil, errors.New("no network: \xff")); err != nil {
		t.Fatal(err)
	}
	at := func(s time.Duration) time.Time { return noon.Add(s * time.Second) }
	want := []Run{
		{ID: 3, Kind: "scan", Policy: "sha256:0", Began: at(3)},
		{ID: 2, Kind: "scan", Policy: "sha256:0", Began: at(2), Ended: at(5), Err: "no network: \uFFFD"},
		{ID: 1, Kind: "scan", Policy: "sha256:0", Began: at(1), Ended: at(4), Summary: json.RawMessage(`{"seen": 7}`)},
	}
	equal(t, "all", must(j.Runs(t.Context(), 10))(t), want)
	equal(t, "the newest", must(j.Runs(t.Context(), 1))(t), want[:1])
	equal(t, "since the second", must(j.RunsSince(t.Context(), at(2)))(t), want[:2])
	equal(t, "since later", len(must(j.RunsSince(t.Context(), at(4)))(t)), 0)
	equal(t, "one", must(j.Run(t.Context(), 2))(t), want[1])
	equal(t, "interrupted", want[0].Interrupted(), true)
	equal(t, "ended", want[1].Interrupted(), false)
}

func TestARunThatIsNotUnderWayCannotEnd(t *testing.T) {
	j := newJournal(t)
	id := must(j.BeginRun(t.Context(), "apply", ""))(t)
	if err := j.EndRun(t.Context(), id, json.RawMessage(`{`), nil); err == nil {
		t.Error("a summary that is no JSON: got nil, want an error")
	}
	if err := j.EndRun(t.Context(), id, nil, nil); err != nil {
		t.Fatal(err)
	}
	for _, id := range []int64{id, 99} {
		if err := j.EndRun(t.Context(), id, nil, errors.New("x")); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("run %d: got %v, want %v", id, err, fs.ErrNotExist)
		}
	}
	if _, err := j.Run(t.Context(), 99); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want %v", err, fs.ErrNotExist)
	}
}

func TestAWordIsOfAFileUntilItIsWrittenToAndTheLastOneCounts(t *testing.T) {
	j := newJournal(t)
	e := providers.Entry{Ref: "a\xff", Revision: "1", Size: 3, Modified: noon}
	for _, w := range []Override{Keep, NoOverride, NoOverride, Keep} {
		if err := j.SetOverride(t.Context(), e, w); err != nil {
			t.Fatal(err)
		}
		equal(t, "word", must(j.Override(t.Context(), e))(t), w)
		equal(t, "of all words", must(j.Overrides(t.Context()))(t).Of(e), w)
	}
	touched, other, larger, later := e, e, e, e
	touched.Revision, other.Ref, larger.Size, later.Modified = "2", "a", 4, noon.Add(time.Microsecond)
	equal(t, "with other permissions", must(j.Override(t.Context(), touched))(t), Keep)
	for _, e := range []providers.Entry{other, larger, later} {
		equal(t, fmt.Sprintf("of %+v", e), must(j.Override(t.Context(), e))(t), NoOverride)
	}
	if err := j.SetContentOverride(t.Context(), Content{}, Approve); err == nil {
		t.Error("a content approved: got nil, want an error")
	}
	if err := j.SetOverride(t.Context(), e, "delete"); err == nil {
		t.Error("an unknown word: got nil, want an error")
	}
}

func TestWhatIsApprovedIsThatRevisionAlone(t *testing.T) {
	j := newJournal(t)
	e, touched := file("a", "1"), file("a", "2")
	requireWord := func(when string, e providers.Entry, want Override) {
		t.Helper()
		equal(t, when, must(j.Override(t.Context(), e))(t), want)
		equal(t, when+", of all words", must(j.Overrides(t.Context()))(t).Of(e), want)
	}
	for _, say := range []struct {
		w            Override
		of           providers.Entry
		then, others Override // of e, and of the other revision
	}{
		{Approve, e, Approve, NoOverride},
		{Approve, touched, NoOverride, Approve},
		{Keep, e, Keep, Keep},
		{Approve, e, Approve, NoOverride},
		{NoOverride, touched, NoOverride, NoOverride},
	} {
		if err := j.SetOverride(t.Context(), say.of, say.w); err != nil {
			t.Fatal(err)
		}
		requireWord("of it", e, say.then)
		requireWord("of the other revision", touched, say.others)
	}
	none := providers.Entry{Ref: "b"}
	if err := j.SetOverride(t.Context(), none, Approve); err != nil {
		t.Fatal(err)
	}
	requireWord("of no revision", none, NoOverride)
}

func TestKeepEndsAGraceAndApproveDoesNot(t *testing.T) {
	j := newJournal(t)
	e := file("a", "1")
	scan(t, j, 1, true, map[providers.Entry]fingerprint.Verdict{e: proven()})
	for w, ends := range map[Override]bool{Approve: false, Keep: true} {
		if _, err := j.Mark(t.Context(), "home", []providers.Entry{e}, noon); err != nil {
			t.Fatal(err)
		}
		if err := j.SetOverride(t.Context(), e, w); err != nil {
			t.Fatal(err)
		}
		equal(t, string(w), must(j.Record(t.Context(), "home", 1, "a"))(t).Marked.IsZero(), ends)
	}
}

func TestAWordOnAContentIsOfEveryFileWithIt(t *testing.T) {
	j := newJournal(t)
	c := Content{Size: 7, SHA256: [32]byte{1}}
	others := []Content{{Size: 7, SHA256: [32]byte{2}}, {Size: 8, SHA256: [32]byte{1}}, {}}
	for _, w := range []Override{NoOverride, Keep, NoOverride, NoOverride, Keep} {
		if err := j.SetContentOverride(t.Context(), c, w); err != nil {
			t.Fatal(err)
		}
		all := must(j.Overrides(t.Context()))(t)
		equal(t, "word", must(j.ContentOverride(t.Context(), c))(t), w)
		equal(t, "of all words", all.OfContent(c), w)
		var want []Content
		if w == Keep {
			want = []Content{c}
		}
		equal(t, "said of its size", must(j.OverriddenContents(t.Context(), 7))(t), want)
		equal(t, "said of its size, of all words", all.OverriddenContents(7), want)
		equal(
			t,
			"said of another size",
			len(must(j.OverriddenContents(t.Context(), 8))(t))+len(all.OverriddenContents(8)),
			0,
		)
		for _, other := range others {
			equal(t, "word on another", string(must(j.ContentOverride(t.Context(), other))(t)+all.OfContent(other)), "")
		}
	}
	var none Overrides
	equal(t, "of no words", string(none.Of(file("a", "1"))+none.OfContent(c)), "")
}

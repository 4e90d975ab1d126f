package journal

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/providers"
)

// scan puts the results for unknown files, looks at the others, and saves.
func scan(t *testing.T, j *Journal, version int, complete bool, found map[providers.Entry]fingerprint.Verdict) {
	t.Helper()
	s := must(j.LoadVerdictCache(t.Context(), "home", version))(t)
	for e, v := range found {
		if s.Get(e) == Unknown {
			if err := s.Put(t.Context(), e, v); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := s.Save(t.Context(), "", complete); err != nil {
		t.Fatal(err)
	}
}

// knownOf returns what a newly loaded VerdictCache knows of the files.
func knownOf(t *testing.T, j *Journal, version int, files ...providers.Entry) (all []Known) {
	t.Helper()
	s := must(j.LoadVerdictCache(t.Context(), "home", version))(t)
	for _, e := range files {
		all = append(all, s.Get(e))
	}
	return all
}

func equal[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got): %s", what, d)
	}
}

func TestWhatWasFoundIsKnownAgain(t *testing.T) {
	j := newJournal(t)
	a, b, c := file("a.png", "1"), file("b.jpg", "1"), file("c", "1")
	scan(t, j, 1, true, map[providers.Entry]fingerprint.Verdict{a: proven(), b: photo, c: prose})
	equal(t, "known", knownOf(t, j, 1, a, b, c, file("d", "1")), []Known{Matched, PlainImage, NotImage, Unknown})
	equal(t, "rows", count(t, j, "seen"), 1)
}

func count(t *testing.T, j *Journal, table string) (n int) {
	t.Helper()
	if err := j.read.QueryRow("SELECT count(*) FROM " + table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestALookUpNeverTakesOneFileForAnother(t *testing.T) {
	j := newJournal(t)
	e := file("ab", "cd")
	scan(t, j, 1, true, map[providers.Entry]fingerprint.Verdict{e: photo})
	renamed, shifted, shiftedToo := e, e, e
	renamed.Path = "/pictures/other"
	shifted.Ref, shifted.Revision = "abc", "d"
	shiftedToo.Ref, shiftedToo.Revision, shiftedToo.Path = "a", "bc", "/pictures/dab"
	for name, other := range map[string]providers.Entry{
		"revision": file("ab", "ce"), "ref": file("aB", "cd"), "name": renamed,
		"border of ref and revision": shifted, "border of each": shiftedToo,
	} {
		if got := knownOf(t, j, 1, other); got[0] != Unknown {
			t.Errorf("another %s: got %v, want unknown", name, got)
		}
	}
	equal(t, "another version", knownOf(t, j, 2, e), []Known{Unknown})
	other := must(j.LoadVerdictCache(t.Context(), "drive", 1))(t)
	equal(t, "another storage", other.Get(e), Unknown)
	moved := e
	moved.Path = "/elsewhere/ab"
	equal(t, "another folder", knownOf(t, j, 1, moved), []Known{PlainImage})
}

func TestAFileWithoutARevisionIsNotRemembered(t *testing.T) {
	s := must(newJournal(t).LoadVerdictCache(t.Context(), "home", 1))(t)
	for _, e := range []providers.Entry{file("", "1"), file("a", "")} {
		if err := s.Put(t.Context(), e, photo); err == nil {
			t.Errorf("of %+v: got nil, want an error", e)
		}
		equal(t, "known", s.Get(e), Unknown)
	}
}

func TestAPartialListingForgetsNothing(t *testing.T) {
	j := newJournal(t)
	a, b, c := file("a", "1"), file("b", "1"), file("c", "1")
	scan(t, j, 1, true, map[providers.Entry]fingerprint.Verdict{a: proven(), b: photo})
	scan(t, j, 1, false, map[providers.Entry]fingerprint.Verdict{c: photo})
	scan(t, j, 1, false, nil)
	equal(t, "known", knownOf(t, j, 1, a, b, c), []Known{Matched, PlainImage, PlainImage})
}

func TestAnEmptyListingForgetsNothingThoughItIsCalledComplete(t *testing.T) {
	j := newJournal(t)
	a, b := file("a", "1"), file("b", "1")
	scan(t, j, 1, true, map[providers.Entry]fingerprint.Verdict{a: proven(), b: photo})
	scan(t, j, 1, true, nil)
	equal(t, "known", knownOf(t, j, 1, a, b), []Known{Matched, PlainImage})
}

func TestACompleteListingForgetsWhatItDidNotName(t *testing.T) {
	j := newJournal(t)
	a, b, c := file("a", "1"), file("b", "1"), file("c", "1")
	scan(t, j, 1, true, map[providers.Entry]fingerprint.Verdict{a: proven(), b: photo, c: proven()})
	scan(t, j, 1, true, map[providers.Entry]fingerprint.Verdict{c: proven()})
	equal(t, "known", knownOf(t, j, 1, a, b, c), []Known{Unknown, Unknown, Matched})
	if got := gather(t, j.Records(t.Context(), "home", 1)); len(got) != 1 || got[0].Entry.Ref != "c" {
		t.Errorf("got %v, want the record of c alone", got)
	}
}

func TestAnotherVersionOfTheDetectorsBeginsAnew(t *testing.T) {
	j := newJournal(t)
	a, b := file("a", "1"), file("b", "1")
	scan(t, j, 1, true, map[providers.Entry]fingerprint.Verdict{a: proven(), b: proven()})
	first := must(j.Record(t.Context(), "home", 1, "a"))(t)
	if _, err := j.Record(t.Context(), "home", 2, "a"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the old record under the new version: got %v, want %v", err, fs.ErrNotExist)
	}
	scan(t, j, 2, true, map[providers.Entry]fingerprint.Verdict{a: proven(), file("c", "1"): photo})
	equal(t, "known to the new", knownOf(t, j, 2, a, b), []Known{Matched, Unknown})
	equal(t, "known to the old", knownOf(t, j, 1, a, b), []Known{Unknown, Unknown})
	equal(t, "first seen", must(j.Record(t.Context(), "home", 2, "a"))(t).FirstSeen, first.FirstSeen)
}

func TestARecordIsToldAsItWasFound(t *testing.T) {
	j := newJournal(t)
	e := providers.Entry{Ref: "r\xff\x00", Revision: "\xfe", Path: "/p/\xf0\x28", Size: 3, Modified: noon, Weak: true}
	scan(t, j, 1, true, map[providers.Entry]fingerprint.Verdict{e: proven()})
	want := Record{Entry: e, Verdict: proven(), FirstSeen: noon.Add(time.Second)}
	equal(t, "by ref", must(j.Record(t.Context(), "home", 1, e.Ref))(t), want)
	equal(t, "of all", gather(t, j.Records(t.Context(), "home", 1)), []Record{want})
	s := must(j.LoadVerdictCache(t.Context(), "home", 1))(t)
	got, ok, err := s.Matched(t.Context(), e)
	if !ok || err != nil {
		t.Errorf("got %t, %v, want true", ok, err)
	}
	equal(t, "by entry", got, want)
}

func TestAnAbsurdTimeDoesNotComeBackAsAPlausibleOne(t *testing.T) {
	j := newJournal(t)
	future, past := file("f", "1"), file("p", "1")
	future.Modified, past.Modified = time.Unix(1<<60, 0), time.Unix(-1<<60, 0)
	scan(t, j, 1, true, map[providers.Entry]fingerprint.Verdict{future: proven(), past: proven()})
	if got := must(j.Record(t.Context(), "home", 1, "f"))(t).Entry.Modified; got.Before(noon.AddDate(1000, 0, 0)) {
		t.Errorf("got %v, want the far future", got)
	}
	if got := must(j.Record(t.Context(), "home", 1, "p"))(t).Entry.Modified; got.After(noon.AddDate(-3000, 0, 0)) {
		t.Errorf("got %v, want the far past", got)
	}
}

func TestOnlyTheRecordOfTheVeryStateIsGiven(t *testing.T) {
	j := newJournal(t)
	e := file("a", "1")
	scan(t, j, 1, true, map[providers.Entry]fingerprint.Verdict{e: proven()})
	s := must(j.LoadVerdictCache(t.Context(), "home", 1))(t)
	renamed := e
	renamed.Path = "/pictures/b"
	for _, other := range []providers.Entry{file("a", "2"), file("b", "1"), renamed} {
		if r, ok, err := s.Matched(t.Context(), other); ok || err != nil {
			t.Errorf("of %v: got %v, %v, want none", other, r, err)
		}
	}
}

func TestRecordsOfManyFilesAreThoseOfEach(t *testing.T) {
	j := newJournal(t)
	found := map[providers.Entry]fingerprint.Verdict{}
	refs := []providers.Ref{"unknown"}
	for i := range 2*recordsAtOnce + 1 {
		e := file(fmt.Sprint(i), "1")
		found[e], refs = proven(), append(refs, e.Ref)
	}
	scan(t, j, 1, true, found)
	s := must(j.LoadVerdictCache(t.Context(), "home", 1))(t)
	for _, n := range []int{0, 1, 2, recordsAtOnce, recordsAtOnce + 1, len(refs)} {
		want := map[providers.Ref]*Record{}
		for _, ref := range refs[:n] {
			if r, err := j.Record(t.Context(), "home", 1, ref); err == nil {
				want[ref] = &r
			}
		}
		equal(t, fmt.Sprintf("of %d files", n), must(s.RecordsOf(t.Context(), refs[:n]))(t), want)
	}
	must(j.write.ExecContext(t.Context(), `UPDATE matches SET verdict = '{}' WHERE ref = $1`, []byte("7")))(t)
	if r, ok := must(s.RecordsOf(t.Context(), refs))(t)["7"]; ok {
		t.Errorf("a record with a wrong checksum is given: %+v", r)
	}
}

func TestAFileThatMovedKeepsItsRecordWithTheNewPath(t *testing.T) {
	j := newJournal(t)
	e := file("id", "1")
	scan(t, j, 1, true, map[providers.Entry]fingerprint.Verdict{e: proven()})
	if _, err := j.Mark(t.Context(), "home", []providers.Entry{e}, noon); err != nil {
		t.Fatal(err)
	}
	before := must(j.Record(t.Context(), "home", 1, "id"))(t)
	s := must(j.LoadVerdictCache(t.Context(), "home", 1))(t)
	moved := e
	moved.Path = "/archive/id"
	equal(t, "known", s.Get(moved), Matched)
	if _, ok, err := s.Matched(t.Context(), moved); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if err := s.Save(t.Context(), "", true); err != nil {
		t.Fatal(err)
	}
	want := before
	want.Entry.Path = moved.Path
	equal(t, "record", must(j.Record(t.Context(), "home", 1, "id"))(t), want)
}

func TestANewRevisionBeginsAnew(t *testing.T) {
	j := newJournal(t)
	old, e := file("a", "1"), file("a", "2")
	scan(t, j, 1, true, map[providers.Entry]fingerprint.Verdict{old: proven()})
	if _, err := j.Mark(t.Context(), "home", []providers.Entry{old}, noon); err != nil {
		t.Fatal(err)
	}
	before := must(j.Record(t.Context(), "home", 1, "a"))(t)
	scan(t, j, 1, true, map[providers.Entry]fingerprint.Verdict{e: proven()})
	got := must(j.Record(t.Context(), "home", 1, "a"))(t)
	if got.Entry.Revision != "2" || !got.Marked.IsZero() || !got.FirstSeen.After(before.FirstSeen) {
		t.Errorf("got %+v, want revision 2, seen after %v, not marked", got, before.FirstSeen)
	}
}

func TestAFileThatNoLongerMatchesHasNoRecord(t *testing.T) {
	for name, after := range map[string]func(providers.Entry) providers.Entry{
		"another revision": func(e providers.Entry) providers.Entry { e.Revision = "2"; return e },
		"another name":     func(e providers.Entry) providers.Entry { e.Path = "/pictures/z"; return e },
	} {
		j := newJournal(t)
		e := file("a", "1")
		scan(t, j, 1, true, map[providers.Entry]fingerprint.Verdict{e: proven()})
		scan(t, j, 1, false, map[providers.Entry]fingerprint.Verdict{after(e): photo})
		if r, err := j.Record(t.Context(), "home", 1, "a"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: got %v, %v, want none", name, r, err)
		}
	}
}

func TestAFileThatIsGoneOrTrashedHasNoRecord(t *testing.T) {
	j := newJournal(t)
	a, b, c := file("a", "1"), file("b", "1"), file("c", "1")
	scan(t, j, 1, true, map[providers.Entry]fingerprint.Verdict{a: proven(), b: proven(), c: proven()})
	s := must(j.LoadVerdictCache(t.Context(), "home", 1))(t)
	s.Gone("a")
	s.Gone("never heard of")
	if err := s.Save(t.Context(), "", false); err != nil {
		t.Fatal(err)
	}
	did(t, j, trashOf(b), "r")
	if got := gather(t, j.Records(t.Context(), "home", 1)); len(got) != 1 || got[0].Entry.Ref != "c" {
		t.Errorf("got %v, want the record of c alone", got)
	}
	if _, ok, err := s.Matched(t.Context(), b); ok || err != nil {
		t.Errorf("the trashed one: got %t, %v, want none", ok, err)
	}
}

func TestAGraceIsMarkedForOneRevisionOnce(t *testing.T) {
	j := newJournal(t)
	a, b := file("a", "1"), file("b", "1")
	scan(t, j, 1, true, map[providers.Entry]fingerprint.Verdict{a: proven(), b: proven()})
	mark := func(at time.Time, files ...providers.Entry) {
		t.Helper()
		if _, err := j.Mark(t.Context(), "home", files, at); err != nil {
			t.Fatal(err)
		}
	}
	marked := func() (m []time.Time) {
		for _, r := range gather(t, j.Records(t.Context(), "home", 1)) {
			m = append(m, r.Marked)
		}
		return m
	}
	mark(noon, a, file("b", "2"))
	equal(t, "marked", marked(), []time.Time{noon, {}})
	mark(noon.Add(time.Hour), a, b)
	equal(t, "marked again", marked(), []time.Time{noon, noon.Add(time.Hour)})
	mark(time.Time{}, a)
	equal(t, "removed", marked(), []time.Time{{}, noon.Add(time.Hour)})
}

func TestAGraceDoesNotCarryOverToAnotherVerdict(t *testing.T) {
	j := newJournal(t)
	a, b := file("a", "1"), file("b", "1")
	weaker := proven()
	weaker.Confidence = fingerprint.Likely
	scan(t, j, 1, true, map[providers.Entry]fingerprint.Verdict{a: weaker, b: proven()})
	if _, err := j.Mark(t.Context(), "home", []providers.Entry{a, b}, noon); err != nil {
		t.Fatal(err)
	}
	scan(t, j, 2, true, map[providers.Entry]fingerprint.Verdict{a: proven(), b: proven()})
	equal(t, "changed", must(j.Record(t.Context(), "home", 2, "a"))(t).Marked, time.Time{})
	equal(t, "the same", must(j.Record(t.Context(), "home", 2, "b"))(t).Marked, noon)
}

func TestTheCursorIsSavedWithWhatComesBeforeItAndIsOfOneVersion(t *testing.T) {
	j := newJournal(t)
	s := must(j.LoadVerdictCache(t.Context(), "home", 1))(t)
	equal(t, "new", s.Cursor(), "")
	e := file("a", "1")
	if err := s.Put(t.Context(), e, photo); err != nil {
		t.Fatal(err)
	}
	if err := s.Save(t.Context(), "c\xff1", false); err != nil {
		t.Fatal(err)
	}
	equal(t, "here", s.Cursor(), "c\xff1")
	again := must(j.LoadVerdictCache(t.Context(), "home", 1))(t)
	equal(t, "loaded", again.Cursor(), "c\xff1")
	equal(t, "what comes before", again.Get(e), PlainImage)
	equal(t, "of another version", must(j.LoadVerdictCache(t.Context(), "home", 2))(t).Cursor(), "")
	equal(t, "of another storage", must(j.LoadVerdictCache(t.Context(), "drive", 1))(t).Cursor(), "")
}

func TestASaveOfNothingNewWritesNothing(t *testing.T) {
	ofSQLite(t)
	j := newJournal(t)
	found := map[providers.Entry]fingerprint.Verdict{file("a", "1"): proven()}
	for i := range 1000 {
		found[file(fmt.Sprint(i), "1")] = photo
	}
	scan(t, j, 1, true, found)
	changes := func() (n int) {
		if err := j.write.QueryRow("SELECT total_changes()").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := changes()
	scan(t, j, 1, true, found)
	equal(t, "rows written", changes()-before, 0)
	s := must(j.LoadVerdictCache(t.Context(), "home", 2))(t)
	for e, v := range found {
		if err := s.Put(t.Context(), e, v); err != nil {
			t.Fatal(err)
		}
	}
	for _, written := range []bool{true, false} {
		before = changes()
		if err := s.Save(t.Context(), "", true); err != nil {
			t.Fatal(err)
		}
		equal(t, "written by the new version", changes() > before, written)
	}
}

func TestASaveThatFailsIsDoneByTheNext(t *testing.T) {
	ofSQLite(t)
	j := newJournal(t)
	a, b, c := file("a", "1"), file("b", "1"), file("c", "1")
	scan(t, j, 1, true, map[providers.Entry]fingerprint.Verdict{a: proven()})
	s := must(j.LoadVerdictCache(t.Context(), "home", 1))(t)
	for e, v := range map[providers.Entry]fingerprint.Verdict{b: proven(), c: photo} {
		if err := s.Put(t.Context(), e, v); err != nil {
			t.Fatal(err)
		}
	}
	must(j.write.Exec("PRAGMA query_only = 1"))(t)
	if err := s.Save(t.Context(), "next", true); err == nil {
		t.Fatal("got nil, want an error")
	}
	equal(t, "after the failure", knownOf(t, j, 1, a, b, c), []Known{Matched, Unknown, Unknown})
	must(j.write.Exec("PRAGMA query_only = 0"))(t)
	if err := s.Save(t.Context(), "next", true); err != nil {
		t.Fatal(err)
	}
	equal(t, "after the success", knownOf(t, j, 1, a, b, c), []Known{Unknown, Matched, PlainImage})
}

func TestManyMatchesAreWrittenBeforeTheEnd(t *testing.T) {
	j := newJournal(t)
	s := must(j.LoadVerdictCache(t.Context(), "home", 1))(t)
	for i := range flushAt + 1 {
		if err := s.Put(t.Context(), file(fmt.Sprint(i), "1"), proven()); err != nil {
			t.Fatal(err)
		}
	}
	equal(t, "waiting", len(s.pending), 1)
	equal(t, "written", count(t, j, "matches"), flushAt)
	if err := s.Save(t.Context(), "", true); err != nil {
		t.Fatal(err)
	}
	equal(t, "saved", count(t, j, "matches"), flushAt+1)
}

func TestSeenIsUsedBySeveralGoroutines(t *testing.T) {
	j := newJournal(t)
	s := must(j.LoadVerdictCache(t.Context(), "home", 1))(t)
	var all sync.WaitGroup
	for g := range 8 {
		all.Go(func() {
			for i := range 400 {
				e := file(fmt.Sprint(i), "1")
				v := photo
				if i%3 == 0 {
					v = proven()
				}
				if s.Get(e) == Unknown {
					if err := s.Put(context.Background(), e, v); err != nil {
						t.Error(err)
					}
				}
				if i%100 == g {
					if err := s.Save(context.Background(), "", false); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	all.Wait()
	if err := s.Save(t.Context(), "", true); err != nil {
		t.Fatal(err)
	}
	again := must(j.LoadVerdictCache(t.Context(), "home", 1))(t)
	for i := range 400 {
		want := PlainImage
		if i%3 == 0 {
			want = Matched
		}
		equal(t, fmt.Sprint("file ", i), again.Get(file(fmt.Sprint(i), "1")), want)
	}
}

func TestLookingUpAllocatesNothing(t *testing.T) {
	j := newJournal(t)
	s := must(j.LoadVerdictCache(t.Context(), "home", 1))(t)
	e := file("a", "1")
	if err := s.Put(t.Context(), e, photo); err != nil {
		t.Fatal(err)
	}
	equal(t, "allocations", testing.AllocsPerRun(100, func() { s.Get(e) }), 0)
	equal(t, "allocations for a content without hashes", testing.AllocsPerRun(100, func() {
		if known, _, err := s.ByContent(t.Context(), e); known != Unknown || err != nil {
			t.Fatal(known, err)
		}
	}), 0)
}

func TestDamageAmongTheFilesSeenIsAnError(t *testing.T) {
	for _, damage := range []string{
		"UPDATE seen SET hashes = substr(hashes, 2)", "UPDATE seen SET hashes = zeroblob(32)",
		"UPDATE seen SET start = start + 256", "UPDATE seen SET start = 255",
		"INSERT INTO seen SELECT storage, start + 255, version, hashes FROM seen",
		"UPDATE matches SET hash = x'00'",
	} {
		j := newJournal(t)
		scan(t, j, 1, true, map[providers.Entry]fingerprint.Verdict{file("a", "1"): photo, file("b", "1"): proven()})
		change(t, j, damage)
		if _, err := j.LoadVerdictCache(t.Context(), "home", 1); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: got %v, want %v", damage, err, ErrDamaged)
		}
	}
}

// FuzzUnpack checks that a row is either refused or packs to the same bytes again.
func FuzzUnpack(f *testing.F) {
	ok := append(slices.Repeat([]byte{7}, 15), 1)
	f.Add(byte(7), ok)
	f.Add(byte(7), append(slices.Clone(ok), append(slices.Repeat([]byte{7, 9}, 7), 7, 2)...))
	f.Add(byte(7), append(slices.Clone(ok), ok...))
	f.Add(byte(7), ok[:15])
	f.Add(byte(8), ok)
	f.Add(byte(0), append(slices.Clone(ok), append(slices.Repeat([]byte{9}, 15), 1)...))
	f.Add(byte(0), append(slices.Repeat([]byte{9}, 15), append([]byte{1}, ok...)...))
	f.Add(byte(0), make([]byte, 16))
	f.Add(byte(0), []byte{})
	f.Fuzz(func(t *testing.T, start byte, packed []byte) {
		var s VerdictCache
		last, err := s.unpack(int(start), packed)
		if err != nil {
			if !errors.Is(err, ErrDamaged) {
				t.Errorf("got %v, want %v", err, ErrDamaged)
			}
			return
		}
		var again []byte
		for i := range s.tables {
			one, _ := s.tables[i].pack(nil)
			again = append(again, one...)
			if len(one) > 0 && (i < int(start) || i > last) {
				t.Errorf("shard %d is not between %d and %d", i, start, last)
			}
		}
		if string(again) != string(packed) {
			t.Errorf("got % x, want % x", again, packed)
		}
		for i := 0; i < len(packed); i += hashSize {
			h := parseHash(packed[i:])
			if s.tables[h.shard()].meet(h.marked(0)) != h.known() {
				t.Errorf("hash %d is not found as %d", i/hashSize, h.known())
			}
		}
	})
}

package journal

import (
	"crypto/sha256"
	"errors"
	"io/fs"
	"testing"
	"testing/fstest"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/providers"
)

// remote returns a file of a storage that reports many facts without reading.
func remote(ref, content string) providers.Entry {
	e := file(ref, "1")
	e.SHA256, e.Starred, e.Shared, e.Camera, e.Properties = sha256.Sum256([]byte(content)),
		true, true, "Canon\xff EOS", "a=1\nb=2"
	return e
}

// hashed returns a file of that length with the hashes of that content, as after reading it whole.
func hashed(ref, content string, size int64) providers.Entry {
	e := file(ref, "1")
	h := providers.NewHasher()
	_, _ = h.Write([]byte(content)) // never fails
	e.Size, e.Hashes = size, h.Sum()
	return e
}

func TestTheHashesOfARevisionAreKeptWhateverElseIsSaidOfIt(t *testing.T) {
	j := newJournal(t)
	e := hashed("a", "x", 10)
	scan(t, j, 1, true, map[providers.Entry]fingerprint.Verdict{e: partial()})
	listed := e
	listed.Hashes = providers.Hashes{} // a disk reports no hashes
	s := must(j.LoadVerdictCache(t.Context(), "home", 1))(t)
	if r, ok, err := s.Matched(t.Context(), listed); !ok || err != nil || r.Entry != e {
		t.Errorf("got %+v, %v, %v; want the hashes with it", r, ok, err)
	}
	shaky := listed
	shaky.Weak = true
	if r, ok, err := s.Matched(t.Context(), shaky); !ok || err != nil || r.Entry != shaky {
		t.Errorf("of a weak revision: got %+v, %v, %v; want no hashes", r, ok, err)
	}
	scan(t, j, 1, true, map[providers.Entry]fingerprint.Verdict{listed: proven()})
	equal(t, "examined again", must(j.Record(t.Context(), "home", 1, "a"))(t).Entry, e)
	other := listed
	other.Revision = "2"
	scan(t, j, 1, true, map[providers.Entry]fingerprint.Verdict{other: proven()})
	equal(t, "another revision", must(j.Record(t.Context(), "home", 1, "a"))(t).Entry, other)
}

func TestAContentHashThatIsNotAsItWasWrittenVoidsTheRecord(t *testing.T) {
	j := newJournal(t)
	e := hashed("a", "x", 10)
	e.SHA256 = [32]byte{} // a Dropbox reports no SHA-256
	scan(t, j, 1, true, map[providers.Entry]fingerprint.Verdict{e: proven()})
	equal(t, "entry", must(j.Record(t.Context(), "home", 1, "a"))(t).Entry, e)
	for _, damage := range []string{
		"content_hash = zeroblob(32)", "content_hash = x''", "content_hash = x'00'", "sha256 = zeroblob(32)",
	} {
		change(t, j, "UPDATE matches SET "+damage)
		if r, err := j.Record(t.Context(), "home", 1, "a"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: got %v, %v, want %v", damage, r, err, fs.ErrNotExist)
		}
	}
}

func TestAContentIsKnownByWhicheverHashAStorageSays(t *testing.T) {
	const small, large = 4 << 20, 4<<20 + 1 // in bytes: one block, and two
	for what, c := range map[string]struct {
		size int64
		// blocksFirst means that the stored file has only the content hash, shaThen that the requested one has only
		// the SHA-256.
		blocksFirst, shaThen bool
		want                 Known
	}{
		"a Drive's file in a Drive, of one block": {small, false, true, Matched},
		"of two": {large, false, true, Matched},
		"a disk's file in a Dropbox, of one block": {small, false, false, Matched},
		"of two blocks": {large, false, false, Matched},
		"a Dropbox's file in a Drive, of one block": {small, true, true, Matched},
		"a Dropbox's file in a Drive, of two":       {large, true, true, Unknown},
		"a Dropbox's file in a Dropbox":             {large, true, false, Matched},
	} {
		j := newJournal(t)
		put, asked := hashed("a", "x", c.size), hashed("a", "x", c.size)
		// The hashes of one block belong together.
		one := providers.Entry{Size: small, Hashes: providers.Hashes{SHA256: put.SHA256}}.Sums()
		if c.size == small {
			put.Hashes, asked.Hashes = one, one
		}
		if c.blocksFirst {
			put.SHA256 = [32]byte{}
		}
		if asked.Ref = "b"; c.shaThen {
			asked.ContentHash = [32]byte{}
		} else {
			asked.SHA256 = [32]byte{}
		}
		scan(t, j, 1, true, map[providers.Entry]fingerprint.Verdict{put: proven()})
		k, _, err := must(j.LoadVerdictCache(t.Context(), "other", 1))(t).ByContent(t.Context(), asked)
		if k != c.want || err != nil {
			t.Errorf("%s: got %v, %v; want %v", what, k, err, c.want)
		}
	}
}

// A journal from before content hashes has checksums over five fact columns.
func TestRecordsOfBeforeContentHashesAreAsGoodAsBefore(t *testing.T) {
	path := newPath(t)
	script(t, path, "PRAGMA user_version = 0")
	before := fstest.MapFS{}
	for _, name := range steps(migrations)[:2] {
		before[name] = &fstest.MapFile{Data: must(fs.ReadFile(migrations, name))(t)}
	}
	db := connect(path, "rw", 1)
	if err := migrate(t.Context(), db, before, 0); err != nil {
		t.Fatal(err)
	}
	e := remote("a", "x")
	m := must(
		(&VerdictCache{storage: "home", version: 1}).newMatch(e, proven(), hashOf(e).marked(uint64(Matched)), noon),
	)(
		t,
	)
	columns := m.columns()
	columns = columns[:len(columns)-1]
	must(
		db.Exec(
			`INSERT INTO matches (storage, ref, revision, path, size, modified, created, weak, hash,
			version, verdict, first_seen, marked, sha256, starred, shared, camera, properties, checksum)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`,
			append(columns, checksumOf(columns...))...),
	)(
		t,
	)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	equal(t, "record", must(openAt(t, path).Record(t.Context(), "home", 1, "a"))(t),
		Record{Entry: e, Verdict: proven(), FirstSeen: noon})
}

// partial returns the verdict on a proven file before it was read whole.
func partial() fingerprint.Verdict {
	v := proven()
	v.Partial = true
	return v
}

func TestWhatAStorageSaysOfAFileIsRemembered(t *testing.T) {
	j := newJournal(t)
	e := remote("a", "x")
	scan(t, j, 1, true, map[providers.Entry]fingerprint.Verdict{e: proven()})
	equal(t, "entry", must(j.Record(t.Context(), "home", 1, "a"))(t).Entry, e)
	for _, damage := range []string{
		"sha256 = zeroblob(32)", "sha256 = x''", "sha256 = x'00'", "starred = 0", "shared = 0", "camera = x''",
		"properties = x''",
	} {
		change(t, j, "UPDATE matches SET "+damage)
		if r, err := j.Record(t.Context(), "home", 1, "a"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: got %v, %v, want %v", damage, r, err, fs.ErrNotExist)
		}
	}
	e.Starred, e.Camera = false, ""
	s := must(j.LoadVerdictCache(t.Context(), "home", 1))(t)
	if err := s.Put(t.Context(), e, proven()); err != nil {
		t.Fatal(err)
	}
	e.Starred = true // the same bytes, and a star was added since
	if r, ok, err := s.Matched(t.Context(), e); ok && err == nil {
		t.Errorf("got %+v before it was saved", r)
	}
	if err := s.Save(t.Context(), "", false); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := s.Matched(t.Context(), e); !ok || err != nil {
		t.Errorf("got %v, %v; want it matched still", ok, err)
	}
	if err := s.Save(t.Context(), "", false); err != nil {
		t.Fatal(err)
	}
	equal(t, "entry since", must(j.Record(t.Context(), "home", 1, "a"))(t).Entry, e)
}

func TestRecordsOfAnOlderJournalAreAsGoodAsBefore(t *testing.T) {
	path := newPath(t)
	script(t, path, "PRAGMA user_version = 0")
	first, err := fs.ReadFile(migrations, "migrations/0001_first.sql")
	if err != nil {
		t.Fatal(err)
	}
	db := connect(path, "rw", 1)
	if err := migrate(t.Context(), db, fstest.MapFS{"migrations/0001_first.sql": {Data: first}}, 0); err != nil {
		t.Fatal(err)
	}
	m := must((&VerdictCache{storage: "home", version: 1}).newMatch(file("a", "1"), proven(),
		hashOf(file("a", "1")).marked(uint64(Matched)), noon))(t)
	m.marked = noon
	columns := m.columns()
	columns = columns[:len(columns)-len(factValues(m.e))]
	must(db.Exec(`INSERT INTO matches VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		append(columns, checksumOf(columns...))...))(t)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	r := must(openAt(t, path).Record(t.Context(), "home", 1, "a"))(t)
	equal(t, "record", r, Record{Entry: file("a", "1"), Verdict: proven(), FirstSeen: noon, Marked: noon})
}

func TestAGraceGoesOnWhenTheWholeFileConfirmsThePartialVerdict(t *testing.T) {
	for what, c := range map[string]struct {
		whole func() fingerprint.Verdict
		goes  bool
	}{
		"borne out": {
			func() fingerprint.Verdict { v := proven(); v.Evidence[0].Found = "and unchanged"; return v }, true,
		},
		"lowered": {func() fingerprint.Verdict { v := proven(); v.Confidence = fingerprint.Likely; return v }, false},
		"derived": {func() fingerprint.Verdict { v := proven(); v.Derived = true; return v }, false},
	} {
		j := newJournal(t)
		e := remote("a", "x")
		scan(t, j, 1, true, map[providers.Entry]fingerprint.Verdict{e: partial()})
		if _, err := j.Mark(t.Context(), "home", []providers.Entry{e}, noon); err != nil {
			t.Fatal(err)
		}
		first := must(j.Record(t.Context(), "home", 1, "a"))(t)
		if err := j.Remember(t.Context(), "home", 1, e, c.whole(), false); err != nil {
			t.Fatal(err)
		}
		r := must(j.Record(t.Context(), "home", 1, "a"))(t)
		if r.Marked.IsZero() == c.goes || r.FirstSeen != first.FirstSeen || r.Verdict.Partial {
			t.Errorf("%s: got %+v; want the grace to go on: %v", what, r, c.goes)
		}
	}
}

func TestWhatIsRememberedOutsideAListingIsKnownToTheNext(t *testing.T) {
	j := newJournal(t)
	a, b := remote("a", "x"), remote("b", "y")
	scan(t, j, 1, true, map[providers.Entry]fingerprint.Verdict{a: partial(), b: partial(), file("c", "1"): photo})
	if err := errors.Join(j.Remember(t.Context(), "home", 1, a, photo, false),
		j.Remember(t.Context(), "home", 1, b, proven(), false)); err != nil {
		t.Fatal(err)
	}
	equal(t, "known", knownOf(t, j, 1, a, b, file("c", "1")), []Known{PlainImage, Matched, PlainImage})
	if got := gather(t, j.Records(t.Context(), "home", 1)); len(got) != 1 || got[0].Entry.Ref != "b" ||
		got[0].Verdict.Partial {
		t.Errorf("got %+v, want the record of b alone, read whole", got)
	}
	twin := a
	twin.Ref = "elsewhere"
	s := must(j.LoadVerdictCache(t.Context(), "other", 1))(t)
	if k, _, err := s.ByContent(t.Context(), twin); k != PlainImage || err != nil {
		t.Errorf("the same content: got %v, %v; want a plain image", k, err)
	}
}

func TestTheSameContentUnderTheSameNameIsKnownInAnyStorage(t *testing.T) {
	j := newJournal(t)
	found := map[providers.Entry]fingerprint.Verdict{
		remote("a", "x"): partial(), remote("b", "y"): photo, remote("c", "z"): prose, file("d", "1"): photo,
	}
	unread := photo
	unread.Partial = true
	found[remote("e", "given up")] = unread
	scan(t, j, 1, true, found)
	s := must(j.LoadVerdictCache(t.Context(), "other", 1))(t)
	if err := s.Put(t.Context(), remote("new", "not saved yet"), proven()); err != nil {
		t.Fatal(err)
	}
	renamed, shorter := remote("a", "x"), remote("a", "x")
	renamed.Path, shorter.Size = "/pictures/other", 1
	for what, c := range map[string]struct {
		e    providers.Entry
		want Known
	}{
		"a match": {remote("a", "x"), Matched}, "a plain image": {remote("b", "y"), PlainImage},
		"no image":          {remote("c", "z"), NotImage},
		"put and not saved": {remote("new", "not saved yet"), Matched}, "another name": {renamed, Unknown},
		"another size":    {shorter, Unknown},
		"another content": {remote("a", "xx"), Unknown}, "given up unread": {remote("e", "given up"), Unknown},
		"no hash": {file("d", "1"), Unknown},
	} {
		k, v, err := s.ByContent(t.Context(), c.e)
		if err != nil || k != c.want || (k == Matched) != (v.Confidence == fingerprint.Proven) {
			t.Errorf("%s: got %v, %v, %v; want %v", what, k, v, err, c.want)
		}
	}
	if _, v, _ := s.ByContent(t.Context(), remote("a", "x")); !v.Partial {
		t.Error("a partial verdict came back as if the file had been read whole")
	}
	if k, _, _ := must(j.LoadVerdictCache(t.Context(), "other", 2))(t).ByContent(t.Context(), remote("a",
		"x")); k != Unknown {
		t.Errorf("another version: got %v", k)
	}
	change(t, j, `UPDATE found SET verdict = replace(verdict, '"skimmed":true', '"skimmed":false')`)
	if k, _, _ := must(j.LoadVerdictCache(t.Context(), "other", 1))(t).ByContent(t.Context(), remote("a",
		"x")); k != Unknown {
		t.Errorf("a row that is not what was written: got %v", k)
	}
}

func TestWhatCouldNotBeExaminedComesAgainUntilItIsSettled(t *testing.T) {
	j := newJournal(t)
	load := func() *VerdictCache { return must(j.LoadVerdictCache(t.Context(), "home", 1))(t) }
	s := load()
	for _, ref := range []providers.Ref{"a", "b", "c", "d\xff"} {
		s.Retry(ref)
	}
	if len(load().Pending()) != 0 {
		t.Error("something came of what was not saved")
	}
	if err := s.Save(t.Context(), "", false); err != nil {
		t.Fatal(err)
	}
	equal(t, "again", load().Pending(), []providers.Ref{"a", "b", "c", "d\xff"})
	s = load()
	if err := s.Put(t.Context(), file("a", "1"), photo); err != nil {
		t.Fatal(err)
	}
	s.Resolve("b")
	s.Gone("c")
	s.Resolve("c")
	if err := s.Save(t.Context(), "", false); err != nil {
		t.Fatal(err)
	}
	equal(t, "again", load().Pending(), []providers.Ref{"d\xff"})
	one, other := load(), load()
	one.Retry("x")
	other.Retry("y")
	if err := errors.Join(one.Save(t.Context(), "", false), other.Save(t.Context(), "", false)); err != nil {
		t.Fatal(err)
	}
	equal(t, "of two scans at once", load().Pending(), []providers.Ref{"d\xff", "x", "y"})
	equal(t, "of another storage", len(must(j.LoadVerdictCache(t.Context(), "other", 1))(t).Pending()), 0)
}

func TestTheBinIsRememberedUntilItIsEmptied(t *testing.T) {
	j := newJournal(t)
	v := partial()
	a, b := TrashEntry{Path: "/a\xff", Size: 1, FirstSeen: noon, Verdict: &v},
		TrashEntry{Path: "/b", Size: 2, FirstSeen: noon.Add(time.Hour)}
	set := func(only bool, bin map[providers.Receipt]TrashEntry) {
		t.Helper()
		if err := j.SetBin(t.Context(), "home", 1, bin, only); err != nil {
			t.Fatal(err)
		}
	}
	bin := func(version int) map[providers.Receipt]TrashEntry {
		return must(j.Bin(t.Context(), "home", version))(t)
	}
	set(false, map[providers.Receipt]TrashEntry{"a\xff": a})
	set(false, map[providers.Receipt]TrashEntry{"b": b})
	equal(t, "both", bin(1), map[providers.Receipt]TrashEntry{"a\xff": a, "b": b})
	bare := a
	bare.Verdict = nil
	equal(t, "by other detectors", bin(2), map[providers.Receipt]TrashEntry{"a\xff": bare, "b": b})
	set(true, map[providers.Receipt]TrashEntry{"b": b})
	equal(t, "one left", bin(1), map[providers.Receipt]TrashEntry{"b": b})
	change(t, j, `UPDATE binned SET first_seen = first_seen - 1`)
	equal(t, "damaged", len(bin(1)), 0)
}

// A feed may report that a file is gone and later that it exists unchanged. The storage need not report it again
// after that.
func TestAFileThatIsGoneAndThereAgainKeepsItsRecord(t *testing.T) {
	j := newJournal(t)
	e := remote("a", "x")
	scan(t, j, 1, true, map[providers.Entry]fingerprint.Verdict{e: proven()})
	s := must(j.LoadVerdictCache(t.Context(), "home", 1))(t)
	s.Gone(e.Ref)
	if _, ok, err := s.Matched(t.Context(), e); !ok || err != nil {
		t.Fatalf("got %v, %v; want it matched", ok, err)
	}
	if err := s.Save(t.Context(), "next", false); err != nil {
		t.Fatal(err)
	}
	equal(t, "entry", must(j.Record(t.Context(), "home", 1, "a"))(t).Entry, e)
}

func TestWhatWasMetBeforeAListingBeginsAnewIsForgottenUnlessItIsMetAgain(t *testing.T) {
	j := newJournal(t)
	e, other := remote("a", "x"), remote("b", "y")
	scan(t, j, 1, true, map[providers.Entry]fingerprint.Verdict{e: proven(), other: proven()})
	s := must(j.LoadVerdictCache(t.Context(), "home", 1))(t)
	s.Get(e)
	s.Reset()
	s.Get(other)
	if err := s.Save(t.Context(), "next", true); err != nil {
		t.Fatal(err)
	}
	equal(t, "known", knownOf(t, j, 1, e, other), []Known{Unknown, Matched})
}

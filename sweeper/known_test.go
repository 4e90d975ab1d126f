package sweeper_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/fingerprint/c2pa/c2patest"
	"github.com/sweepd/sweepd/known"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/providertest"
	"github.com/sweepd/sweepd/sweeper"
)

const knownRules = `
version: 1
storages: {home: {type: local, roots: [/data/root]}}
rules:
  - {name: mine, when: {confidence: strong}, do: trash}
trash: {ours: 30d, matching: 20d}
limits: {files: 100, bytes: 1GB, share: 100%}
`

// knownBox returns a box on the kind of storage, with a signer whose pictures count as OpenAI's.
func knownBox(t testing.TB, kind string) (*box, *c2patest.Signer) {
	t.Helper()
	b, s := remoteBox(t, knownRules)
	switch kind {
	case "local":
		b.account = providertest.NewAccount()
		b.account.Lack(providers.CanFollow)
		b.fail()
	case "Dropbox":
		b.account.RemoteInBlocks()
	}
	return b, s
}

// hashes returns the hashes of content.
func hashes(content []byte) providers.Hashes {
	h := providers.NewHasher()
	_, _ = h.Write(content) // never fails
	return h.Sum()
}

// knownPicture returns a picture with these bytes.
func knownPicture(o known.Origin, content []byte) known.Picture {
	return known.Picture{
		Origin: o, Size: int64(len(content)), Hashes: hashes(content), Product: fingerprint.ChatGPT,
		MediaType: "image/png", Conversation: "c-1", Title: "A harbour",
	}
}

// learn learns the pictures from an export, and returns its number.
func (b *box) learn(pictures ...known.Picture) int64 {
	b.Helper()
	from, err := b.journal.Learn(b.Context(),
		known.Source{Kind: known.Export, Path: "/data/export", Complete: true}, pictures)
	if err != nil {
		b.Fatal(err)
	}
	return from.ID
}

func (b *box) forget(id int64) {
	b.Helper()
	if err := b.journal.Forget(b.Context(), id); err != nil {
		b.Fatal(err)
	}
}

// foundAt returns what a scan finds at the path.
func (b *box) foundAt(path string) (found sweeper.Found) {
	b.Helper()
	_, err := b.sweeper().Scan(b.Context(), sweeper.ScanOptions{Each: func(f sweeper.Found) {
		if f.Entry.Path == path {
			found = f
		}
	}})
	if err != nil {
		b.Fatal(err)
	}
	return found
}

// plainPNG returns a picture that no detector knows. All have the same size, of half a megabyte.
func plainPNG(seed uint8) []byte {
	b := c2patest.PlainPNG(16, 16, seed)
	return slices.Insert(b, 33, c2patest.PNGChunk("IDAT", make([]byte, 500_000-len(b)))...)
}

func TestAnExportedPictureIsProvenUnderAnyNameUntilItIsForgotten(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"local", "Drive", "Dropbox"} {
		b, _ := knownBox(t, kind)
		at := "/data/root/summer.png"
		b.put(at, plainPNG(1))
		b.put("/data/root/other.png", plainPNG(2)) // of the same size
		b.put("/data/root/photo.png", c2patest.PlainPNG(300, 300, 3))
		b.dueAre()
		id := b.learn(knownPicture(known.Generated, plainPNG(1)))
		before := b.account.BytesRead()
		p := b.dueAre(at)
		switch read := b.account.BytesRead() - before; {
		case kind == "local" && read > 2*600_000, kind != "local" && read > 4096:
			t.Errorf("%s: the scan read %d bytes", kind, read)
		}
		f := b.foundAt(at)
		if v := f.Verdict; v.Confidence != fingerprint.Proven || v.Product != fingerprint.ChatGPT || v.Derived ||
			v.Partial || v.Evidence[0].Detector != "known.export" {
			t.Errorf("%s: %+v", kind, v)
		}
		before = b.account.BytesRead()
		b.dueAre(at)
		if read := b.account.BytesRead() - before; read != 0 {
			t.Errorf("%s: another scan read %d bytes", kind, read)
		}
		b.forget(id)
		if sum := b.execute(p); sum.Trashed != 0 || sum.Refusals["not_due"] != 1 {
			t.Errorf("%s: a plan from before it was forgotten: %+v", kind, sum)
		}
		b.dueAre()
		b.learn(knownPicture(known.Generated, plainPNG(1)))
		if sum := b.execute(b.dueAre(at)); sum.Trashed != 1 {
			t.Errorf("%s: %+v", kind, sum)
		}
		b.binIs(at)
	}
}

func TestAnUploadIsNeverDeleted(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"local", "Drive", "Dropbox"} {
		b, s := knownBox(t, kind)
		genuine := s.Sign(plainPNG(1), c2patest.Options{})
		twin := plainPNG(1)
		b.put("/data/root/a.png", genuine)
		b.put("/data/root/b.png", twin)
		generated := []known.Picture{knownPicture(known.Generated, genuine), knownPicture(known.Generated, twin)}
		b.learn(generated...)
		p := b.dueAre("/data/root/a.png", "/data/root/b.png")
		// A later export says that the person uploaded them.
		id := b.learn(knownPicture(known.Uploaded, genuine), knownPicture(known.Uploaded, twin))
		if sum := b.execute(p); sum.Trashed != 0 || sum.Refusals["not_due"] != 2 {
			t.Errorf("%s: a plan from before: %+v", kind, sum)
		}
		b.dueAre()
		for _, at := range []string{"/data/root/a.png", "/data/root/b.png"} {
			if x, err := b.explain(at); err != nil || x.Verdict.Confidence != fingerprint.None ||
				x.Verdict.Evidence[0].Detector != "known.upload" || x.Decision.Action != policy.Keep {
				t.Errorf("%s: %s: %+v, %v", kind, at, x.Verdict, err)
			}
		}
		b.forget(id)
		b.dueAre("/data/root/a.png", "/data/root/b.png")
	}
}

// explain explains the file at a path.
func (b *box) explain(path string) (sweeper.Explanation, error) {
	b.Helper()
	for c, err := range b.driver.Changes(b.Context(), "") {
		if err != nil {
			b.Fatal(err)
		}
		if c.Entry.Path == path {
			return b.sweeper().Explain(b.Context(), b.storage(), c.Entry)
		}
	}
	return sweeper.Explanation{}, errors.New("there is no such file")
}

func TestTheTwinOfAVerifiedOriginalIsFound(t *testing.T) {
	t.Parallel()
	b, s := knownBox(t, "local")
	genuine := s.Sign(plainPNG(1), c2patest.Options{})
	original, twin := "/data/root/original.png", "/data/root/twin.png"
	b.put(original, genuine)
	b.put(twin, plainPNG(1))
	b.put("/data/root/a twin too.png", plainPNG(1)) // listed before its original
	b.put("/data/root/other.png", plainPNG(2))
	_, sum := b.plan()
	if sum.Images != 4 || sum.Matched != 3 {
		t.Errorf("the first scan: %+v", sum)
	}
	b.put("/data/root/a twin too.png", plainPNG(3))
	b.dueAre(original, twin)
	f := b.foundAt(twin)
	if v := f.Verdict; v.Confidence != fingerprint.Strong || v.Product != fingerprint.ChatGPT || v.Derived ||
		v.Evidence[0].Detector != "known.twin" {
		t.Errorf("the twin: %+v", v)
	}
	before := b.account.BytesRead()
	b.dueAre(original, twin)
	if read := b.account.BytesRead() - before; read != 0 {
		t.Errorf("another scan read %d bytes", read)
	}
	var found []sweeper.Found
	if _, err := b.sweeper().Scan(t.Context(), sweeper.ScanOptions{Each: func(f sweeper.Found) {
		found = append(found, f)
	}}); err != nil {
		t.Fatal(err)
	}
	images, err := b.sweeper().Images(t.Context(), found)
	if err != nil || len(images) != 1 || len(images[0].Places) != 2 || images[0].Places[0].Entry.Path != original {
		t.Errorf("by image: %+v, %v", images, err)
	}
	if sum := b.apply(); sum.Trashed != 2 {
		t.Errorf("%+v", sum)
	}
	// It is known although the original is gone.
	b.put("/data/root/again.png", plainPNG(1))
	b.dueAre("/data/root/again.png")
	if err := b.journal.ForgetVerified(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.dueAre()
}

// A twin in an account is found by the account's hash, at the latest after a day.
func TestATwinInAnAccountIsFoundWithoutReadingIt(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"Drive", "Dropbox"} {
		b, s := knownBox(t, kind)
		genuine := s.Sign(plainPNG(1), c2patest.Options{})
		b.put("/data/root/twin.png", plainPNG(1))
		b.dueAre()
		original := knownPicture(known.Verified, genuine)
		original.Twin = fingerprint.Twin{SHA256: sha256.Sum256(plainPNG(1)), Size: int64(len(plainPNG(1)))}
		if err := b.journal.Verified(t.Context(), []known.Picture{original}); err != nil {
			t.Fatal(err)
		}
		b.fail()
		b.dueAre()
		b.clock = b.clock.Add(25 * time.Hour)
		before := b.account.BytesRead()
		p := b.dueAre("/data/root/twin.png")
		if read := b.account.BytesRead() - before; read > 4096 {
			t.Errorf("%s: %d bytes were read", kind, read)
		}
		b.dueAre("/data/root/twin.png")
		if sum := b.execute(p); sum.Trashed != 1 {
			t.Errorf("%s: %+v", kind, sum)
		}
	}
}

// It does not matter which storage is listed first.
func TestATwinOfAnotherStoragesOriginalIsFoundByTheSameScan(t *testing.T) {
	t.Parallel()
	twins := map[string]func(*providertest.Account){
		"on another disk": func(a *providertest.Account) { a.Lack(providers.CanFollow) },
		"in Drive":        (*providertest.Account).Remote,
		"in Dropbox":      (*providertest.Account).RemoteInBlocks,
	}
	for name, become := range twins {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, s := knownBox(t, "local")
			open := func(name string, a *providertest.Account) *providers.Storage {
				st, err := providers.NewStorage(name, providertest.NewMemory(a),
					providers.Options{Roots: []string{"/data/root"}})
				if err != nil {
					t.Fatal(err)
				}
				return st
			}
			with, other := providertest.NewAccount(), b.account
			become(with)
			with.Write("/data/root/twin.png", plainPNG(1), b.clock.AddDate(0, 0, -100))
			with.Write("/data/root/another.png", plainPNG(2), b.clock.AddDate(0, 0, -100))
			b.put("/data/root/original.png", s.Sign(plainPNG(1), c2patest.Options{}))
			twin, original := open("twin", with), open("home", other)
			found := map[string]fingerprint.Confidence{}
			sum, err := b.sweeping(twin, original).Scan(t.Context(), sweeper.ScanOptions{Each: func(f sweeper.Found) {
				found[f.Entry.Name()] = f.Verdict.Confidence
			}})
			if err != nil || found["twin.png"] != fingerprint.Strong || len(found) != 2 || sum.Images != 3 {
				t.Errorf("%v, found %v of %d images", err, found, sum.Images)
			}
		})
	}
}

// A picture that waits to be uploaded need not be, once it is known.
func TestATwinDoesNotWaitForAnUpload(t *testing.T) {
	t.Parallel()
	b := newBox(t, askRules)
	content := square(1024, 1)
	b.put("/data/root/twin.png", content)
	b.put("/data/root/other.png", square(1024, 2))
	b.dueAre()
	original := knownPicture(known.Verified, square(1024, 3))
	original.Twin = fingerprint.Twin{SHA256: sha256.Sum256(content), Size: int64(len(content))}
	if err := b.journal.Verified(t.Context(), []known.Picture{original}); err != nil {
		t.Fatal(err)
	}
	b.dueAre("/data/root/twin.png")
	b.dueAre("/data/root/twin.png")
}

// A plain picture with a known size is read once, and not again at each scan.
func TestASizeThatIsKnownCostsOneReading(t *testing.T) {
	t.Parallel()
	b, _ := knownBox(t, "local")
	for n := range uint8(5) {
		b.put("/data/root/"+string('a'+rune(n))+".png", plainPNG(10+n))
	}
	b.dueAre()
	b.learn(knownPicture(known.Generated, plainPNG(1)))
	for _, most := range []int64{5 * 600_000, 0, 0} {
		before := b.account.BytesRead()
		p, sum := b.plan()
		if read := b.account.BytesRead() - before; read > most || len(p.Trash) > 0 || sum.Images != 5 {
			t.Errorf("read %d bytes, want at most %d; %d images", read, most, sum.Images)
		}
	}
	b.learn(knownPicture(known.Generated, plainPNG(12)))
	before := b.account.BytesRead()
	b.dueAre("/data/root/c.png")
	if read := b.account.BytesRead() - before; read != 0 {
		t.Errorf("%d bytes were read of files whose hashes are remembered", read)
	}
}

// A grace that began for a known picture ends when it is forgotten.
func TestAGraceForAKnownPictureEndsWithTheKnowledge(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"local", "Drive", "Dropbox"} {
		b, _ := knownBox(t, kind)
		b.setPolicy(strings.Replace(knownRules, "do: trash}", "do: trash, grace: 10d}", 1))
		b.put("/data/root/a.png", plainPNG(1))
		id := b.learn(knownPicture(known.Generated, plainPNG(1)))
		if sum := b.apply(); sum.Marked != 1 || sum.Trashed != 0 {
			t.Fatalf("%s: %+v", kind, sum)
		}
		b.forget(id)
		b.dueAre()
		b.clock = b.clock.AddDate(0, 0, 11)
		b.learn(knownPicture(known.Generated, plainPNG(1)))
		if sum := b.apply(); sum.Marked != 1 || sum.Trashed != 0 {
			t.Errorf("%s: after it was learnt again: %+v, want a whole grace", kind, sum)
		}
		b.clock = b.clock.AddDate(0, 0, 11)
		if sum := b.apply(); sum.Trashed != 1 {
			t.Errorf("%s: %+v", kind, sum)
		}
	}
}

func TestAnExportThatWasLearntIsNeverSwept(t *testing.T) {
	t.Parallel()
	b, s := knownBox(t, "local")
	genuine := s.Sign(plainPNG(1), c2patest.Options{})
	from := known.Source{Kind: known.Export, Path: "/data/root/export", Complete: true}
	if _, err := b.journal.Learn(t.Context(), from,
		[]known.Picture{knownPicture(known.Generated, genuine)}); err != nil {
		t.Fatal(err)
	}
	inside := "/data/root/export/user-1/a.png"
	b.put(inside, genuine)
	b.put("/data/root/exports.png", genuine)
	b.dueAre("/data/root/exports.png")
	if d := b.foundAt(inside).Decision; d.Action != policy.Hold ||
		d.ReasonCode != policy.ReasonOf(providers.GuardLibrary) {
		t.Errorf("a picture of the export: %+v", d)
	}
	b.approve(inside)
	b.dueAre("/data/root/exports.png")
}

func TestAPersonsWordMakesAPictureLikely(t *testing.T) {
	t.Parallel()
	b, s := knownBox(t, "local")
	genuine := s.Sign(plainPNG(1), c2patest.Options{})
	named := knownPicture(known.Named, plainPNG(5))
	original := knownPicture(known.Named, genuine)
	original.Twin = fingerprint.Twin{SHA256: sha256.Sum256(plainPNG(1)), Size: int64(len(plainPNG(1)))}
	for _, p := range []known.Picture{named, original} {
		if _, err := b.journal.Learn(t.Context(),
			known.Source{Kind: known.File, Path: "/x", Complete: true}, []known.Picture{p}); err != nil {
			t.Fatal(err)
		}
	}
	b.put("/data/root/named.png", plainPNG(5))
	b.put("/data/root/twin.png", plainPNG(1))
	b.dueAre("/data/root/twin.png")
	if v := b.foundAt("/data/root/named.png").Verdict; v.Confidence != fingerprint.Likely ||
		v.Product != fingerprint.Unstated || v.Evidence[0].Detector != "known.named" {
		t.Errorf("%+v", v)
	}
}

func TestWhatIsKnownCountsInABin(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"local", "Drive"} {
		b, s := knownBox(t, kind)
		genuine := s.Sign(plainPNG(1), c2patest.Options{})
		other := s.Sign(plainPNG(2), c2patest.Options{})
		for at, content := range map[string][]byte{
			"/data/root/upload.png": genuine, "/data/root/mine.png": other, "/data/root/exported.png": plainPNG(3),
		} {
			b.put(at, content)
			b.account.Person(at, b.clock)
		}
		b.learn(knownPicture(known.Uploaded, genuine), knownPicture(known.Generated, plainPNG(3)))
		b.clock = b.clock.AddDate(0, 0, 40)
		b.apply()
		// A bin tells no hashes, and no whole file is read to find one more to purge.
		want := []string{"/data/root/upload.png"}
		if kind == "Drive" {
			want = []string{"/data/root/exported.png", "/data/root/upload.png"}
		}
		b.binIs(want...)
	}
}

// What sweepd itself has trashed stays in the bin if an export shows later that it was an upload.
func TestAnUploadIsNotPurged(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"local", "Drive"} {
		b, s := knownBox(t, kind)
		genuine := s.Sign(plainPNG(1), c2patest.Options{})
		b.put("/data/root/a.png", genuine)
		if sum := b.apply(); sum.Trashed != 1 {
			t.Fatalf("%s: %+v", kind, sum)
		}
		b.learn(knownPicture(known.Uploaded, genuine))
		b.clock = b.clock.AddDate(0, 0, 40)
		if sum := b.apply(); sum.Purged != 0 {
			t.Errorf("%s: %+v", kind, sum)
		}
		b.binIs("/data/root/a.png")
	}
}

// The bytes are compared again before a move, whatever the journal has of them.
func TestAKnownPictureIsHashedAgainBeforeItIsMoved(t *testing.T) {
	t.Parallel()
	b, _ := knownBox(t, "local")
	at := "/data/root/a.png"
	b.put(at, plainPNG(1))
	b.learn(knownPicture(known.Generated, plainPNG(1)))
	p := b.dueAre(at)
	b.account.Swap(at, plainPNG(2)) // a file system that shows no change
	if sum := b.execute(p); sum.Trashed != 0 {
		t.Errorf("%+v", sum)
	}
	if content, ok := b.account.Content(at); !ok || !bytes.Equal(content, plainPNG(2)) {
		t.Error("other bytes were moved")
	}
}

// OpenAI's credential says that another picture went into this one: it may be the person's own photo, edited.
func TestAnEditOfAnotherPictureStaysDerivedWhenItIsLearnt(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"local", "Drive"} {
		b, s := knownBox(t, kind)
		at := "/data/root/me.png"
		content := s.Sign(plainPNG(1), c2patest.Options{Ingredients: []c2patest.Ingredient{{}}})
		b.put(at, content)
		b.learn(knownPicture(known.Generated, content))
		if sum := b.apply(); sum.Trashed > 0 {
			t.Errorf("%s: it is trashed", kind)
		}
		b.account.Person(at, b.clock)
		b.clock = b.clock.AddDate(0, 0, 40)
		if sum := b.apply(); sum.Purged > 0 {
			t.Errorf("%s: it is purged from the bin", kind)
		}
	}
}

// The person stripped a picture of its credential and uploaded it; the file that has the credential is theirs too.
func TestTheOriginalOfAnUploadedTwinIsKept(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"local", "Drive", "Dropbox"} {
		b, s := knownBox(t, kind)
		at := "/data/root/original.png"
		b.put(at, s.Sign(plainPNG(1), c2patest.Options{}))
		b.learn(knownPicture(known.Uploaded, plainPNG(1)))
		if sum := b.apply(); sum.Trashed > 0 {
			t.Errorf("%s: it is trashed", kind)
		}
		b.account.Person(at, b.clock)
		b.clock = b.clock.AddDate(0, 0, 40)
		if sum := b.apply(); sum.Purged > 0 {
			t.Errorf("%s: it is purged from the bin", kind)
		}
	}
}

// Header-only reading shows no twin, so that no scan of an account has recorded the original.
func TestAnOriginalInTheBinIsKeptIfItsTwinIsLearntAsAnUpload(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"local", "Drive"} {
		b, s := knownBox(t, kind)
		at, other := "/data/root/original.png", "/data/root/other.png"
		b.put(at, s.Sign(plainPNG(1), c2patest.Options{}))
		b.put(other, s.Sign(plainPNG(2), c2patest.Options{}))
		if sum := b.apply(); sum.Trashed != 2 {
			t.Fatalf("%s: %+v", kind, sum)
		}
		b.learn(knownPicture(known.Uploaded, plainPNG(1)))
		b.clock = b.clock.AddDate(0, 0, 40)
		p, _ := b.plan()
		if sum := b.execute(p); sum.Purged != 1 {
			t.Errorf("%s: %+v, want the other one purged", kind, sum)
		}
		b.binIs(at)
		if p, _ := b.plan(); len(p.Purge) != 0 {
			t.Errorf("%s: the next plan would purge %q", kind, b.purges(p))
		}
	}
}

// A person trashed them long before it was known what they are.
func TestAGraceInTheBinCountsFromWhenThePictureIsKnown(t *testing.T) {
	t.Parallel()
	b, s := knownBox(t, "local")
	b.setPolicy(strings.Replace(knownRules, "do: trash}", "do: trash, grace: 5d}", 1))
	b.discard("/data/root/learnt.png", plainPNG(1), 60)
	b.discard("/data/root/genuine.png", s.Sign(plainPNG(2), c2patest.Options{}), 60)
	b.learn(knownPicture(known.Generated, plainPNG(1)))
	for _, want := range [][]string{{"matching genuine.png"}, {"matching genuine.png", "matching learnt.png"}} {
		if p, _ := b.plan(); !slices.Equal(b.purges(p), want) {
			t.Errorf("would purge %q, want %q", b.purges(p), want)
		}
		b.clock = b.clock.AddDate(0, 0, 6)
	}
}

// If it is forgotten again, a new grace begins.
func TestAGraceEndsWhenThePictureIsLearntAsAnUpload(t *testing.T) {
	t.Parallel()
	b, _ := knownBox(t, "local")
	b.setPolicy(strings.Replace(knownRules, "do: trash}", "do: trash, grace: 5d}", 1))
	at := "/data/root/a.png"
	b.put(at, plainPNG(1))
	b.learn(knownPicture(known.Generated, plainPNG(1)))
	if sum := b.apply(); sum.Marked != 1 {
		t.Fatalf("%+v", sum)
	}
	b.learn(knownPicture(known.Uploaded, plainPNG(1)))
	b.plan()
	rec, err := b.journal.Record(t.Context(), "home", fingerprint.Version, b.entry(at).Ref)
	if err != nil || !rec.Marked.IsZero() {
		t.Errorf("marked at %v, %v", rec.Marked, err)
	}
}

func TestATwinIsKeptWithItsOriginal(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"local", "Drive", "Dropbox"} {
		b, s := knownBox(t, kind)
		original, twin := "/data/root/original.png", "/data/root/twin.png"
		genuine := s.Sign(plainPNG(1), c2patest.Options{})
		b.put(original, genuine)
		b.keepContent(original)
		picture := knownPicture(known.Verified, genuine)
		picture.Twin = fingerprint.Twin{SHA256: hashes(plainPNG(1)).SHA256, Size: int64(len(plainPNG(1)))}
		if err := b.journal.Verified(t.Context(), []known.Picture{picture}); err != nil {
			t.Fatal(err)
		}
		b.put(twin, plainPNG(1))
		if sum := b.apply(); sum.Trashed > 0 {
			t.Errorf("%s: the twin is trashed", kind)
		}
	}
}

// Nor does the scan that has just verified the original report the twin as due.
func TestATwinIsKeptWithAnOriginalThatIsNew(t *testing.T) {
	t.Parallel()
	b, s := knownBox(t, "local")
	original := "/data/root/original.png"
	b.put(original, s.Sign(plainPNG(1), c2patest.Options{}))
	b.put("/data/root/a twin.png", plainPNG(1)) // listed before its original
	b.keepContent(original)
	b.dueAre()
}

// A picture whose credential is verified is hashed in the same pass over its bytes.
func TestAProvenPictureIsReadOnce(t *testing.T) {
	t.Parallel()
	b, s := knownBox(t, "local")
	genuine := s.Sign(plainPNG(1), c2patest.Options{})
	b.put("/data/root/a.png", genuine)
	b.put("/data/root/copy.png", genuine)
	another := s.Sign(plainPNG(2), c2patest.Options{})
	b.put("/data/root/another.png", another)
	want := map[string]providers.Hashes{
		"/data/root/a.png": sumsOf(genuine), "/data/root/copy.png": sumsOf(genuine),
		"/data/root/another.png": sumsOf(another),
	}
	_, err := b.sweeper().Scan(t.Context(), sweeper.ScanOptions{Each: func(f sweeper.Found) {
		if f.Verdict.Confidence != fingerprint.Proven || f.Entry.Hashes != want[f.Entry.Path] {
			t.Errorf("%s: %v, %+v", f.Entry.Path, f.Verdict, f.Entry.Hashes)
		}
		if most := f.Entry.Size + 64<<10; f.BytesRead > most { // the credential is read twice
			t.Errorf("%s: %d bytes were read, want %d at most", f.Entry.Path, f.BytesRead, most)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
}

package sweeper_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/fingerprint/c2pa/c2patest"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/providertest"
	"github.com/sweepd/sweepd/sweeper"
)

const askRules = `
version: 1
storages: {home: {type: local, roots: [/data/root], ask: openai}}
rules:
  - {name: private, when: {path: "**/private/**"}, do: keep}
  - {name: mine, when: {confidence: strong, derived: include}, do: trash}
  - {name: unsure, when: {confidence: possible}, do: review}
openai: {key: /etc/key, uploads: 3}
limits: {files: 100, bytes: 1GB, share: 100%}
`

// square returns a PNG of that many pixels a side; the colour distinguishes several. Only its header is in order.
func square(side uint32, colour byte) []byte {
	ihdr := binary.BigEndian.AppendUint32(nil, side)
	ihdr = append(binary.BigEndian.AppendUint32(ihdr, side), 8, 2, 0, 0, 0)
	return slices.Concat([]byte("\x89PNG\r\n\x1a\n"), c2patest.PNGChunk("IHDR", ihdr),
		c2patest.PNGChunk("IDAT", bytes.Repeat([]byte{colour}, 100+int(colour))), c2patest.PNGChunk("IEND", nil))
}

// marked is the first byte of the pixels of pictures that the oracle recognises.
const marked = 200

// oracle answers as OpenAI does. A picture whose colour is marked or more has the watermark.
type oracle struct {
	asked []byte // the colours of the pictures, in order
	errs  map[byte]error
}

func (o *oracle) Ask(_ context.Context, picture []byte, mediaType string) (fingerprint.Answer, error) {
	colour := picture[8+12+13+8]
	o.asked = append(o.asked, colour)
	if mediaType != "image/png" {
		return fingerprint.Answer{}, fmt.Errorf("asked about %q", mediaType)
	}
	return fingerprint.Answer{SynthID: colour >= marked, Model: "gpt-image"}, o.errs[colour]
}

// takes returns the colours since the last call, sorted.
func (o *oracle) takes() []byte {
	all := o.asked
	o.asked = nil
	slices.Sort(all)
	return all
}

// askBox is a box that asks an oracle.
func askBox(t *testing.T, policy string) (*box, *oracle) {
	t.Helper()
	b, o := newBox(t, policy), &oracle{errs: map[byte]error{}}
	b.ask = o.Ask
	return b, o
}

// verdicts scans, and returns the verdicts by path.
func (b *box) verdicts() (map[string]fingerprint.Verdict, *sweeper.Summary) {
	b.Helper()
	all := map[string]fingerprint.Verdict{}
	sum, err := b.sweeper().Scan(b.Context(), sweeper.ScanOptions{
		Each: func(f sweeper.Found) { all[f.Entry.Path] = f.Verdict },
	})
	if err != nil {
		b.Fatal(err)
	}
	return all, sum
}

func TestWithoutTheWordNothingIsUploaded(t *testing.T) {
	t.Parallel()
	b, o := askBox(t, strings.Replace(askRules, ", ask: openai", "", 1))
	b.put("/data/root/a.png", square(1024, marked))
	b.put(ours(1), square(1024, marked+1))
	b.verdicts()
	b.apply()
	if len(o.asked) != 0 {
		t.Errorf("%d pictures were uploaded", len(o.asked))
	}
}

// The word of a rule is about the pictures that the rule would decide on if OpenAI recognised them, and no others.
func TestOnARulesWordOnlyWhatTheRuleWouldTakeIsUploaded(t *testing.T) {
	t.Parallel()
	b, o := askBox(t, `
version: 1
storages: {home: {type: local, roots: [/data/root]}}
rules:
  - {name: private, when: {path: "**/private/**"}, do: keep}
  - {name: wide, when: {path: "**/wide/**", confidence: likely, width: 2000}, do: review, ask: openai}
  - name: old
    when: {path: "**/inbox/**", confidence: likely, derived: include, older_than: 150d}
    do: trash
    ask: openai
  - {name: named, when: {confidence: strong, derived: include}, do: trash, ask: openai}
  - {name: unsure, when: {confidence: likely}, do: review}
openai: {key: /etc/key, uploads: 100}
limits: {files: 100, bytes: 1GB, share: 100%}
`)
	for path, content := range map[string][]byte{
		"holiday.png":           square(1024, marked),   // only "unsure" would take it, which does not ask
		"inbox/new.png":         square(1024, marked+1), // a hundred days old
		"inbox/private/ann.png": square(1024, marked+2),
		"wide/small.png":        square(1024, marked+3),
		"wide/large.png":        square(2000, marked+4),
		"inbox/small/a.png":     square(64, marked+5),
	} {
		b.put("/data/root/"+path, content)
	}
	b.put(ours(1), square(1024, marked+6)) // likely by its name, and then strong
	found, _ := b.verdicts()
	if got := o.takes(); !slices.Equal(got, []byte{marked + 4, marked + 6}) {
		t.Errorf("uploaded %v, want the wide one and the named one", got)
	}
	if found[ours(1)].Confidence != fingerprint.Strong || len(found) != 2 {
		t.Errorf("found %+v", found)
	}
	b.clock = b.clock.AddDate(0, 0, 60)
	b.verdicts()
	if got := o.takes(); !slices.Equal(got, []byte{marked + 1}) {
		t.Errorf("uploaded %v, want the one that is old now", got)
	}
	// The answer is about the bytes. So it counts for each rule, where any rule asks.
	b.put("/data/root/copy.png", square(1024, marked+1))
	if found, _ = b.verdicts(); found["/data/root/copy.png"].Confidence != fingerprint.Likely || len(o.takes()) > 0 {
		t.Errorf("a copy: %+v", found["/data/root/copy.png"])
	}
	if sum := b.apply(); sum.Trashed != 2 {
		t.Errorf("%+v, want the old one and the named one trashed", sum)
	}
}

// What waits has only its entry in the record, so that its size in pixels has to be read again.
func TestAPictureThatWaitsIsAskedAboutByARuleOnItsPixels(t *testing.T) {
	t.Parallel()
	wide := strings.Replace(askRules, "{confidence: possible}", "{confidence: possible, width: 2000}", 1)
	b, o := askBox(t, strings.Replace(wide, "uploads: 3", "uploads: 1", 1))
	b.put("/data/root/a.png", square(2000, 1))
	b.put("/data/root/b.png", square(2000, 2))
	for range 3 {
		b.verdicts()
		b.clock = b.clock.Add(25 * time.Hour)
	}
	if got := o.takes(); !slices.Equal(got, []byte{1, 2}) {
		t.Errorf("uploaded %v, want each once", got)
	}
}

func TestOnlyWhatIsOpenIsUploaded(t *testing.T) {
	t.Parallel()
	b, o := askBox(t, strings.Replace(askRules, "uploads: 3", "uploads: 100", 1))
	genuine := c2patest.New(t, b.clock).Sign(square(1024, 8), c2patest.Options{})
	for path, content := range map[string][]byte{
		"open.png":           square(1024, 1),
		"icon.png":           square(64, 3),
		"private/family.png": square(1024, 4),
		"kept.png":           square(1024, 5),
		"signed.png":         genuine,
		"copy.png":           square(1024, 1),
		"anim.gif":           []byte("GIF89a\x00\x04\x00\x04rest"),
	} {
		b.put("/data/root/"+path, content)
	}
	b.put(ours(1), square(1024, 7))
	b.put(ours(2), square(1024, 6)[:100]) // an unfinished download
	b.setOverride("/data/root/kept.png", journal.Keep)
	_, sum := b.verdicts()
	if got := o.takes(); !slices.Equal(got, []byte{1, 7}) || sum.Uploads != 2 || sum.Unasked != 0 || sum.Errors != 0 {
		t.Errorf("uploaded %v, want those of colour 1 and 7 once each: %+v", got, sum)
	}
	b.verdicts()
	if got := o.takes(); len(got) != 0 {
		t.Errorf("a second scan uploads %v again", got)
	}
}

// A scan sees a camera up to the pixels alone; before an upload all bytes are searched.
func TestAPictureThatNamesACameraAnywhereStaysHere(t *testing.T) {
	t.Parallel()
	b, o := askBox(t, askRules)
	exif := []byte("II*\x00\x08\x00\x00\x00\x01\x00" + // one entry: Make, a text of 6 bytes
		"\x0f\x01\x02\x00\x06\x00\x00\x00\x1a\x00\x00\x00\x00\x00\x00\x00Canon\x00")
	for path, colour := range map[string]byte{"/data/root/holiday.png": marked, ours(1): marked + 1} {
		b.put(path, slices.Concat(square(1024, colour), c2patest.PNGChunk("eXIf", exif)))
	}
	for i := range 3 {
		found, sum := b.verdicts()
		if len(o.takes()) != 0 || sum.Uploads != 0 || sum.Unasked != 0 || sum.Errors != 0 {
			t.Errorf("scan %d: %+v, want no upload", i, sum)
		}
		if i > 0 && sum.BytesRead != 0 {
			t.Errorf("scan %d reads %d bytes again", i, sum.BytesRead)
		}
		if len(found) != 1 || found[ours(1)].Confidence != fingerprint.Likely {
			t.Errorf("scan %d: %+v, want the one with ChatGPT's name, as likely", i, found)
		}
	}
	if sum := b.apply(); sum.Trashed != 0 {
		t.Errorf("%+v", sum)
	}
}

func TestWhatOpenAISaysRaisesTheLevel(t *testing.T) {
	t.Parallel()
	b, o := askBox(t, askRules)
	plain, named, other := "/data/root/holiday.png", ours(1), "/data/root/other.png"
	b.put(plain, square(1024, marked))
	b.put(named, square(1024, marked+1))
	b.put(other, square(1024, 1))
	for range 2 { // asked, and remembered
		found, _ := b.verdicts()
		if v := found[plain]; v.Confidence != fingerprint.Likely || !v.Derived || v.Product != fingerprint.Unstated ||
			!strings.Contains(v.String(), "OpenAI found its watermark in it on 2026-11-23") {
			t.Errorf("with a watermark: %+v", v)
		}
		if v := found[named]; v.Confidence != fingerprint.Strong || !v.Derived || v.Product != fingerprint.ChatGPT {
			t.Errorf("with a watermark and ChatGPT's name: %+v", v)
		}
		if v, ok := found[other]; ok {
			t.Errorf("without one: %+v", v)
		}
	}
	if len(o.asked) != 3 {
		t.Errorf("uploaded %d pictures, want 3", len(o.asked))
	}
	if sum := b.apply(); sum.Trashed != 1 {
		t.Errorf("%+v, want the strong one trashed", sum)
	}
	b.binIs(named)

	b.setPolicy(strings.Replace(askRules, ", ask: openai", "", 1))
	if found, _ := b.verdicts(); len(found) != 0 {
		t.Errorf("without the word the answers still count: %+v", found)
	}
	b.setPolicy(askRules)
	if found, sum := b.verdicts(); len(found) != 1 || sum.Uploads != 0 {
		t.Errorf("with the word again: %+v, %+v; want the answer known", found, sum)
	}
}

// A file is moved by an answer only if the record has that answer about the bytes that are there.
func TestAnAnswerThatIsLostMovesNothing(t *testing.T) {
	t.Parallel()
	b, _ := askBox(t, askRules)
	b.put(ours(1), square(1024, marked))
	p, _ := b.plan()
	if len(p.Trash) != 1 {
		t.Fatalf("%d items are due, want 1", len(p.Trash))
	}
	with := b.journal
	var err error
	b.journal, err = journal.Open(t.Context(), filepath.Join(t.TempDir(), "other.db"), journal.Options{Now: b.now})
	if err != nil {
		t.Fatal(err)
	}
	sum := b.execute(p)
	if err := b.journal.Close(); err != nil {
		t.Error(err)
	}
	b.journal = with
	b.binIs()
	if sum.Trashed != 0 || sum.Refused != 1 {
		t.Errorf("%+v, want it refused", sum)
	}
	if sum := b.apply(); sum.Trashed != 1 {
		t.Errorf("%+v, want it trashed by the record that has the answer", sum)
	}
}

// A file whose bytes changed without a new revision is hashed again before an answer moves it.
func TestAnAnswerMovesNoOtherBytes(t *testing.T) {
	t.Parallel()
	b, o := askBox(t, askRules)
	b.put(ours(1), square(1024, marked))
	p, _ := b.plan()
	if len(p.Trash) != 1 || len(o.asked) != 1 {
		t.Fatalf("%d items are due after %d uploads, want 1", len(p.Trash), len(o.asked))
	}
	other := square(1024, marked)
	other[len(other)-20] ^= 1
	b.account.Swap(ours(1), other)
	if sum := b.execute(p); sum.Trashed != 0 || sum.Refused+sum.Failed != 1 {
		t.Errorf("%+v, want it refused", sum)
	}
	b.binIs()
}

func TestUploadsAreLimitedByDay(t *testing.T) {
	t.Parallel()
	b, o := askBox(t, askRules)
	for i := range byte(7) {
		b.put(fmt.Sprintf("/data/root/%d.png", i), square(1024, i))
	}
	for day, want := range []struct{ uploads, unasked int64 }{{3, 4}, {3, 1}, {1, 0}, {0, 0}} {
		for again := range 2 {
			uploads, unasked := want.uploads, want.unasked
			if again > 0 {
				uploads = 0
			}
			_, sum := b.verdicts()
			if sum.Uploads != uploads || sum.Unasked != unasked || sum.Errors != 0 || sum.Images != 7 {
				t.Errorf("day %d, scan %d: %+v, want %d uploads and %d that wait", day, again, sum, uploads, unasked)
			}
			if again > 0 && sum.BytesRead != 0 {
				t.Errorf("day %d: a picture that has to wait is read: %d bytes", day, sum.BytesRead)
			}
		}
		b.clock = b.clock.Add(25 * time.Hour)
	}
	if got := o.takes(); !slices.Equal(got, []byte{0, 1, 2, 3, 4, 5, 6}) {
		t.Errorf("uploaded %v, want each once", got)
	}
}

func TestWhatOpenAIFailsAtIsSaidOnce(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name          string
		err           error
		uploads       int64 // of four pictures
		errors, again int64 // uploads of a second scan, after the failure is over
	}{
		{"no access", errors.New("no access"), 1, 1, 4},
		{"no answer", sweeper.ErrUnanswered, 3, 3, 4},
		{"unsuitable", sweeper.ErrUnsuitable, 4, 4, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b, o := askBox(t, strings.Replace(askRules, "uploads: 3", "uploads: 100", 1))
			for i := range byte(4) {
				b.put(fmt.Sprintf("/data/root/%d.png", i), square(1024, marked+i))
				o.errs[marked+i] = fmt.Errorf("trouble: %w", c.err)
			}
			found, sum := b.verdicts()
			if sum.Uploads != c.uploads || sum.Errors != c.errors || len(found) != 0 || sum.Failed != 0 {
				t.Errorf("%d uploads, %d problems, %d found: %+v", sum.Uploads, sum.Errors, len(found), sum.Problems)
			}
			o.errs = nil
			if _, sum = b.verdicts(); sum.Uploads != c.again || sum.Errors != 0 {
				t.Errorf("a second scan: %d uploads, want %d; %+v", sum.Uploads, c.again, sum.Problems)
			}
		})
	}
}

func TestOnePictureWithoutAnAnswerStopsNoOther(t *testing.T) {
	t.Parallel()
	b, o := askBox(t, askRules)
	for i := range byte(3) {
		b.put(fmt.Sprintf("/data/root/%d.png", i), square(1024, marked+i))
	}
	o.errs[marked+1] = sweeper.ErrUnanswered
	if found, sum := b.verdicts(); len(found) != 2 || sum.Unasked != 1 || sum.Errors != 1 {
		t.Errorf("%d found, %+v; want two, and one that waits", len(found), sum)
	}
}

func TestThatNothingCanBeUploadedIsSaid(t *testing.T) {
	t.Parallel()
	b := newBox(t, askRules)
	b.askErr = errors.New("no key")
	b.put("/data/root/a.png", square(1024, 1))
	if _, sum := b.verdicts(); sum.Errors != 1 || sum.Problems[0].Text != "no key" || sum.Unasked != 0 {
		t.Errorf("got %+v", sum)
	}
}

// A feed names a file once. Those that wait are asked about all the same, once the limit permits it.
func TestPicturesOfAnAccountWaitForTheirTurn(t *testing.T) {
	t.Parallel()
	o := &oracle{}
	r, _ := remoteBox(t, askRules)
	r.ask = o.Ask
	for i := range byte(5) {
		r.put(fmt.Sprintf("/data/root/%d.png", i), square(1024, marked+i))
	}
	for day, want := range []int{3, 5, 5} {
		for range 2 {
			if found, sum := r.verdicts(); len(found) != want || sum.Images != 5 || sum.Errors != 0 {
				t.Errorf("day %d: %d found, %+v; want %d", day, len(found), sum, want)
			}
		}
		r.clock = r.clock.Add(25 * time.Hour)
	}
	if got := o.takes(); len(got) != 5 {
		t.Errorf("uploaded %v, want each once", got)
	}
}

// What is asked about is what is open once all storages are examined: a twin may be listed before its original, on
// another disk too.
func TestATwinOfAnOriginalIsNotUploaded(t *testing.T) {
	t.Parallel()
	const both = "other: {type: local, roots: [/data/other], ask: openai}, home: {"
	policy := strings.Replace(askRules, "home: {", both, 1)
	for name, become := range map[string]func(*providertest.Account){
		"on the same disk": nil,
		"on another disk":  func(a *providertest.Account) { a.Lack(providers.CanFollow) },
		"in Drive":         (*providertest.Account).Remote,
		"in Dropbox":       (*providertest.Account).RemoteInBlocks,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := &oracle{}
			b, s := remoteBox(t, policy)
			b.ask, b.account = o.Ask, providertest.NewAccount()
			b.account.Lack(providers.CanFollow)
			b.fail()
			with, storages := b.account, []*providers.Storage{b.storage()}
			if become != nil {
				with = providertest.NewAccount()
				become(with)
				storages = []*providers.Storage{b.storageOf("other", with), b.storage()}
			}
			with.Write("/data/root/a twin.png", square(1024, 1), b.clock.AddDate(0, 0, -100))
			with.Write("/data/root/b open.png", square(1024, 2), b.clock.AddDate(0, 0, -100))
			b.put("/data/root/original.png", s.Sign(square(1024, 1), c2patest.Options{}))
			for scan := range 2 {
				found := map[string]fingerprint.Confidence{}
				sum, err := b.sweeping(storages...).Scan(t.Context(), sweeper.ScanOptions{Each: func(f sweeper.Found) {
					found[f.Entry.Name()] = f.Verdict.Confidence
				}})
				if err != nil || found["a twin.png"] != fingerprint.Strong || len(found) != 2 || sum.Images != 3 ||
					sum.Unasked != 0 || sum.Errors != 0 {
					t.Errorf("scan %d: %v, found %v: %+v", scan, err, found, sum)
				}
			}
			if got := o.takes(); !slices.Equal(got, []byte{2}) {
				t.Errorf("uploaded %v, want the open one once", got)
			}
		})
	}
}

// Two storages have copies of one picture, of which neither is uploaded before both are listed.
func TestCopiesOfTwoStoragesAreUploadedOnce(t *testing.T) {
	t.Parallel()
	const both = "other: {type: local, roots: [/data/other], ask: openai}, home: {"
	b, o := askBox(t, strings.Replace(askRules, "home: {", both, 1))
	other := providertest.NewAccount()
	other.Lack(providers.CanFollow)
	b.put("/data/root/a.png", square(1024, marked))
	other.Write("/data/root/b.png", square(1024, marked), b.clock.AddDate(0, 0, -100))
	found := 0
	sum, err := b.sweeping(b.storage(), b.storageOf("other", other)).Scan(t.Context(), sweeper.ScanOptions{
		Each: func(sweeper.Found) { found++ },
	})
	if err != nil || found != 2 || len(o.asked) != 1 || sum.Uploads != 1 || sum.Errors != 0 {
		t.Errorf("%v: %d found, uploaded %v: %+v", err, found, o.asked, sum)
	}
}

// A match that waits is in the record, and not in the feed. It is asked about in its turn, and is found meanwhile.
func TestAMatchOfAnAccountThatWaitsIsFound(t *testing.T) {
	t.Parallel()
	o := &oracle{}
	b, _ := remoteBox(t, strings.Replace(askRules, "uploads: 3", "uploads: 1", 1))
	b.ask = o.Ask
	b.put(ours(1), square(1024, marked))
	b.put(ours(2), square(1024, marked+1))
	for day, uploads := range []int{1, 2, 2} {
		for range 2 {
			found, sum := b.verdicts()
			strong := 0
			for _, v := range found {
				if v.Confidence == fingerprint.Strong {
					strong++
				}
			}
			if len(found) != 2 || strong != uploads || len(o.asked) != uploads || sum.Errors != 0 || sum.Images != 2 {
				t.Errorf("day %d: found %v, uploaded %v: %+v", day, found, o.asked, sum)
			}
		}
		b.clock = b.clock.Add(25 * time.Hour)
	}
}

func TestAnExplanationShowsTheAnswer(t *testing.T) {
	t.Parallel()
	b, o := askBox(t, askRules)
	b.put("/data/root/a.png", square(1024, marked))
	explained := func() (finding string) {
		x, err := b.sweeper().Explain(t.Context(), b.storage(), b.entry("/data/root/a.png"))
		if err != nil {
			t.Fatal(err)
		}
		last := x.Findings[len(x.Findings)-1]
		return fmt.Sprint(x.Verdict.Confidence, " ", last.Detector, last.Steps)
	}
	if got := explained(); got != "none openai[{asked false not yet}]" || len(o.asked) != 0 {
		t.Errorf("got %s, and %d uploads", got, len(o.asked))
	}
	b.verdicts()
	want := "likely openai[{asked true 2026-11-23 12:00:00 UTC} {watermark (SynthID) true detected} " +
		"{model true gpt-image}]"
	if got := explained(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

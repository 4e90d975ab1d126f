package sweeper_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/fingerprint/c2pa"
	"github.com/sweepd/sweepd/fingerprint/c2pa/c2patest"
	"github.com/sweepd/sweepd/fingerprint/perceptual"
	"github.com/sweepd/sweepd/internal/thumbnail"
	"github.com/sweepd/sweepd/known"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/providertest"
	"github.com/sweepd/sweepd/sweeper"
)

const copiesRules = `
version: 1
storages: {home: {type: local, roots: [/data/root]}}
rules:
  - {name: mine, when: {confidence: likely, derived: include}, do: trash}
  - {name: unsure, when: {confidence: possible}, do: review}
limits: {files: 100, bytes: 1GB, share: 100%}
copies: on
`

// copiesBox is a box on a local disk that looks for copies, and a signer.
func copiesBox(t testing.TB) (*box, *c2patest.Signer) {
	t.Helper()
	b, s := newBox(t, copiesRules), c2patest.New(t, time.Date(2026, 5, 23, 12, 0, 0, 0, time.UTC))
	anchors, err := c2pa.ParseAnchors(strings.NewReader(s.Anchors()))
	if err != nil {
		t.Fatal(err)
	}
	b.classifier = fingerprint.NewWith(fingerprint.Options{Anchors: anchors})
	return b, s
}

// found scans and returns what was found of each file, by its name.
func (b *box) seen(all bool) map[string]sweeper.Found {
	b.Helper()
	found := map[string]sweeper.Found{}
	sum, err := b.sweeper().Scan(b.Context(), sweeper.ScanOptions{
		All: all, Each: func(f sweeper.Found) { found[f.Entry.Name()] = f },
	})
	if err != nil || len(sum.Problems) > 0 {
		b.Fatalf("%v, %v", err, sum.Problems)
	}
	return found
}

func TestACopyOfAKnownPictureIsFoundByItsLooks(t *testing.T) {
	t.Parallel()
	b, s := copiesBox(t)
	b.put("/data/root/original.png", s.Sign(c2patest.ScenePNG(1, 280, 200), c2patest.Options{}))
	b.put("/data/root/copy.jpg", c2patest.SceneJPEG(1, 140, 100))
	b.put("/data/root/other.jpg", c2patest.SceneJPEG(2, 140, 100))
	b.put("/data/root/icon.png", picture(1))
	b.seen(false) // it learns the original
	for range 2 {
		found := b.seen(false)
		f := found["copy.jpg"]
		v := f.Verdict
		if v.Confidence != fingerprint.Likely || !v.Derived || !v.LooksLike() || v.Product != fingerprint.ChatGPT ||
			!strings.HasPrefix(v.Evidence[0].Found, `looks like "original.png", at a distance of `) {
			t.Errorf("the copy: got %+v", v)
		}
		if f.Decision.Action != policy.Review || f.Decision.Rule != "unsure" {
			t.Errorf("the copy: got %+v, want it to be reviewed: no rule names the evidence", f.Decision)
		}
		if len(found) != 2 {
			t.Errorf("found %d files, want the original and the copy", len(found))
		}
	}
	// A rule that names the evidence trashes it.
	b.setPolicy(namingCopies)
	b.dueAre("/data/root/copy.jpg")
	if sum := b.apply(); sum.Trashed != 1 {
		t.Errorf("got %+v, want the copy trashed", sum)
	}
	// The original is known, and has its name, after it is gone.
	b.put("/data/root/later.jpg", c2patest.SceneJPEG(1, 560, 400))
	b.setPolicy(strings.Replace(copiesRules, "likely, derived", "proven, derived", 1))
	b.dueAre("/data/root/original.png")
	b.apply()
	if f := b.seen(false)["later.jpg"]; !strings.HasPrefix(f.Verdict.Evidence[0].Found, `looks like "original.png"`) {
		t.Errorf("got %+v", f.Verdict)
	}
	b.setPolicy(strings.Replace(copiesRules, "copies: on", "copies: off", 1))
	if found := b.seen(false); found["later.jpg"].Verdict.Confidence != fingerprint.None {
		t.Errorf("copies are off, got %+v", found)
	}
}

func TestEachPictureIsDecodedOnce(t *testing.T) {
	t.Parallel()
	b, s := copiesBox(t)
	b.put("/data/root/original.png", s.Sign(c2patest.ScenePNG(1, 280, 200), c2patest.Options{}))
	b.seen(false)
	b.put("/data/root/copy.jpg", c2patest.SceneJPEG(1, 140, 100))
	b.put("/data/root/other.jpg", c2patest.SceneJPEG(2, 140, 100))
	b.put("/data/root/high.jpg", c2patest.SceneJPEG(2, 105, 210))
	b.put("/data/root/broken.jpg", c2patest.SceneJPEG(2, 140, 100)[:700])
	reads := func() int {
		before := b.driver.Calls("ReadRange")
		b.seen(false)
		return b.driver.Calls("ReadRange") - before
	}
	// A header of each, and all of those with the original's shape twice: to look at the size, and to decode.
	if n := reads(); n < 4+3+2 || n > 4+3*2 {
		t.Errorf("%d reads at first", n)
	}
	if n := reads(); n != 0 {
		t.Errorf("%d reads of known pictures", n)
	}
	// Another shape is known now.
	b.put("/data/root/portrait.png", s.Sign(c2patest.ScenePNG(2, 210, 420), c2patest.Options{}))
	b.seen(false)
	if f := b.seen(false)["high.jpg"]; !f.Verdict.LooksLike() {
		t.Errorf("got %+v, want it like the other original", f.Verdict)
	}
	if n := reads(); n != 0 {
		t.Errorf("%d reads of known pictures", n)
	}
}

func TestWhatLooksLikeAnUploadIsNoCopy(t *testing.T) {
	t.Parallel()
	b, s := copiesBox(t)
	b.put("/data/root/redrawn.png", s.Sign(c2patest.ScenePNG(1, 280, 200), c2patest.Options{}))
	b.put("/data/root/mine.jpg", c2patest.SceneJPEG(1, 560, 400))
	b.seen(false)
	if f := b.seen(false)["mine.jpg"]; !f.Verdict.LooksLike() {
		t.Fatalf("got %+v, want it like the picture that ChatGPT made of it", f.Verdict)
	}
	upload := c2patest.SceneJPEG(1, 840, 600)
	l := lookOf(t, upload)
	p := known.Picture{
		Origin: known.Uploaded, Size: int64(len(upload)), Hashes: providers.Hashes{SHA256: sha256.Sum256(upload)},
		Quality: l.Quality, Width: 840, Height: 600,
	}
	copy(p.Perceptual[:], packed(t, l))
	b.learn(p)
	if found := b.seen(false); found["mine.jpg"].Verdict.Confidence != fingerprint.None {
		t.Errorf("got %+v, want nothing found of it", found["mine.jpg"].Verdict)
	}
}

func lookOf(t *testing.T, content []byte) perceptual.Look {
	t.Helper()
	m, err := jpeg.Decode(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	g := perceptual.Gray{Width: m.Bounds().Dx(), Height: m.Bounds().Dy()}
	for y := range g.Height {
		for x := range g.Width {
			g.Luma = append(g.Luma, float32(color.GrayModel.Convert(m.At(x, y)).(color.Gray).Y))
		}
	}
	return perceptual.Of(g)
}

// showing is a driver that makes thumbnails.
type showing struct {
	providers.Driver
	made *int
}

func (d showing) Can() providers.Can { return d.Driver.Can() | providers.CanThumbnail }

func (d showing) Thumbnail(
	ctx context.Context, ref providers.Ref, rev providers.Revision, side int,
) (io.ReadCloser, error) {
	*d.made++
	e, err := d.Stat(ctx, ref)
	if err != nil {
		return nil, err
	}
	rc, err := d.ReadRange(ctx, ref, rev, 0, e.Size)
	if err != nil {
		return nil, err
	}
	defer rc.Close()
	m, err := jpeg.Decode(rc)
	if err != nil {
		return nil, fmt.Errorf("no picture: %w", fs.ErrNotExist)
	}
	size := m.Bounds().Size()
	to := image.NewNRGBA(image.Rect(0, 0, side, size.Y*side/size.X))
	for y := range to.Rect.Dy() {
		for x := range side {
			to.Set(x, y, m.At(x*size.X/side, y*size.Y/to.Rect.Dy()))
		}
	}
	var out bytes.Buffer
	return io.NopCloser(&out), jpeg.Encode(&out, to, nil)
}

// In an account a scan compares the picture that the service makes, and reads no file whole.
func TestACopyInAnAccountIsFoundByItsThumbnail(t *testing.T) {
	t.Parallel()
	b, s := remoteBox(t, copiesRules)
	made := 0
	scan := func() map[string]fingerprint.Verdict {
		t.Helper()
		verdicts := map[string]fingerprint.Verdict{}
		sum, err := b.over(showing{b.driver, &made}).Scan(t.Context(), sweeper.ScanOptions{Each: func(f sweeper.Found) {
			verdicts[f.Entry.Name()] = f.Verdict
		}})
		if err != nil || len(sum.Problems) > 0 {
			t.Fatalf("%v, %v", err, sum.Problems)
		}
		return verdicts
	}
	b.put("/data/root/copy.jpg", c2patest.SceneJPEG(1, 560, 400))
	b.put("/data/root/other.jpg", c2patest.SceneJPEG(2, 560, 400))
	b.put("/data/root/high.jpg", c2patest.SceneJPEG(2, 420, 600))
	b.put("/data/root/unshown.png", c2patest.ScenePNG(1, 560, 400))
	scan()
	learnt(t, b, s.Sign(c2patest.ScenePNG(1, 280, 200), c2patest.Options{}))
	for range 2 {
		// The feed names none of them again.
		if got := scan(); !got["copy.jpg"].LooksLike() || len(got) != 1 || made != 3 {
			t.Errorf("got %+v with %d thumbnails, want one copy and 3", got, made)
		}
	}
}

// learnt makes the picture known, as a scan of another storage would.
func learnt(t *testing.T, b *box, content []byte) {
	t.Helper()
	disk := providertest.NewAccount()
	disk.Lack(providers.CanFollow)
	disk.Write("/data/root/original.png", content, b.clock.AddDate(0, 0, -100))
	st, err := providers.NewStorage("disk", providertest.NewMemory(disk),
		providers.Options{Roots: []string{"/data/root"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.sweeping(st).Scan(t.Context(), sweeper.ScanOptions{}); err != nil {
		t.Fatal(err)
	}
}

func TestAPictureThatCannotBeDecodedIsNoProblem(t *testing.T) {
	t.Parallel()
	b, s := copiesBox(t)
	b.put("/data/root/original.png", s.Sign(c2patest.ScenePNG(1, 280, 200), c2patest.Options{}))
	b.seen(false)
	whole := c2patest.ScenePNG(1, 280, 200)
	bomb := slices.Clone(whole[:33])
	copy(bomb[16:], []byte{0, 0, 0x75, 0x30, 0, 0, 0x4e, 0x20}) // 30,000 x 20,000 pixels
	b.put("/data/root/cut.png", whole[:len(whole)/2])
	b.put("/data/root/bomb.png", append(bomb, whole[33:]...))
	for range 2 {
		if found := b.seen(false); len(found) != 1 {
			t.Errorf("found %+v, want the original", found)
		}
	}
}

// A disk that fails while a picture is read again leaves it to the next scan.
func TestAPictureThatCannotBeReadIsComparedLater(t *testing.T) {
	t.Parallel()
	b, s := copiesBox(t)
	b.put("/data/root/original.png", s.Sign(c2patest.ScenePNG(1, 280, 200), c2patest.Options{}))
	b.seen(false)
	b.put("/data/root/copy.jpg", c2patest.SceneJPEG(1, 140, 100))
	b.fail(providertest.Fault{Method: "ReadRange", Nth: 2, Err: errors.New("the disk is broken")})
	sum, err := b.sweeper().Scan(t.Context(), sweeper.ScanOptions{})
	if err != nil || len(sum.Problems) != 1 || sum.Problems[0].Doing != "compare" {
		t.Errorf("%v, %+v", err, sum.Problems)
	}
	if f := b.seen(false)["copy.jpg"]; !f.Verdict.LooksLike() {
		t.Errorf("got %+v, want it compared", f.Verdict)
	}
}

// namingCopies has the rule of copiesRules name the evidence.
var namingCopies = strings.Replace(copiesRules, "confidence: likely", "confidence: likely, evidence: known.copy", 1)

func TestAnOriginalThatWasUploadedIsNoOriginal(t *testing.T) {
	t.Parallel()
	b, s := copiesBox(t)
	b.setPolicy(namingCopies)
	genuine := s.Sign(c2patest.ScenePNG(1, 280, 200), c2patest.Options{})
	b.put("/data/root/original.png", genuine)
	b.put("/data/root/mine.jpg", c2patest.SceneJPEG(1, 140, 100))
	b.seen(false) // it learns the original, with its look
	b.dueAre("/data/root/mine.jpg")
	b.learn(knownPicture(known.Uploaded, genuine)) // without a look
	if f := b.seen(false)["mine.jpg"]; f.Verdict.LooksLike() {
		t.Errorf("got %+v, want nothing found of it", f.Verdict)
	}
	b.dueAre()
}

// An upload that could not be decoded may be what a picture is a copy of.
func TestACopyIsOnlyPossibleWhileAnUploadHasNoLook(t *testing.T) {
	t.Parallel()
	b, s := copiesBox(t)
	b.setPolicy(namingCopies)
	b.put("/data/root/original.png", s.Sign(c2patest.ScenePNG(1, 280, 200), c2patest.Options{}))
	b.put("/data/root/copy.jpg", c2patest.SceneJPEG(1, 140, 100))
	b.seen(false)
	b.dueAre("/data/root/copy.jpg")
	id := b.learn(knownPicture(known.Uploaded, c2patest.SceneJPEG(2, 140, 100)))
	v := b.seen(false)["copy.jpg"].Verdict
	if !v.LooksLike() || v.Confidence != fingerprint.Possible || v.Evidence[0].Confidence != fingerprint.Possible {
		t.Errorf("got %+v, want it possible", v)
	}
	b.dueAre()
	// Not even a rule on possible ones that names the evidence trashes it.
	b.setPolicy(strings.Replace(namingCopies, "confidence: likely", "confidence: possible", 1))
	b.dueAre()
	if f := b.seen(false)["copy.jpg"]; f.Decision.Action != policy.Review || !f.Verdict.Unchecked() {
		t.Errorf("got %+v, want it to be reviewed", f)
	}
	b.forget(id)
	b.dueAre("/data/root/copy.jpg")
}

// An upload that took too long to decode is learnt once more.
func TestAnUploadHasALookIfAnySourceHasIt(t *testing.T) {
	t.Parallel()
	b, s := copiesBox(t)
	b.put("/data/root/original.png", s.Sign(c2patest.ScenePNG(1, 280, 200), c2patest.Options{}))
	b.put("/data/root/copy.jpg", c2patest.SceneJPEG(1, 140, 100))
	b.seen(false)
	upload := c2patest.SceneJPEG(2, 140, 100)
	p, l := knownPicture(known.Uploaded, upload), lookOf(t, upload)
	b.learn(p)
	if v := b.seen(false)["copy.jpg"].Verdict; v.Confidence != fingerprint.Possible {
		t.Errorf("got %+v, want it possible", v)
	}
	copy(p.Perceptual[:], packed(t, l))
	p.Quality, p.Width, p.Height = l.Quality, 140, 100
	b.learn(p)
	if v := b.seen(false)["copy.jpg"].Verdict; v.Confidence != fingerprint.Likely || v.Unchecked() {
		t.Errorf("got %+v, want it likely", v)
	}
}

// One look-up reads no known picture again, and yet an upload that is learnt meanwhile counts at once.
func TestTheKnownPicturesAreReadOnce(t *testing.T) {
	b, s := copiesBox(t)
	b.put("/data/root/original.png", s.Sign(c2patest.ScenePNG(1, 280, 200), c2patest.Options{}))
	at := "/data/root/copy.jpg"
	b.put(at, c2patest.SceneJPEG(1, 140, 100))
	const uploads = 500
	var others []known.Picture
	for i := range uploads {
		p := knownPicture(known.Uploaded, picture(byte(i)))
		p.SHA256, p.Perceptual = [32]byte{byte(i), byte(i >> 8), 1}, [32]byte{byte(i), byte(i >> 8), 1}
		others = append(others, p)
	}
	b.learn(others...)
	b.seen(false)
	b.seen(false)
	sw, st, e := b.sweeper(), b.storage(), b.entry(at)
	like := func() bool {
		f, err := sw.Refind(t.Context(), st, e)
		if err != nil {
			t.Fatal(err)
		}
		return f.Verdict.LooksLike()
	}
	if !like() {
		t.Fatal("the copy is not found")
	}
	if n := testing.AllocsPerRun(3, func() { like() }); n > uploads {
		t.Errorf("a look-up among %d pictures allocates %.0f times, as many as reading them does", uploads, n)
	}
	upload := c2patest.SceneJPEG(1, 560, 400)
	p := knownPicture(known.Uploaded, upload)
	copy(p.Perceptual[:], packed(t, lookOf(t, upload)))
	p.Quality, p.Width, p.Height = 100, 560, 400
	if b.learn(p); like() {
		t.Error("what looks like an upload is found as a copy")
	}
}

// packed returns the hash of a look in the form in which the journal has it.
func packed(t *testing.T, l perceptual.Look) []byte {
	t.Helper()
	hash, err := l.Hash.AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	return hash
}

// stale is a driver whose thumbnails are all of the same picture.
type stale struct{ providers.Driver }

func (d stale) Can() providers.Can { return d.Driver.Can() | providers.CanThumbnail }

func (d stale) Thumbnail(context.Context, providers.Ref, providers.Revision, int) (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewReader(c2patest.SceneJPEG(1, 256, 182))), nil
}

func TestAMoveComparesTheFileAndNotItsThumbnail(t *testing.T) {
	t.Parallel()
	like := c2patest.SceneJPEG(1, 560, 400)
	large := append(slices.Clone(like), make([]byte, thumbnail.MaxBytes)...)
	for name, c := range map[string]struct {
		content []byte
		trashed int64
	}{
		"a copy":               {like, 1},
		"other pixels":         {c2patest.SceneJPEG(2, 560, 400), 0},
		"it cannot be decoded": {like[:len(like)/2], 0},
		"it is too large":      {large, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, s := remoteBox(t, namingCopies)
			learnt(t, b, s.Sign(c2patest.ScenePNG(1, 280, 200), c2patest.Options{}))
			b.put("/data/root/photo.jpg", c.content)
			sw := b.over(stale{b.driver})
			p, _, err := sw.Plan(t.Context(), sweeper.ScanOptions{})
			if err != nil || len(p.Trash) != 1 {
				t.Fatalf("%v, %d planned; want the one that its thumbnail shows", err, len(p.Trash))
			}
			sum, err := sw.Execute(t.Context(), p, nil)
			if err != nil || sum.Trashed != c.trashed || sum.Failed > 0 {
				t.Errorf("%v, trashed %d and failed %d, want %d and 0", err, sum.Trashed, sum.Failed, c.trashed)
			}
		})
	}
}

// A page that shows a decision does not scan for it.
func TestADecisionOnALookalikeIsFoundAtOnce(t *testing.T) {
	t.Parallel()
	b, s := copiesBox(t)
	b.put("/data/root/original.png", s.Sign(c2patest.ScenePNG(1, 280, 200), c2patest.Options{}))
	b.seen(false)
	at := "/data/root/copy.jpg"
	b.put(at, c2patest.SceneJPEG(1, 140, 100))
	b.seen(false)
	if d := b.refound(at); d.Action != policy.Review {
		t.Errorf("found: it is %s (%s)", d.Action, d.Reasons)
	}
	if err := b.sweeper().Approve(t.Context(), b.storage(), b.entry(at), nil); err != nil {
		t.Fatal(err)
	}
	if d := b.refound(at); d.Action != policy.Trash || !d.Approved {
		t.Errorf("approved: it is %s (%s)", d.Action, d.Reasons)
	}
}

// slowDriver takes longer to read a picture than decoding may take, and makes no thumbnail, while slow is set.
type slowDriver struct {
	providers.Driver
	slow *bool
}

func (d slowDriver) Can() providers.Can { return d.Driver.Can() | providers.CanThumbnail }

func (d slowDriver) ReadRange(
	ctx context.Context, ref providers.Ref, rev providers.Revision, off, n int64,
) (io.ReadCloser, error) {
	rc, err := d.Driver.ReadRange(ctx, ref, rev, off, n)
	return slowReader{rc, d.slow}, err
}

func (d slowDriver) Thumbnail(
	ctx context.Context, ref providers.Ref, rev providers.Revision, side int,
) (io.ReadCloser, error) {
	if made := 0; !*d.slow {
		return showing{d.Driver, &made}.Thumbnail(ctx, ref, rev, side)
	}
	return nil, errors.New("the service is busy")
}

type slowReader struct {
	io.ReadCloser
	slow *bool
}

func (r slowReader) Read(p []byte) (int, error) {
	if *r.slow {
		time.Sleep(time.Minute)
	}
	return r.ReadCloser.Read(p)
}

// A machine or a service may be busy once. A picture that was not decoded in time is no picture that cannot be decoded.
func TestAPictureThatTookTooLongIsComparedLater(t *testing.T) {
	t.Parallel()
	for name, newBox := range map[string]func(testing.TB) (*box, *c2patest.Signer){
		"on a disk":     func(t testing.TB) (*box, *c2patest.Signer) { return copiesBox(t) },
		"in an account": func(t testing.TB) (*box, *c2patest.Signer) { return remoteBox(t, copiesRules) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, s := newBox(t)
			learnt(t, b, s.Sign(c2patest.ScenePNG(1, 280, 200), c2patest.Options{}))
			b.put("/data/root/copy.jpg", c2patest.SceneJPEG(1, 560, 400))
			synctest.Test(t, func(t *testing.T) {
				slow := true
				scan := func() (like bool, problems []sweeper.Problem) {
					sum, err := b.over(slowDriver{b.driver, &slow}).Scan(t.Context(), sweeper.ScanOptions{
						Each: func(f sweeper.Found) { like = like || f.Verdict.LooksLike() },
					})
					if err != nil {
						t.Fatal(err)
					}
					return like, sum.Problems
				}
				for range 2 {
					if like, problems := scan(); like || len(problems) != 1 || problems[0].Doing != "compare" {
						t.Errorf("while it takes too long: %v, %v; want a problem", like, problems)
					}
				}
				slow = false
				if like, problems := scan(); !like || len(problems) > 0 {
					t.Errorf("got %v, %v; want the copy", like, problems)
				}
			})
		})
	}
}

package journal

import (
	"bytes"
	"errors"
	"io/fs"
	"reflect"
	"testing"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/known"
	"github.com/sweepd/sweepd/providers"
)

// knownPicture returns a picture in which every field is set.
func knownPicture(n byte, o known.Origin) known.Picture {
	return known.Picture{
		Origin: o, Size: 1000 + int64(n),
		Hashes: providers.Hashes{SHA256: [32]byte{n, 1}, ContentHash: [32]byte{n, 2}},
		SHA1:   [20]byte{n, 3}, MD5: [16]byte{n, 4}, CRC32: 1<<31 + uint32(n),
		Twin:       fingerprint.Twin{SHA256: [32]byte{n, 5}, Size: 900 + int64(n)},
		Perceptual: [32]byte{n, 6}, Quality: 90, MediaType: "image/png", Width: 3, Height: 2,
		Product: fingerprint.ChatGPT, Conversation: "c", Title: "Ünïcode", Pixels: [32]byte{n, 7},
		Made: time.UnixMicro(1_700_000_000_000_000).UTC(),
	}
}

// isKnown returns what the journal has of a picture in its set.
func isKnown(t *testing.T, j *Journal, p known.Picture) (known.Match, bool) {
	t.Helper()
	set, state, err := j.Known(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if now := must(j.KnownState(t.Context()))(t); now != state {
		t.Errorf("the state is %v in the set, and %v alone", state, now)
	}
	return set.Of(p.Size, providers.Hashes{SHA256: p.SHA256})
}

func TestWhatWasLearntIsKnownUntilItIsForgotten(t *testing.T) {
	path := newPath(t)
	j := openAt(t, path)
	ctx := t.Context()
	ours, upload := knownPicture(2, known.Generated), knownPicture(1, known.Uploaded)
	both := ours
	both.Origin = known.Uploaded
	from := known.Source{
		Kind: known.Export, Path: "/home/a/export.zip", Complete: true, Generated: 1, Uploaded: 1, Absent: 3,
		Problems: []string{"no"},
	}
	first := must(j.Learn(ctx, from, []known.Picture{ours, upload}))(t)
	if first.ID != 1 || first.Learnt.IsZero() {
		t.Errorf("learnt as %+v", first)
	}
	state := must(j.KnownState(ctx))(t)
	if again := must(j.Learn(ctx, from, []known.Picture{upload, ours}))(t); !reflect.DeepEqual(again, first) {
		t.Errorf("the same is learnt as %+v, want %+v", again, first)
	}
	if now := must(j.KnownState(ctx))(t); now != state {
		t.Error("learning the same again changes the state")
	}
	named := known.Source{Kind: known.File, Path: "/home/a/b.png", Complete: true, Named: 1}
	second := must(j.Learn(ctx, named, []known.Picture{knownPicture(3, known.Named)}))(t)
	// Within one source an upload takes precedence, too.
	third := must(j.Learn(ctx, known.Source{Kind: known.Export, Path: "/c"}, []known.Picture{ours, both}))(t)

	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	j = openAt(t, path)
	if all := must(j.Sources(ctx))(t); !reflect.DeepEqual(all, []known.Source{first, second, third}) {
		t.Errorf("learnt is %+v", all)
	}
	if m, ok := isKnown(t, j, ours); !ok || !m.Uploaded() {
		t.Errorf("a picture that one source calls an upload is %+v, %v", m, ok)
	}
	if err := j.Forget(ctx, third.ID); err != nil {
		t.Fatal(err)
	}
	if m, ok := isKnown(t, j, ours); !ok || !m.Generated() {
		t.Errorf("the picture is then %+v, %v", m, ok)
	}
	want := []KnownPicture{{first.ID, ours}}
	for _, sum := range [][32]byte{ours.SHA256, ours.Twin.SHA256} {
		if got := must(j.KnownBy(ctx, sum))(t); !reflect.DeepEqual(got, want) {
			t.Errorf("known of it is %+v, want %+v", got, want)
		}
	}
	for _, id := range []int64{first.ID, second.ID} {
		if err := j.Forget(ctx, id); err != nil {
			t.Fatal(err)
		}
	}
	if m, ok := isKnown(t, j, ours); ok {
		t.Errorf("a forgotten picture is %+v", m)
	}
	if err := j.Forget(ctx, first.ID); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("forgetting it again returns %v", err)
	}
	if fourth := must(j.Learn(ctx, from, []known.Picture{ours}))(t); fourth.ID != 4 {
		t.Errorf("learnt again as number %d, want 4", fourth.ID)
	}
	if err := whole(ctx, j); err != nil {
		t.Error(err)
	}
}

// Rows from before a column was added stay sound, and each column that is set is covered.
func TestTheChecksumOfAKnownPictureCoversItsPixelsAndTime(t *testing.T) {
	bare, learnt := knownPicture(1, known.Verified), time.UnixMicro(1_700_000_000_000_000).UTC()
	bare.Pixels = [32]byte{}
	timed, pixels, both := bare, bare, bare
	timed.Learnt, both.Learnt = learnt, learnt
	pixels.Pixels[0], both.Pixels[0] = 1, 1
	different := map[string]bool{}
	for _, c := range []struct {
		p       known.Picture
		columns int
	}{{bare, 19}, {timed, 20}, {pixels, 21}, {both, 21}} {
		values := knownValues(seen, c.p)
		sum := knownChecksum(values)
		if !bytes.Equal(sum, checksumOf(values[:c.columns]...)) {
			t.Errorf("the checksum of %+v is not over %d columns", c.p, c.columns)
		}
		different[string(sum)] = true
	}
	if len(different) != 4 {
		t.Error("two pictures have one checksum")
	}
}

func TestOriginalsThatAScanVerifiedAreKnown(t *testing.T) {
	j := newJournal(t)
	p, bare := knownPicture(1, known.Verified), knownPicture(2, known.Verified)
	bare.Twin = fingerprint.Twin{}
	state := must(j.KnownState(t.Context()))(t)
	for range 2 {
		if err := j.Verified(t.Context(), []known.Picture{p, bare}); err != nil {
			t.Fatal(err)
		}
		now := must(j.KnownState(t.Context()))(t)
		if now.Learnt != state.Learnt || now.Verified <= state.Verified {
			t.Errorf("the state is %+v after %+v", now, state)
		}
		state = now
		all := must(j.KnownBy(t.Context(), p.SHA256))(t)
		if p.Learnt.IsZero() {
			p.Learnt = all[0].Learnt
		}
		if p.Learnt.IsZero() || !all[0].Learnt.Equal(p.Learnt) {
			t.Errorf("it was verified at %v, want %v", all[0].Learnt, p.Learnt)
		}
	}
	if m, ok := isKnown(t, j, p); !ok || !m.Verified() {
		t.Errorf("the original is %+v, %v", m, ok)
	}
	if _, ok := isKnown(t, j, bare); ok {
		t.Error("an original without a twin is stored")
	}
	if got := must(j.KnownBy(t.Context(), p.Twin.SHA256))(t); !reflect.DeepEqual(got, []KnownPicture{{0, p}}) {
		t.Errorf("the original of the twin is %+v", got)
	}
	if err := j.ForgetVerified(t.Context()); err != nil {
		t.Fatal(err)
	}
	if now := must(j.KnownState(t.Context()))(t); now.Verified <= state.Verified {
		t.Errorf("the state is %+v after %+v were forgotten", now, state)
	}
	if _, ok := isKnown(t, j, p); ok {
		t.Error("it is known after it was forgotten")
	}
}

// A lost or changed upload would allow a deletion, so that nothing is known then, and nothing is deleted.
func TestWhatWasLearntCannotChangeUnnoticed(t *testing.T) {
	for what, damage := range map[string]string{
		"an upload is lost":             `DELETE FROM known WHERE origin = 'uploaded'`,
		"an upload becomes a generated": `UPDATE known SET origin = 'generated'`,
		"a hash is changed":             `UPDATE known SET sha256 = randomblob(32) WHERE origin = 'uploaded'`,
		"an origin of a later version":  `UPDATE known SET origin = 'painted' WHERE source = 1`,
		"a picture of another source":   `UPDATE known SET source = 2`,
		"a source is lost":              `DELETE FROM sources`,
		"a source is forgotten":         `UPDATE sources SET forgotten = 1`,
		"both are lost":                 `DELETE FROM known; DELETE FROM sources`,
		"one is partial":                `UPDATE sources SET complete = 0`,
		"another path":                  `UPDATE sources SET path = x'00'`,
	} {
		j := newJournal(t)
		pictures := []known.Picture{knownPicture(1, known.Generated), knownPicture(2, known.Uploaded)}
		from := known.Source{Kind: known.Export, Path: "/e", Complete: true, Generated: 1, Uploaded: 1}
		must(j.Learn(t.Context(), from, pictures))(t)
		if _, err := j.Verify(t.Context()); err != nil {
			t.Fatal(err)
		}
		change(t, j, damage)
		if _, err := j.Verify(t.Context()); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: Verify returns %v", what, err)
		}
		set, _, err := j.Known(t.Context())
		if err == nil {
			// What only the chain shows is found before anything is deleted.
			m, ok := set.Of(pictures[1].Size, pictures[1].Hashes)
			if what != "one is partial" && what != "another path" && what != "both are lost" {
				t.Errorf("%s: the upload is %+v, %v", what, m, ok)
			}
		} else if !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: Known returns %v", what, err)
		}
	}
}

// A row from before the time was recorded counts as verified when the recording began, which is not before it.
func TestAnOriginalWithoutATimeHasTheLatest(t *testing.T) {
	j := newJournal(t)
	p := knownPicture(1, known.Verified)
	p.Pixels = [32]byte{}
	values := knownValues(seen, p)
	since := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	_, err := j.write.ExecContext(t.Context(), upsertKnown, append(values, checksumOf(values[:len(values)-2]...))...)
	if err == nil {
		_, err = j.write.ExecContext(t.Context(), `UPDATE verified SET since = $1`, micros(since))
	}
	if err != nil {
		t.Fatal(err)
	}
	if m, ok := isKnown(t, j, p); !ok || !m.Learnt.Equal(since) {
		t.Errorf("it is %+v, %v", m, ok)
	}
}

// A verified original that is damaged is not known by its row, which justifies less then.
func TestADamagedOriginalIsUnknown(t *testing.T) {
	j := newJournal(t)
	p := knownPicture(1, known.Verified)
	if err := j.Verified(t.Context(), []known.Picture{p}); err != nil {
		t.Fatal(err)
	}
	change(t, j, `UPDATE known SET twin_size = 901`)
	if m, ok := isKnown(t, j, p); !ok || !m.Verified() {
		t.Errorf("the sound row is %+v, %v", m, ok)
	}
	change(t, j, `UPDATE lookup SET files = x''; UPDATE known SET twin_sha256 = zeroblob(32)`)
	if m, ok := isKnown(t, j, p); ok {
		t.Errorf("the damaged one is %+v", m)
	}
	if got := must(j.KnownBy(t.Context(), p.SHA256))(t); len(got) > 0 {
		t.Errorf("known of it is %+v", got)
	}
}

func TestAPictureWithoutAHashIsNotLearnt(t *testing.T) {
	j := newJournal(t)
	none, empty := knownPicture(1, known.Generated), knownPicture(2, known.Generated)
	wrong := knownPicture(3, known.Verified)
	none.SHA256, empty.Size = [32]byte{}, 0
	for _, p := range []known.Picture{none, empty, wrong, knownPicture(4, 0)} {
		from := known.Source{Kind: known.Export, Path: "/e"}
		if _, err := j.Learn(t.Context(), from, []known.Picture{p}); err == nil {
			t.Errorf("learnt %+v", p)
		}
	}
	if all := must(j.Sources(t.Context()))(t); len(all) > 0 {
		t.Errorf("learnt from %+v", all)
	}
}

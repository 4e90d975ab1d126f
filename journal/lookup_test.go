package journal

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"slices"
	"testing"

	"github.com/sweepd/sweepd/known"
)

// lookupRow returns the stored set and its checksum.
func lookupRow(t *testing.T, j *Journal) (files, checksum []byte) {
	t.Helper()
	if err := j.read.QueryRow(`SELECT files, checksum FROM lookup`).Scan(&files, &checksum); err != nil {
		t.Fatal(err)
	}
	return files, checksum
}

// setLookup stores another set.
func setLookup(t *testing.T, j *Journal, files, checksum []byte) {
	t.Helper()
	must(j.write.ExecContext(t.Context(), `UPDATE lookup SET files = $1, checksum = $2`, files, checksum))(t)
}

// learnt returns a journal that knows an upload, a generated picture and an original, and has stored its set.
func learntJournal(t *testing.T) (j *Journal, upload, generated, original known.Picture) {
	t.Helper()
	j = newJournal(t)
	upload, generated, original = knownPicture(1, known.Uploaded), knownPicture(2, known.Generated),
		knownPicture(3, known.Verified)
	from := known.Source{Kind: known.Export, Path: "/e", Complete: true, Generated: 1, Uploaded: 1}
	must(j.Learn(t.Context(), from, []known.Picture{upload, generated}))(t)
	if err := j.Verified(t.Context(), []known.Picture{original}); err != nil {
		t.Fatal(err)
	}
	isKnown(t, j, upload)
	if files, _ := lookupRow(t, j); len(files) == 0 {
		t.Fatal("no set is stored")
	}
	return j, upload, generated, original
}

func TestASetIsReadWithoutTheRowsOfItsPictures(t *testing.T) {
	j, upload, generated, original := learntJournal(t)
	change(t, j, `DELETE FROM known`)
	for what, c := range map[string]struct {
		p  known.Picture
		is func(known.Match) bool
	}{
		"the upload":    {upload, known.Match.Uploaded},
		"the generated": {generated, known.Match.Generated},
		"the original":  {original, known.Match.Verified},
	} {
		if m, ok := isKnown(t, j, c.p); !ok || !c.is(m) {
			t.Errorf("%s is %+v, %v", what, m, ok)
		}
	}
	// What justifies a deletion is compared with the chain all the same.
	if _, err := j.Verify(t.Context()); !errors.Is(err, ErrDamaged) {
		t.Errorf("Verify returns %v without the rows", err)
	}
}

// Each change of what is known makes the stored set void, so that it neither hides a picture nor knows a forgotten one.
func TestASetOfOtherPicturesIsNotUsed(t *testing.T) {
	ctx := context.Background()
	more := knownPicture(9, known.Uploaded)
	for what, change := range map[string]func(t *testing.T, j *Journal) error{
		"another export": func(t *testing.T, j *Journal) error {
			from := known.Source{Kind: known.Export, Path: "/later", Complete: true, Uploaded: 1}
			_, err := j.Learn(ctx, from, []known.Picture{more})
			return err
		},
		"an upload of the generated": func(t *testing.T, j *Journal) error {
			from := known.Source{Kind: known.Export, Path: "/later", Complete: true, Uploaded: 1}
			_, err := j.Learn(ctx, from, []known.Picture{knownPicture(2, known.Uploaded)})
			return err
		},
		"another original": func(t *testing.T, j *Journal) error {
			return j.Verified(ctx, []known.Picture{knownPicture(8, known.Verified)})
		},
		"a forgotten source":  func(t *testing.T, j *Journal) error { return j.Forget(ctx, 1) },
		"forgotten originals": func(t *testing.T, j *Journal) error { return j.ForgetVerified(ctx) },
		"all that is forgotten": func(t *testing.T, j *Journal) error {
			return errors.Join(j.Forget(ctx, 1), j.ForgetVerified(ctx))
		},
	} {
		t.Run(what, func(t *testing.T) {
			j, _, _, _ := learntJournal(t)
			files, checksum := lookupRow(t, j)
			if err := change(t, j); err != nil {
				t.Fatal(err)
			}
			setLookup(t, j, files, checksum) // as if a slow process had stored it only now
			var want *known.Set
			err := transact(ctx, j.write, func(tx *sql.Tx) (err error) {
				want = known.NewSet(func(yield func(known.Picture) bool) {
					err = walkKnown(ctx, tx, func(_ int64, p known.Picture) bool { return yield(p) })
				})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			for range 2 { // from the rows, and then from the new set
				got, _, err := j.Known(ctx)
				if err != nil || !bytes.Equal(form(got), form(want)) {
					t.Errorf("%v, %d files are known, want %d", err, got.Len(), want.Len())
				}
			}
			if now, _ := lookupRow(t, j); want.Len() > 0 && !bytes.Equal(now, form(want)) {
				t.Error("the new set is not stored")
			}
		})
	}
}

// form returns the stored form of a set.
func form(s *known.Set) []byte {
	b, _ := s.AppendBinary(nil) // never fails
	return b
}

// A stored set that is damaged in any place is not used, and is replaced.
func TestADamagedSetIsNotUsed(t *testing.T) {
	j, upload, generated, original := learntJournal(t)
	files, checksum := lookupRow(t, j)
	check := func(what string, bad, sum []byte) {
		t.Helper()
		setLookup(t, j, bad, sum)
		for _, p := range []known.Picture{upload, generated, original} {
			if m, ok := isKnown(t, j, p); !ok || m.Uploaded() != (p.Origin == known.Uploaded) {
				t.Errorf("%s: picture %d is %+v, %v", what, p.Size, m, ok)
			}
		}
		if now, _ := lookupRow(t, j); !bytes.Equal(now, files) {
			t.Errorf("%s: it was not replaced", what)
		}
	}
	for i := 0; i < len(files); i += 7 {
		bad := slices.Clone(files)
		bad[i] ^= 1
		check("a bit", bad, checksum)
	}
	for i := 0; i < len(checksum); i += 7 {
		bad := slices.Clone(checksum)
		bad[i] ^= 1
		check("a bit of the checksum", files, bad)
	}
	check("cut off", files[:len(files)-1], checksum)
	check("empty", []byte{}, []byte{})
	check("of nothing", form(known.NewSet(slices.Values[[]known.Picture](nil))), checksum)
	// Of a program whose sets have another form, with the right checksum.
	_, _, key, err := j.readLookup(t.Context())
	if err != nil || key != nil {
		t.Fatal(err, "the set is not used")
	}
	setLookup(t, j, []byte{}, []byte{})
	if _, _, key, err = j.readLookup(t.Context()); err != nil {
		t.Fatal(err)
	}
	other := slices.Clone(files)
	other[0]++
	check("of another version", other, lookupChecksum(other, key))
	change(t, j, `DELETE FROM lookup`)
	if m, ok := isKnown(t, j, upload); !ok || !m.Uploaded() {
		t.Errorf("without a row the upload is %+v, %v", m, ok)
	}
}

// The pictures of a source that is changed, lost or added are refused even if a set was stored: what it was made of is
// not what is there.
func TestASetDoesNotOutliveItsSource(t *testing.T) {
	for what, damage := range map[string]string{
		"a source is lost":      `DELETE FROM sources`,
		"a source is forgotten": `UPDATE sources SET forgotten = 1`,
		"another time":          `UPDATE sources SET learnt = learnt + 1000000`,
		"another digest":        `UPDATE sources SET digest = x'00'`,
		"another count of scans": `UPDATE verified SET changes = changes + 1;
			DELETE FROM known WHERE origin = 'uploaded'`,
	} {
		j, upload, _, _ := learntJournal(t)
		change(t, j, damage)
		set, _, err := j.Known(t.Context())
		if what == "another time" { // which only the chain shows
			if m, ok := set.Of(upload.Size, upload.Hashes); err != nil || !ok || !m.Uploaded() {
				t.Errorf("%s: the upload is %+v, %v: %v", what, m, ok, err)
			}
			_, err = j.Verify(t.Context())
		}
		if !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// Forgetting leaves no hash in the record.
func TestForgettingEmptiesTheStoredSet(t *testing.T) {
	for what, forget := range map[string]func(*Journal) error{
		"a source":      func(j *Journal) error { return j.Forget(t.Context(), 1) },
		"the originals": func(j *Journal) error { return j.ForgetVerified(t.Context()) },
	} {
		j, _, _, _ := learntJournal(t)
		if err := forget(j); err != nil {
			t.Fatal(err)
		}
		if files, checksum := lookupRow(t, j); len(files)+len(checksum) > 0 {
			t.Errorf("%s: %d bytes are left", what, len(files))
		}
	}
}

// A set of pictures that were forgotten meanwhile is not stored.
func TestASetThatIsOldByNowIsNotStored(t *testing.T) {
	j, _, _, _ := learntJournal(t)
	setLookup(t, j, []byte{}, []byte{})
	set, state, key, err := j.readLookup(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Forget(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if err := j.storeLookup(t.Context(), set, state, key); err != nil {
		t.Fatal(err)
	}
	if files, _ := lookupRow(t, j); len(files) > 0 {
		t.Errorf("%d bytes are stored", len(files))
	}
}

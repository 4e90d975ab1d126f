package journal

import (
	"database/sql"
	"reflect"
	"testing"
	"time"

	"github.com/sweepd/sweepd/fingerprint/perceptual"
	"github.com/sweepd/sweepd/providers"
)

func TestWhatPicturesLookLikeIsStored(t *testing.T) {
	path := newPath(t)
	file := func(name string) providers.Entry {
		return providers.Entry{Ref: providers.Ref(name), Revision: "1", Path: "/" + name}
	}
	decoded := Look{Width: 300, Height: 200, Decoded: true, Clear: 7, Looks: []perceptual.Look{
		{Hash: perceptual.Hash{1, 2, 3, 1 << 63}, Quality: 100, Ratio: 1.5}, {Quality: 51, Ratio: 1.4},
	}}
	small := Look{Width: 8, Height: 8}
	open := func() (*Journal, *Looks) {
		t.Helper()
		j, err := openAny(path, func() time.Time { return noon })
		if err != nil {
			t.Fatal(err)
		}
		l, err := j.LoadLooks(t.Context(), "home")
		if err != nil {
			t.Fatal(err)
		}
		return j, l
	}
	shut := func(j *Journal, l *Looks, complete bool) {
		t.Helper()
		if err := l.Save(t.Context(), complete); err != nil {
			t.Fatal(err)
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
	j, l := open()
	if _, ok := l.Of(file("a.png")); ok || l.Compared() != 0 {
		t.Error("something is stored at first")
	}
	l.Put(file("a.png"), decoded)
	l.Put(file("b.png"), small)
	l.SetCompared(9)
	shut(j, l, false)

	// A listing that is not complete forgets nothing; a complete one forgets what it did not meet.
	for _, complete := range []bool{false, true} {
		j, l = open()
		if got, ok := l.Of(file("a.png")); !ok || !reflect.DeepEqual(got, decoded) || l.Compared() != 9 {
			t.Errorf("got %+v, %v, compared with %d", got, ok, l.Compared())
		}
		changed := file("a.png")
		changed.Revision = "2"
		if _, ok := l.Of(changed); ok {
			t.Error("another revision has its look")
		}
		shut(j, l, complete)
	}
	j, l = open()
	if _, ok := l.Of(file("b.png")); ok {
		t.Error("a file that is gone is remembered")
	}
	if other, err := j.LoadLooks(t.Context(), "work"); err != nil || other.Compared() != 0 {
		t.Errorf("another storage: %v, %v", other, err)
	}
	l2, err := j.LoadLooks(t.Context(), "home")
	if err != nil {
		t.Fatal(err)
	}
	// A listing that met nothing may be of a disk that is not there.
	shut(j, l2, true)
	j, l = open()
	if _, ok := l.Of(file("a.png")); !ok {
		t.Error("an empty listing forgets a file")
	}
	shut(j, l, false)
}

// What an earlier version has stored is neither mixed with nor taken for what this one stores.
func TestLooksOfAnotherVersionAreRenewed(t *testing.T) {
	file := func(name string) providers.Entry {
		return providers.Entry{Ref: providers.Ref(name), Revision: "1", Path: "/" + name}
	}
	j, err := openAny(newPath(t), func() time.Time { return noon })
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	load := func() *Looks {
		l, err := j.LoadLooks(t.Context(), "home")
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	l := load()
	l.Put(file("a.png"), Look{Width: 300, Height: 200, Decoded: true})
	l.Put(file("b.png"), Look{Width: 300, Height: 200, Decoded: true})
	l.SetCompared(9)
	if err := l.Save(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	// The first version wrote the looks alone.
	if err := j.update(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(t.Context(), "UPDATE looks SET looks = substr(looks, 2)")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	l = load()
	_, one, err := j.LookOf(t.Context(), "home", file("a.png"))
	if _, ok := l.Of(file("a.png")); ok || one || err != nil || l.Compared() != 0 {
		t.Errorf("earlier ones are found: %v, %v, %v, compared with %d", ok, one, err, l.Compared())
	}
	later := packLooks(nil)
	later[0]++
	if _, ok := unpackLooks(later); ok {
		t.Error("those of a later version are read")
	}
	renewed := Look{
		Width: 300, Height: 200, Decoded: true, Clear: 5, Looks: []perceptual.Look{{Quality: 60, Ratio: 1.5}},
	}
	l.Put(file("a.png"), renewed)
	if err := l.Save(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	got, ok, err := j.LookOf(t.Context(), "home", file("a.png"))
	if !ok || err != nil || !reflect.DeepEqual(got, renewed) {
		t.Errorf("got %+v, %v, %v", got, ok, err)
	}
	var rows int
	if err := j.read.QueryRowContext(t.Context(), "SELECT count(*) FROM looks").Scan(&rows); err != nil || rows != 2 {
		t.Errorf("%d rows are left, %v; want that of the file and that of the storage", rows, err)
	}
}

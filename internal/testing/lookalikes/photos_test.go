package lookalikes

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/fingerprint/perceptual"
	"github.com/sweepd/sweepd/internal/thumbnail"
)

// photo is a picture of a folder, as the program sees it.
type photo struct {
	path  string
	looks []perceptual.Look
	sum   [sha256.Size]byte // of the file
}

// BenchmarkPhotographs compares all pictures of a folder with each other: SWEEPD_PHOTOS names it. It prints the pairs
// that would be taken for copies, which are failures unless the folder's file "related" has them, one in a line: two
// paths with a tab between. docs/internals/detection.md has the result for some packages. It is no test, because the
// tests have no such folder.
func BenchmarkPhotographs(t *testing.B) {
	dir := os.Getenv("SWEEPD_PHOTOS")
	if dir == "" {
		t.Skip("SWEEPD_PHOTOS names no folder of pictures")
	}
	all := photos(t, dir)
	list, err := os.ReadFile(filepath.Join(dir, "related"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	related := strings.Split(string(list), "\n")
	var pairs [never + 1]int64
	total, looked, known := int64(0), 0, 0
	for i, a := range all {
		if looked += len(a.looks); !a.looks[0].Usable() {
			continue
		}
		known++
		for j, b := range all {
			if i == j || a.sum == b.sum {
				continue
			}
			least := never
			for _, l := range b.looks {
				if l.Usable() {
					least = min(least, a.looks[0].Hash.Distance(l.Hash))
				}
			}
			if line := a.path + "\t" + b.path; least > perceptual.Near || !slices.Contains(related, line) {
				pairs[least]++
				if total++; least <= perceptual.Near {
					t.Errorf("%d apart: %s", least, line)
				}
			}
		}
	}
	t.Logf("%d pictures with %d looks, %d with enough detail; "+
		"%d pairs that have nothing in common, the nearest %d apart",
		len(all), looked, known, total, slices.IndexFunc(pairs[:], func(n int64) bool { return n > 0 }))
}

// photos returns the pictures in a folder, in order. Those that are smaller than any of ChatGPT's by far are left out.
func photos(t testing.TB, dir string) (all []photo) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		switch strings.ToLower(filepath.Ext(path)) {
		case ".png", ".jpg", ".jpeg", ".webp":
			if err == nil && e.Type().IsRegular() {
				all = append(all, photo{path: path})
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	maker := thumbnail.NewMaker()
	inTurn(len(all), func(i int) {
		if err := all[i].look(maker, dir); err != nil && !errors.Is(err, thumbnail.ErrNoPicture) {
			t.Error(err)
		}
	})
	return slices.DeleteFunc(all, func(p photo) bool { return len(p.looks) == 0 })
}

// minPhoto is the least number of pixels of a picture's shorter side.
const minPhoto = 200

// look reads and decodes the picture.
func (p *photo) look(maker *thumbnail.Maker, dir string) error {
	b, err := os.ReadFile(p.path)
	if err != nil {
		return err
	}
	gray, size, err := maker.Gray(context.Background(), thumbnail.Picture{
		Size: int64(len(b)), Open: func() (io.ReadCloser, error) { return os.Open(p.path) },
	})
	if err != nil {
		return fmt.Errorf("%s: %w", p.path, err)
	}
	if p.sum = sha256.Sum256(b); min(size.X, size.Y) >= minPhoto {
		p.looks = perceptual.Looks(perceptual.Gray(gray))
	}
	p.path, err = filepath.Rel(dir, p.path)
	return err
}

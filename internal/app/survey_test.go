package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/fingerprint/c2pa"
	"github.com/sweepd/sweepd/fingerprint/c2pa/c2patest"
)

// survey is a home with pictures.
type survey struct {
	*testing.T
	home       string
	signer     *c2patest.Signer
	classifier *fingerprint.Classifier
	seed       byte
}

func newSurvey(t *testing.T) *survey {
	t.Helper()
	s := &survey{T: t, home: filepath.Join(t.TempDir(), "ann"), signer: c2patest.New(t, time.Now())}
	anchors, err := c2pa.ParseAnchors(strings.NewReader(s.signer.Anchors()))
	if err != nil {
		t.Fatal(err)
	}
	s.classifier = fingerprint.NewWith(fingerprint.Options{Anchors: anchors})
	return s
}

// write writes a file below the home. Its content is a signed picture if the name begins with "signed", nothing if it
// is not .png, else a picture of unknown origin.
func (s *survey) write(names ...string) {
	s.Helper()
	for _, name := range names {
		s.seed++
		content := c2patest.PlainPNG(8, 8, s.seed)
		switch base := filepath.Base(name); {
		case strings.HasPrefix(base, "signed"):
			content = s.signer.PNG(s.seed, c2patest.Options{})
		case filepath.Ext(base) != ".png":
			content = nil
		}
		path := filepath.Join(s.home, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, content, 0o600)); err != nil {
			s.Fatal(err)
		}
	}
}

func (s *survey) options() Options {
	return Options{
		Classifier: s.classifier, Now: time.Now,
		Getenv: func(name string) string { return map[string]string{"HOME": s.home}[name] },
	}
}

// finds compares the result of a survey; the paths are below the home.
func (s *survey) finds(want []PictureFolder, others int64) {
	s.Helper()
	got, err := s.options().Survey(s.Context(), nil, func(int64, int64) {})
	if err != nil || got.Partial {
		s.Fatalf("partial: %v; %v", got.Partial, err)
	}
	for i := range got.Folders {
		got.Folders[i].Path = strings.TrimPrefix(got.Folders[i].Path, s.home+"/")
	}
	if len(got.Folders)+len(want) > 0 && !reflect.DeepEqual(got.Folders, want) || got.Others != others {
		s.Errorf("got %+v and %d others, want %+v and %d", got.Folders, got.Others, want, others)
	}
}

const named1, named2 = "ChatGPT Image Apr 20, 2026, 01_17_00 AM.png", "ChatGPT Image May 2, 2026, 04_05_31 PM.png"

func TestASurveyCountsImagesByFolderTheSurestFirst(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	s.write("Downloads/"+named1, "Downloads/signed.png", "Downloads/holiday.png", "Downloads/notes.txt",
		"Pictures/ai/signed1.png", "Pictures/ai/signed2.png", "Desktop/"+named2)
	s.finds([]PictureFolder{{"Pictures/ai", 2, 2}, {"Downloads", 2, 1}, {"Desktop", 1, 0}}, 0)
}

func TestASurveyProposesAFolderInPlaceOfThoseInIt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files []string
		want  []PictureFolder
	}{
		"two folders are two": {
			[]string{"Pictures/a/signed.png", "Pictures/b/signed.png"},
			[]PictureFolder{{"Pictures/a", 1, 1}, {"Pictures/b", 1, 1}},
		},
		"three are one": {
			[]string{"Pictures/a/x/signed.png", "Pictures/b/signed.png", "Pictures/c/" + named1},
			[]PictureFolder{{"Pictures", 3, 2}},
		},
		"one with images has those below": {
			[]string{"Pictures/" + named1, "Pictures/a/b/signed.png"},
			[]PictureFolder{{"Pictures", 2, 1}},
		},
		"the nearest folder": {
			[]string{"a/b/c/signed.png", "a/b/d/signed.png", "a/b/e/signed.png", "a/f/signed.png"},
			[]PictureFolder{{"a/b", 3, 3}, {"a/f", 1, 1}},
		},
		"never the home": {
			[]string{"a/signed.png", "b/signed.png", "c/signed.png"},
			[]PictureFolder{{"a", 1, 1}, {"b", 1, 1}, {"c", 1, 1}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSurvey(t)
			s.write(c.files...)
			s.finds(c.want, 0)
		})
	}
}

func TestASurveyDoesNotEnterWhatAScanLeavesOutNorHiddenFolders(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	s.write(".config/app/signed.png", ".cache/signed.png", ".local/share/Trash/files/signed.png",
		"a/.hidden/signed.png",
		".Trash-1000/signed.png", "a/#recycle/signed.png", "a/@eaDir/signed.png", "a/.snapshots/1/signed.png",
		"a/node_modules/x/signed.png", "private/.nosweep", "private/deep/signed.png", "a/.signed.png")
	s.finds(nil, 0)
}

func TestASurveyProposesNoFolderOfAProgramAndCountsItsImages(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	s.write("signed.png", // the home itself
		"src/site/.git/HEAD", "src/site/img/signed.png", "Notes/.obsidian/app.json", "Notes/a/signed.png",
		"Photos.photoslibrary/originals/signed.png", "Photos/digikam4.db", "Photos/2026/signed.png",
		"snap/app/1/signed.png", "Pictures/snap/signed.png")
	s.finds([]PictureFolder{{"Pictures/snap", 1, 1}}, 6)
}

func TestASurveyThatIsStoppedIsPartial(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	s.write("Downloads/signed.png")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got, err := s.options().Survey(ctx, nil, func(int64, int64) {}); err != nil || !got.Partial {
		t.Errorf("got %+v, %v; want a partial one", got, err)
	}
}

// The first report comes while only the folder that comes first has been listed.
func TestASurveyBeginsWithTheFoldersThatComeFirst(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	for i := range 70 {
		name := fmt.Sprintf("ChatGPT Image Apr 20, 2026, 01_%02d_%02d AM.png", i/60, i%60)
		s.write("A/"+name, "B/"+name)
	}
	for _, name := range []string{"A", "B"} {
		first := filepath.Join(s.home, name)
		ctx, cancel := context.WithCancel(t.Context())
		got, err := s.options().Survey(ctx, []string{first}, func(int64, int64) { cancel() })
		if err != nil || !got.Partial || len(got.Folders) == 0 || got.Folders[0].Images < 64 {
			t.Errorf("got %+v, %v; want a partial one", got, err)
		}
		for _, f := range got.Folders {
			if f.Path != first {
				t.Errorf("%s was read before %s", f.Path, first)
			}
		}
	}
}

func TestASurveyLeavesNoTrace(t *testing.T) {
	t.Parallel()
	s := newSurvey(t)
	s.write("Downloads/signed.png")
	s.finds([]PictureFolder{{"Downloads", 1, 1}}, 0)
	left, err := os.ReadDir(s.home)
	if err != nil || len(left) != 1 {
		t.Errorf("the home has %v, %v; want only Downloads", left, err)
	}
}

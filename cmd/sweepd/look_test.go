package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/fingerprint/c2pa"
	"github.com/sweepd/sweepd/fingerprint/c2pa/c2patest"
	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/policy/policyfile"
)

// Without questions, init takes the folders with images that are signed, and else those of downloads and pictures.
func TestInitTakesTheFoldersWithSignedImages(t *testing.T) {
	t.Parallel()
	signer := c2patest.New(t, time.Now())
	anchors, err := c2pa.ParseAnchors(strings.NewReader(signer.Anchors()))
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	for i, name := range []string{"Downloads/" + april, "art/old stuff/boat.png", "Pictures/holiday.png"} {
		content := c2patest.PlainPNG(8, 8, byte(i))
		if filepath.Base(name) == "boat.png" {
			content = signer.PNG(byte(i), c2patest.Options{})
		}
		path := filepath.Join(home, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, content, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	var out, errs bytes.Buffer
	p := &program{
		args: []string{"init", "--yes"}, stdin: strings.NewReader(""), stdout: &out, stderr: &errs, now: time.Now,
		classifier: fingerprint.NewWith(fingerprint.Options{Anchors: anchors}),
		getenv:     func(name string) string { return map[string]string{"HOME": home}[name] },
	}
	if status := p.main(t.Context()); status != 0 {
		t.Fatalf("status %d\n%s%s", status, out.String(), errs.String())
	}
	text, err := os.ReadFile(filepath.Join(home, ".config/sweepd/policy.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	pol, err := policyfile.Parse("policy.yaml", text, policyfile.ParseOptions{Home: home})
	if err != nil || len(pol.Storages["home"].Roots) != 1 ||
		pol.Storages["home"].Roots[0] != filepath.Join(home, "art/old stuff") {
		t.Errorf("%v\n%s", err, text)
	}
	if !strings.Contains(errs.String(), "1  ~/art/old stuff: 1 image\n   2  ~/Downloads: 1 image, 1 of them by name") {
		t.Errorf("init shows\n%s", errs.String())
	}
}

func TestALineEndsALookAndTheNextOneIsAnAnswer(t *testing.T) {
	t.Parallel()
	user, typed := io.Pipe()
	in := listen(user)
	looking, stop := in.until(t.Context(), time.Hour)
	if _, err := typed.Write([]byte("\n")); err != nil {
		t.Fatal(err)
	}
	<-looking.Done()
	if err := looking.Err(); !errors.Is(err, context.Canceled) {
		t.Errorf("the look ended by %v", err)
	}
	stop()
	go func() { _, _ = typed.Write([]byte("2\n")) }()
	if got, err := in.next(t.Context()); got != "2" || err != nil {
		t.Errorf("got %q, %v; want the answer", got, err)
	}

	// A look that ends by itself leaves the next line alone, and its limit is kept.
	looking, stop = in.until(t.Context(), 0)
	<-looking.Done()
	stop()
	go func() { _, _ = typed.Write([]byte("3\n")) }()
	if got, err := in.next(t.Context()); got != "3" || err != nil {
		t.Errorf("got %q, %v; want the answer", got, err)
	}
}

func TestAnInterruptOfTheLookWritesNothing(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	if err := os.Mkdir(filepath.Join(home, "Downloads"), 0o700); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, errs bytes.Buffer
	p := &program{
		args: []string{"init", "--yes", "--grace", "2d"}, stdin: strings.NewReader(""), stdout: &out, stderr: &errs,
		now: time.Now, getenv: func(name string) string { return map[string]string{"HOME": home}[name] },
	}
	const want = "error: interrupted\nhint: nothing was written; to go on with the answers so far: " +
		"sweepd init --grace 2d\n"
	if status := p.main(ctx); status != exitTrouble || errs.String() != want {
		t.Errorf("status %d\n%s%s", status, out.String(), errs.String())
	}
	if left, err := os.ReadDir(home); err != nil || len(left) != 1 {
		t.Errorf("the home has %v, %v; want only Downloads", left, err)
	}
}

func TestASearchThatWasStoppedSaysSoAndListsTwentyFolders(t *testing.T) {
	t.Parallel()
	var found []app.PictureFolder
	for i := range 23 {
		found = append(found, app.PictureFolder{Path: fmt.Sprintf("/home/ann/a%d", i), Images: 3, Sure: 1})
	}
	var errs bytes.Buffer
	getenv := func(name string) string { return map[string]string{"HOME": "/home/ann"}[name] }
	p := &program{stderr: &errs, getenv: getenv, term: newTerminal(io.Discard, &errs, getenv, time.Now)}
	p.printFound(app.Survey{Partial: true, Seen: 1200}, found)
	shown := errs.String()
	if !strings.HasPrefix(shown, "ChatGPT images were found so far: the search was stopped after 1,200 files\n"+
		"   1  ~/a0: 3 images, 2 of them by name only\n") ||
		!strings.HasSuffix(shown, "  20  ~/a19: 3 images, 2 of them by name only\n"+
			"      and 3 more folders with fewer images\n") {
		t.Errorf("shown:\n%s", shown)
	}
	errs.Reset()
	p.printFound(app.Survey{Partial: true, Seen: 1}, nil)
	if want := "no ChatGPT images were found so far: the search was stopped after 1 file\n"; errs.String() != want {
		t.Errorf("got %q, want %q", errs.String(), want)
	}
}

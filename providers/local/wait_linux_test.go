package local_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/sweepd/sweepd/providers/local"
)

func TestWaitHearsOfAFileAndEndsWithItsContext(t *testing.T) {
	top := t.TempDir()
	root := filepath.Join(top, "root")
	for _, dir := range []string{"root/in/deep"} {
		if err := os.MkdirAll(filepath.Join(top, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	d, err := local.Open(local.Options{
		Roots: []string{root}, TrashHome: filepath.Join(root, "Trash"), Now: time.Now,
		Interest: func(name string) bool { return filepath.Ext(name) == ".png" },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := d.Wait(t.Context(), ""); err != nil {
		t.Fatalf("the first: %v", err)
	}
	write := func(name string) {
		if err := os.WriteFile(filepath.Join(root, name), []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	heard := make(chan error, 1)
	go func() { heard <- d.Wait(ctx, "") }()
	write("in/deep/a.png")
	if err := <-heard; err != nil {
		t.Fatal(err)
	}
	go func() { heard <- d.Wait(ctx, "") }()
	cancel()
	if err := <-heard; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the end of the context", err)
	}
}

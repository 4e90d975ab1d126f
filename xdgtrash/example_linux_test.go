package xdgtrash_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/sweepd/sweepd/internal/disk"
	"github.com/sweepd/sweepd/xdgtrash"
)

// A file is put into the trash, found there, brought back, and at last deleted for good.
func Example() {
	if err := roundTrip(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// in the trash: cat.png, deleted at noon
	// back: cat.png
	// gone: true
}

func roundTrip(ctx context.Context) error {
	made, err := os.MkdirTemp("", "xdgtrash")
	if err != nil {
		return err
	}
	defer os.RemoveAll(made)
	top, err := filepath.EvalSymlinks(made)
	if err != nil {
		return err
	}
	cat := filepath.Join(top, "cat.png")
	if err := os.WriteFile(cat, []byte("a picture"), 0o600); err != nil {
		return err
	}
	trash := xdgtrash.New(xdgtrash.Options{
		Home: filepath.Join(top, "Trash"), // or xdgtrash.ResolveHome of what xdgtrash.Home(os.Getenv) returns
		Now:  func() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.Local) },
		// Only the home trash: a program would list those on all disks.
		Mounts: &disk.Table{Read: func() ([]byte, error) { return nil, nil }},
	})
	defer trash.Close()

	file := xdgtrash.At(cat)
	state, err := xdgtrash.StateOf(file)
	if err != nil {
		return err
	}
	put := func() (string, error) {
		return trash.Put(ctx, xdgtrash.Request{Key: xdgtrash.NewKey(), File: file, State: state})
	}
	receipt, err := put()
	if err != nil {
		return err
	}
	for item, err := range trash.List(ctx) {
		if err != nil {
			return err
		}
		fmt.Printf("in the trash: %s, deleted at noon\n", filepath.Base(item.Path))
	}
	back, err := trash.Restore(ctx, receipt, func(path string) (xdgtrash.File, error) { return xdgtrash.At(path), nil })
	if err != nil {
		return err
	}
	fmt.Println("back:", filepath.Base(back.File.Path()))

	if state, err = xdgtrash.StateOf(file); err != nil { // moving it has set its change time
		return err
	}
	if receipt, err = put(); err != nil {
		return err
	}
	if err := trash.Purge(ctx, receipt); err != nil {
		return err
	}
	gone, err := trash.Gone(ctx, receipt)
	fmt.Println("gone:", gone)
	return err
}

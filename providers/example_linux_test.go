package providers_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/local"
)

// A folder is listed, its picture goes to the trash and comes back. Every change goes through Storage, which records
// it in the journal first.
func ExampleStorage() {
	if err := trashAndRestore(context.Background()); err != nil {
		log.Fatal(err)
	}
	// Output:
	// listed: axon.png 9
	// in the trash: axon.png 9
	// back: axon.png 9
	// listed: axon.png 9
	// recorded: trash axon.png
	// recorded: restore axon.png
}

func trashAndRestore(ctx context.Context) error {
	home, err := os.MkdirTemp("", "example")
	if err != nil {
		return err
	}
	defer os.RemoveAll(home)
	root := filepath.Join(home, "Pictures")
	if err := os.Mkdir(root, 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(root, "axon.png"), []byte("a picture"), 0o600); err != nil {
		return err
	}
	j, err := journal.Open(ctx, filepath.Join(home, "journal.db"), journal.Options{Now: time.Now})
	if err != nil {
		return err
	}
	defer j.Close()
	d, err := local.Open(local.Options{Roots: []string{root}, TrashHome: filepath.Join(home, "Trash"), Now: time.Now})
	if err != nil {
		return err
	}
	s, err := providers.NewStorage("home", d, providers.Options{
		Roots: d.Roots(), Protect: providers.AllGuards(), Recorder: j,
	})
	if err != nil {
		return err
	}
	defer s.Close()

	picture, err := list(ctx, s)
	if err != nil {
		return err
	}
	receipt, err := s.Trash(ctx, picture, providers.Cause{Rule: "mine", Reasons: []string{"its confidence is proven"}})
	if err != nil {
		return err
	}
	for t, err := range s.Trashed(ctx) {
		if err != nil {
			return err
		}
		if t.Path == picture.Path { // a bin of the disk may hold files of other folders
			fmt.Println("in the trash:", t.Name(), t.Size)
		}
	}
	back, err := s.Restore(ctx, picture, receipt, providers.Cause{Reasons: []string{"a person asked for it"}})
	if err != nil {
		return err
	}
	fmt.Println("back:", back.Name(), back.Size)
	if _, err = list(ctx, s); err != nil {
		return err
	}
	for op, err := range j.Operations(ctx, journal.Filter{}) {
		if err != nil {
			return err
		}
		fmt.Println("recorded:", op.Op.Kind, op.Op.Entry.Name())
	}
	return nil
}

// list prints the files of the storage and returns the last.
func list(ctx context.Context, s *providers.Storage) (last providers.Entry, err error) {
	for c, err := range s.Changes(ctx, "") {
		if err != nil {
			return last, err
		}
		if !c.Checkpoint() {
			last = c.Entry
			fmt.Println("listed:", last.Name(), last.Size)
		}
	}
	return last, nil
}

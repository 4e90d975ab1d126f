package journal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"testing"
	"time"

	"github.com/sweepd/sweepd/providers"
)

// errLimit is that of allowing.
var errLimit = errors.New("over the limit")

// allowing allows files to be trashed as long as all of them are at most limit.
func allowing(files, limit int) func(Usage) error {
	return func(used Usage) error {
		for _, of := range used.Trash {
			files += of.Files
		}
		if files > limit {
			return errLimit
		}
		return nil
	}
}

// claimIn claims files of which limit may be trashed.
func claimIn(j *Journal, storage string, files, limit int) error {
	want := Usage{Trash: map[string]Amount{storage: {files, int64(files) << 20}}}
	return j.Claim(context.Background(), want, time.Time{}, noon.AddDate(9, 0, 0), allowing(files, limit))
}

// usedIn returns what is used of a storage.
func usedIn(t *testing.T, j *Journal, storage string) Amount {
	t.Helper()
	return must(j.Usage(t.Context(), time.Time{}, noon.AddDate(9, 0, 0)))(t).Trash[storage]
}

func TestWhatAPlanWasAllowedCountsUntilItsLeaseIsGivenBack(t *testing.T) {
	j := newJournal(t)
	release := must(j.Lease(t.Context(), "claimed", "apply"))(t)
	other := must(j.Lease(t.Context(), "other", "apply"))(t)
	if err := claimIn(j, "claimed", 3, 5); err != nil {
		t.Fatal(err)
	}
	equal(t, "claimed", usedIn(t, j, "claimed"), Amount{3, 3 << 20})
	wants(t, "three more of five", claimIn(j, "other", 3, 5), errLimit)
	equal(t, "what was refused", usedIn(t, j, "other"), Amount{})

	op := trashOf(file("a", "1"))
	op.Storage = "claimed"
	did(t, j, op, "bin/a")
	equal(t, "one begun", usedIn(t, j, "claimed"), Amount{3, 3 << 20})
	op.Entry = file("failed", "1")
	failed := must(j.Begin(t.Context(), op))(t)
	equal(t, "two begun", usedIn(t, j, "claimed"), Amount{3, 3 << 20})
	if err := j.End(t.Context(), failed, providers.Outcome{Err: providers.ErrBusy}); err != nil {
		t.Fatal(err)
	}
	equal(t, "one has failed", usedIn(t, j, "claimed"), Amount{2, 2 << 20})
	if err := claimIn(j, "other", 3, 5); err != nil {
		t.Errorf("three of the five that are left: %v", err)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	equal(t, "after the release", usedIn(t, j, "claimed"), Amount{1, 1 << 20})
	equal(t, "the other", usedIn(t, j, "other"), Amount{3, 3 << 20})
	if err := other(); err != nil {
		t.Fatal(err)
	}
	must(j.Verify(t.Context()))(t)
}

func TestAStorageThatIsNotLeasedIsNotClaimed(t *testing.T) {
	j := newJournal(t)
	if err := claimIn(j, "nobody's", 3, 5); err != nil {
		t.Fatal(err)
	}
	equal(t, "claimed", usedIn(t, j, "nobody's"), Amount{})
	wants(t, "too many", claimIn(j, "nobody's", 6, 5), errLimit)
}

func TestOtherProcessesClaimNothingBesideAFile(t *testing.T) {
	ofSQLite(t)
	path := newPath(t)
	a, b := openAt(t, path), openAt(t, path)
	release := must(a.Lease(t.Context(), "a", "apply"))(t)
	of := must(b.Lease(t.Context(), "b", "apply"))(t)
	defer of()
	if err := claimIn(a, "a", 1, 5); err != nil {
		t.Fatal(err)
	}
	if err := claimIn(b, "b", 1, 5); !errors.As(err, new(*LeasedError)) {
		t.Errorf("got %v, want a *LeasedError", err)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	if err := claimIn(b, "b", 1, 5); err != nil {
		t.Errorf("after the release: %v", err)
	}
}

// storageOfChild is that of each child process.
func storageOfChild() string { return fmt.Sprint("storage of ", os.Getpid()) }

// claimAndHold claims 60 files and waits until the process is killed.
func claimAndHold(j *Journal) error {
	_, err := j.Lease(context.Background(), storageOfChild(), "apply")
	if err == nil {
		err = claimIn(j, storageOfChild(), 60, 100)
	}
	if err != nil {
		return err
	}
	fmt.Println("claimed", storageOfChild())
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// spend claims three files at a time, and trashes two of them, until it is refused.
func spend(j *Journal) error {
	storage := storageOfChild()
	for n := 0; ; n++ {
		release, err := j.Lease(context.Background(), storage, "apply")
		if err != nil {
			return err
		}
		if err := claimIn(j, storage, 3, 100); err != nil {
			if errors.Is(err, errLimit) {
				fmt.Println("refused")
				_, err = io.Copy(io.Discard, os.Stdin)
			}
			return err
		}
		for i := range 2 {
			op := trashOf(file(fmt.Sprintf("%d-%d", n, i), "1"))
			op.Storage = storage
			key, err := j.Begin(context.Background(), op)
			if err == nil {
				err = j.End(context.Background(), key, providers.Outcome{Receipt: providers.Receipt("bin/" + key)})
			}
			if err != nil {
				return err
			}
		}
		if err := release(); err != nil {
			return err
		}
	}
}

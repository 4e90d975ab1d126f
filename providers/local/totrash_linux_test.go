package local

import (
	"errors"
	"fmt"
	"io/fs"
	"testing"

	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/xdgtrash"
)

func TestErrorsOfTheTrashAreThoseOfTheContract(t *testing.T) {
	for of, is := range map[error]error{
		xdgtrash.ErrChanged: providers.ErrChanged, xdgtrash.ErrBusy: providers.ErrBusy,
		xdgtrash.ErrOutside: providers.ErrOutside, xdgtrash.ErrProtected: providers.ErrProtected,
		xdgtrash.ErrUncertain: providers.ErrUncertain, xdgtrash.ErrFull: providers.ErrFull,
	} {
		if of.Error() != is.Error() {
			t.Errorf("%q reads %q in the trash", is, of)
		}
		fault := &xdgtrash.FolderError{Folder: "/f", Err: fmt.Errorf("%w: why", of)}
		for _, err := range []error{
			of, fmt.Errorf("a move: %w", of), &fs.PathError{Op: "open", Path: "/a", Err: of}, fault, errors.Join(fault),
			fmt.Errorf("%w: %w", errors.ErrUnsupported, fault), &xdgtrash.UnlistedError{Path: "/b", Err: of},
		} {
			got := contract(err)
			if !errors.Is(got, is) || got.Error() != err.Error() {
				t.Errorf("%v: got %v, want the same that is %v", err, got, is)
			}
			_, want := errors.AsType[*xdgtrash.FolderError](err)
			named, ok := errors.AsType[*providers.FolderError](got)
			if ok != want || ok && (named.Folder != "/f" || named.Error() != fault.Error() || !errors.Is(named, is)) {
				t.Errorf("%v: got the folder %v, want %v", err, named, want)
			}
			_, want = errors.AsType[*xdgtrash.UnlistedError](err)
			if _, ok := errors.AsType[*providers.UnlistedError](got); ok != want {
				t.Errorf("%v: unlisted: got %v, want %v", err, ok, want)
			}
		}
	}
	if err := contract(nil); err != nil {
		t.Errorf("got %v for no error", err)
	}
}

package journal

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// lock locks f until it is closed. It does not wait and returns errLocked if another open file has the lock. It locks
// a byte far after the content, so that others can still read the file.
func lock(f *os.File) error {
	at := windows.Overlapped{OffsetHigh: 1}
	err := windows.LockFileEx(windows.Handle(f.Fd()),
		windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &at)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return errLocked
	}
	return os.NewSyscallError("LockFileEx", err)
}

// unlock leaves the lock to the end of f: no other process has its handle.
func unlock(*os.File) error { return nil }

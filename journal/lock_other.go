//go:build !(darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd || windows)

package journal

import (
	"errors"
	"os"
)

// lock: a system without such locks is not swept.
func lock(*os.File) error { return errors.ErrUnsupported }

package watch

import (
	"errors"
	"fmt"
	"syscall"
)

// full reports whether the system allows no further watches: by inotify(7) ENOSPC is the limit of watches, EMFILE and
// ENFILE are those of watchers or open files; with kqueue each file takes a descriptor.
func full(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
}

// explain returns err with the way to raise the limit, if it is an error of a limit; else err itself.
func explain(err error) error {
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return fmt.Errorf(
			"reached the limit of watched folders (%w); to raise it: sysctl fs.inotify.max_user_watches=1048576",
			err,
		)
	case full(err):
		return fmt.Errorf("reached the limit of watchers or open files (%w); to raise it: "+
			"sysctl fs.inotify.max_user_instances=1024, or LimitNOFILE= of the service", err)
	}
	return err
}

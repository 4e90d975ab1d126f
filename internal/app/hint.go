package app

import (
	"errors"

	"sweepd/internal/cloud/dropboxaccount"
	"sweepd/internal/cloud/googleaccount"
	"sweepd/internal/status"
	"sweepd/journal"
	"sweepd/providers"
	"sweepd/providers/local"
)

// Hint returns the hint for an error of this machine, or of an account of any service; "" if there is none.
func Hint(err error) string {
	if call, ok := errors.AsType[*local.CallError](err); ok {
		return "in a container: bring its runtime up to date, or allow " + call.Call +
			" in its seccomp profile; else it takes Linux " + call.Since
	}
	switch {
	case errors.Is(err, journal.ErrNoLocks):
		return "nothing was changed; keep the record on a disk of this machine: STATE_DIRECTORY=FOLDER; or have its file system lock (NFS: rpc.statd, or mount -o local_lock=all)"
	case errors.Is(err, providers.ErrFull):
		return "make room first, as with: sweepd trash purge --apply; or empty another trash bin"
	case errors.Is(err, status.ErrSilent):
		return "is it stopped, or its disk? see: sweepd status; to have a stopped one go on: kill -CONT PID"
	case dropboxaccount.Ours(err):
		return dropboxaccount.Hint(err)
	}
	return googleaccount.Hint(err)
}

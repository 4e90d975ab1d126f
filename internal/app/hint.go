package app

import (
	"errors"

	"github.com/sweepd/sweepd/internal/cloud/dropboxaccount"
	"github.com/sweepd/sweepd/internal/cloud/googleaccount"
	"github.com/sweepd/sweepd/internal/cloud/provenance"
	"github.com/sweepd/sweepd/internal/status"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/local"
)

// Hint returns the hint for an error of this machine, or of an account of any service; "" if there is none. The hint of
// a *UsageError is in the error itself; see WithHint. It is in English and has STORAGE where the name of the storage
// belongs, which the caller knows.
func Hint(err error) string {
	if call, ok := errors.AsType[*local.CallError](err); ok {
		return "in a container, update its runtime, or allow " + call.Call +
			" in its seccomp profile; otherwise it needs Linux " + call.Since
	}
	switch {
	case errors.Is(err, journal.ErrNoLocks):
		return "nothing was changed; keep the record on a local disk: STATE_DIRECTORY=FOLDER; or enable locks on " +
			"its file system (NFS: rpc.statd, or mount -o local_lock=all)"
	case errors.Is(err, providers.ErrFull):
		return "free up space, e.g. with sweepd trash purge --apply, or empty another trash bin"
	case errors.Is(err, status.ErrSilent):
		return "check whether the service or its disk has stopped: sweepd status; to continue a stopped process: " +
			"kill -CONT PID"
	case dropboxaccount.Ours(err):
		return dropboxaccount.Hint(err)
	case provenance.Ours(err):
		return provenance.Hint(err)
	}
	return googleaccount.Hint(err)
}

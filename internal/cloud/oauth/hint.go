package oauth

import (
	"errors"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
)

// Hint returns what the user can do about an error of an account, "" if nothing is known to help. service is the name
// of the service for users.
func Hint(err error, service string) string {
	if e, ok := errors.AsType[*Error](err); ok && e.Hint != "" {
		return e.Hint
	}
	fault, ok := errors.AsType[*cloudhttp.Error](err)
	if !ok {
		return ""
	}
	switch fault.Kind {
	case cloudhttp.Exhausted:
		return "nothing more is asked until then; the next run goes on where this one stopped"
	case cloudhttp.Limited:
		return service + " wants fewer calls at the moment; the next run goes on where this one stopped"
	case cloudhttp.Unreached:
		return "is there a network, and a proxy that HTTPS_PROXY should name?"
	case cloudhttp.Unavailable:
		return "nothing is concluded from that; the next run looks again"
	case cloudhttp.Unauthorized:
		return "sign in again: sweepd login STORAGE"
	}
	return ""
}

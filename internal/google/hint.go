package google

import (
	"errors"

	"sweepd/internal/cloudhttp"
	"sweepd/internal/signin"
)

// Hint is what a person can do about an error of an account, "" where nothing
// is known that would help.
func Hint(err error) string {
	if e, ok := errors.AsType[*signin.Error](err); ok && e.Hint != "" {
		return e.Hint
	}
	fault, ok := errors.AsType[*cloudhttp.Error](err)
	if !ok {
		return ""
	}
	switch fault.Reason {
	case "accessNotConfigured", "SERVICE_DISABLED":
		return "switch the Google Drive API on in the project of your OAuth client: https://console.cloud.google.com/apis/library/drive.googleapis.com; then wait a few minutes"
	case "insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT":
		return "what was given is not enough for this; sign in again: sweepd login STORAGE"
	case "domainPolicy":
		return "an administrator has switched Drive apps off for this account"
	}
	switch fault.Kind {
	case cloudhttp.Unsent:
		return Hint(fault.Err)
	case cloudhttp.Exhausted:
		return "nothing more is asked until then; the next run goes on where this one stopped"
	case cloudhttp.Limited:
		return "Google wants fewer calls at the moment; the next run goes on where this one stopped"
	case cloudhttp.Unreached:
		return "is there a network, and a proxy that HTTPS_PROXY should name?"
	case cloudhttp.Unavailable:
		return "nothing is concluded from that; the next run looks again"
	case cloudhttp.Unauthorized:
		return "sign in again: sweepd login STORAGE"
	}
	return ""
}

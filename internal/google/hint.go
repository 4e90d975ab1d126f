package google

import (
	"errors"

	"sweepd/internal/cloudhttp"
	"sweepd/internal/signin"
)

// Hint is what a person can do about an error of an account, "" where nothing
// is known that would help.
func Hint(err error) string {
	fault, ok := errors.AsType[*cloudhttp.Error](err)
	if e, signedIn := errors.AsType[*signin.Error](err); !ok || signedIn && e.Hint != "" {
		return signin.Hint(err, "Google")
	}
	if fault.Kind == cloudhttp.Unsent {
		return Hint(fault.Err)
	}
	switch fault.Reason {
	case "accessNotConfigured", "SERVICE_DISABLED":
		return "switch the Google Drive API on in the project of your OAuth client: https://console.cloud.google.com/apis/library/drive.googleapis.com; then wait a few minutes"
	case "insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT":
		return "what was given is not enough for this; sign in again: sweepd login STORAGE"
	case "domainPolicy":
		return "an administrator has switched Drive apps off for this account"
	}
	return signin.Hint(err, "Google")
}

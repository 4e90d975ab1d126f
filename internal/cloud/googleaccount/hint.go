package googleaccount

import (
	"errors"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/internal/cloud/oauth"
)

// Hint returns what the user can do about an error of an account, "" if nothing is known to help. It goes by
// Google's own code first, those of the guide in Classify and of google.rpc.ErrorInfo, and then by the kind of
// the failure.
func Hint(err error) string {
	fault, ok := errors.AsType[*cloudhttp.Error](err)
	if e, signedIn := errors.AsType[*oauth.Error](err); !ok || signedIn && e.Hint != "" {
		return oauth.Hint(err, "Google")
	}
	if fault.Kind == cloudhttp.Unsent {
		return Hint(fault.Err)
	}
	switch fault.Reason {
	case "accessNotConfigured", "SERVICE_DISABLED":
		return "switch the Google Drive API on in the project of your OAuth client: " +
			"https://console.cloud.google.com/apis/library/drive.googleapis.com; then wait a few minutes"
	case "insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT":
		return "the access granted is not enough; sign in again: sweepd login STORAGE"
	case "BILLING_DISABLED", "billingNotEnabled":
		return "the project of your OAuth client has a billing account that is closed: link another, or take it " +
			"off: https://console.cloud.google.com/billing/projects"
	case "CONSUMER_SUSPENDED":
		return "Google has suspended the project of your OAuth client: https://console.cloud.google.com; or make a " +
			"client in another project (docs/google-drive.md)"
	case "user_suspended", "userSuspended", "accountDisabled":
		return "Google, or an administrator, has suspended this account: look into it with a browser; another " +
			"sign-in does not help"
	case "admin_policy_enforced":
		return "an administrator of this account's organisation does not allow it; ask them to trust your OAuth " +
			"client (admin.google.com, Security, API controls)"
	case "domainPolicy":
		return "an administrator has switched Drive apps off for this account"
	}
	return oauth.Hint(err, "Google")
}

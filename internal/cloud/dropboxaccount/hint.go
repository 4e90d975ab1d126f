package dropboxaccount

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/internal/cloud/oauth"
)

// Ours reports whether err is of a call of the Dropbox API, by the names that Call returns.
func Ours(err error) bool {
	fault, ok := errors.AsType[*cloudhttp.Error](err)
	if !ok {
		return false
	}
	of, _, route := strings.Cut(fault.Call, "/")
	return route && (of == "files" || of == "users" || of == "auth" || of == "team") ||
		strings.HasSuffix(fault.Call, " api.dropboxapi.com")
}

// Hint returns what the user can do about an error of an account, "" if nothing is known to help. It goes by
// Dropbox's own code first (the tags of https://www.dropbox.com/developers/documentation/http/documentation), and
// then by the kind of the failure.
func Hint(err error) string {
	fault, ok := errors.AsType[*cloudhttp.Error](err)
	if e, signedIn := errors.AsType[*oauth.Error](err); !ok || signedIn && e.Hint != "" {
		return oauth.Hint(err, "Dropbox")
	}
	if fault.Kind == cloudhttp.Unsent {
		return Hint(fault.Err)
	}
	switch reason, scope, _ := strings.Cut(fault.Reason, "/"); reason {
	case missingScope:
		return scopeHint(scope)
	case "invalid_account_type":
		return "this kind of Dropbox account cannot do that"
	case "user_suspended":
		return "Dropbox, or the team's administrator, has suspended this account"
	case "invalid_select_user":
		return "is member: in the policy the id of a member of the team that linked the app?"
	}
	return oauth.Hint(err, "Dropbox")
}

// scopeHint returns what the user can do if the sign-in lacks a scope; "" means that Dropbox did not name it. Another
// sign-in asks only for sweepd's own scopes.
func scopeHint(scope string) string {
	switch {
	case scope == "":
		scope = "what is missing"
	case !slices.Contains(Purge.Scopes(Team), scope):
		return "Dropbox requires the scope " + scope +
			", which sweepd does not ask for: another sign-in does not help; please report it"
	}
	return fmt.Sprintf(tick, scope) + "sweepd login STORAGE"
}

// tick explains how to give an app a permission.
const tick = "tick %s under Permissions of your app, at https://www.dropbox.com/developers/apps, and Submit; then " +
	"sign in again: "

package dropboxaccount

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"golang.org/x/oauth2"

	"github.com/sweepd/sweepd/internal/cloud/oauth"
)

// The addresses: https://www.dropbox.com/developers/documentation/http/documentation#authorization.
const (
	consentAt = "https://www.dropbox.com/oauth2/authorize"
	tokenAt   = "https://api.dropboxapi.com/oauth2/token"
	apiAt     = "https://api.dropboxapi.com/2/"
)

// Callback is the address that the browser returns to. Dropbox compares it, including the port, with the one that the
// user entered for their app; docs/dropbox.md gives them this one.
const Callback = "127.0.0.1:47823"

// hosts returns the hosts that may receive the access token. The host of longpoll is not among them: it takes none.
func hosts() []string { return []string{"api.dropboxapi.com", "content.dropboxapi.com"} }

// Service returns Dropbox's sign-in. A lasting grant needs token_access_type=offline; the client has no secret
// (PKCE). member is the team member that a team's app acts as, "" for an app of the user's own, Team or TeamGroup.
func Service(member string) oauth.Service {
	return oauth.Service{
		Name:     "dropbox",
		Endpoint: oauth2.Endpoint{AuthURL: consentAt, TokenURL: tokenAt, AuthStyle: oauth2.AuthStyleInParams},
		Params:   map[string]string{"token_access_type": "offline"},
		Callback: Callback,
		Whoami: func(ctx context.Context, c *http.Client) (oauth.Account, error) {
			return whoami(ctx, c, member)
		},
		Hosts: hosts(), Classify: Classify,
		Revoke:    func(ctx context.Context, c *http.Client, g oauth.Grant) error { return revoke(ctx, c, member, g) },
		FewerHint: fmt.Sprintf(tick, "it"),
		AgainHint: "was the app unlinked at www.dropbox.com/account/connected_apps?",
	}
}

// whoami returns the account that a token is of, or the team, by its name in place of an address.
func whoami(ctx context.Context, c *http.Client, member string) (oauth.Account, error) {
	if wholeTeam(member) {
		return askTeam(ctx, c)
	}
	about, err := AskAbout(ctx, c, member)
	return about.Account, err
}

// call returns a request for a route that takes no argument.
func call(ctx context.Context, route string) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, apiAt+route, strings.NewReader("null"))
	if err == nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return req, err
}

// actAs makes a team's app act as a member of the team; it does nothing if member is "", Team or TeamGroup.
func actAs(req *http.Request, member string) {
	if member != "" && !wholeTeam(member) {
		req.Header.Set("Dropbox-API-Select-User", member)
	}
}

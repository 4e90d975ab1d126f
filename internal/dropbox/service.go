package dropbox

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"golang.org/x/oauth2"

	"sweepd/internal/signin"
)

// The addresses: https://www.dropbox.com/developers/documentation/http/documentation#authorization.
const (
	consentAt = "https://www.dropbox.com/oauth2/authorize"
	tokenAt   = "https://api.dropboxapi.com/oauth2/token"
	apiAt     = "https://api.dropboxapi.com/2/"
)

// Callback is where the browser comes back to. Dropbox compares it letter by
// letter with what the person has written down for their app, port and all:
// docs/dropbox.md has them write this.
const Callback = "127.0.0.1:47823"

// hosts may have the access token. The host of longpoll is not among them: it
// takes none.
func hosts() []string { return []string{"api.dropboxapi.com", "content.dropboxapi.com"} }

// Service is Dropbox's sign-in. A lasting grant needs
// token_access_type=offline; the client has no secret (PKCE). member is the team
// member as whom a team's app acts, "" for an app of the person's own.
func Service(member string) signin.Service {
	return signin.Service{
		Name:     "dropbox",
		Endpoint: oauth2.Endpoint{AuthURL: consentAt, TokenURL: tokenAt, AuthStyle: oauth2.AuthStyleInParams},
		Params:   map[string]string{"token_access_type": "offline"},
		Callback: Callback,
		Whoami: func(ctx context.Context, c *http.Client) (signin.Account, error) {
			return whoami(ctx, c, member)
		},
		Hosts: hosts(), Classify: Classify,
		Revoke:    func(ctx context.Context, c *http.Client, g signin.Grant) error { return revoke(ctx, c, member, g) },
		FewerHint: fmt.Sprintf(tick, "it"),
		AgainHint: "was the app unlinked at www.dropbox.com/account/connected_apps?",
	}
}

// whoami asks whose account a token is of.
func whoami(ctx context.Context, c *http.Client, member string) (signin.Account, error) {
	about, err := AskAbout(ctx, c, member)
	return about.Account, err
}

// call is a call of a route that takes no argument.
func call(ctx context.Context, route string) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, apiAt+route, strings.NewReader("null"))
	if err == nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return req, err
}

// actAs has a team's app act as a member of the team; "" for an app of the person's
// own.
func actAs(req *http.Request, member string) {
	if member != "" {
		req.Header.Set("Dropbox-API-Select-User", member)
	}
}

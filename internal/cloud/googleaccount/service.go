package googleaccount

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"golang.org/x/oauth2/google"

	"github.com/sweepd/sweepd/internal/cloud/oauth"
	"github.com/sweepd/sweepd/internal/secret"
)

// The addresses that golang.org/x/oauth2/google does not have. Revocation:
// developers.google.com/identity/protocols/oauth2/native-app#tokenrevoke.
const (
	consentAt = "https://accounts.google.com/o/oauth2/v2/auth"
	revokeAt  = "https://oauth2.googleapis.com/revoke"
	apiAt     = "https://www.googleapis.com"
)

// Hosts returns the hosts that may receive the access token: those of the API and of thumbnails.
func Hosts() []string { return []string{"www.googleapis.com", ".googleusercontent.com"} }

// Service returns Google's sign-in. A lasting grant needs access_type=offline, and prompt=consent gives a new one to
// a user who has given one before.
func Service() oauth.Service {
	endpoint := google.Endpoint
	endpoint.AuthURL = consentAt
	return oauth.Service{
		Name:     "google",
		Endpoint: endpoint,
		Params:   map[string]string{"access_type": "offline", "prompt": "consent"},
		Covers:   covers,
		Whoami:   whoami, Hosts: Hosts(), Classify: Classify, Call: Call,
		Revoke:    oauth.RevokeAt(revokeAt),
		FewerHint: "sign in again and leave every box of the consent page ticked: ",
		AgainHint: "if it was given 7 days ago, your OAuth client is in testing mode: publish it " +
			"(docs/google-drive.md)",
	}
}

// whoami returns the account of the token. permissionId is the user's id in Drive, which no other user ever gets.
func whoami(ctx context.Context, c *http.Client) (oauth.Account, error) {
	about, err := AskAbout(ctx, c)
	return about.Account, err
}

// ReadClient reads the file of an OAuth client in the form of Google's console. read is oauth.ReadPrivate, or a
// Store's. It returns oauth.ErrExposed if others can read the file, and oauth.ErrClient if it is not a client, or
// not of the type "Desktop app". It ignores the addresses in the file: Google's are known.
func ReadClient(read func(path string) ([]byte, error), path string) (oauth.Client, error) {
	b, err := read(path)
	if err != nil {
		return oauth.Client{}, fmt.Errorf("read the OAuth client: %w", err)
	}
	type client struct {
		ID     string `json:"client_id"`
		Secret string `json:"client_secret"`
	}
	var f struct{ Installed, Web *client }
	bad := func(why string) error {
		return &oauth.Error{
			Kind: oauth.ErrClient,
			Hint: "download the JSON file of a client of the type \"Desktop app\": docs/google-drive.md",
			Err:  fmt.Errorf("%s: %s", path, why),
		}
	}
	switch err := json.Unmarshal(b, &f); {
	case err != nil:
		return oauth.Client{}, bad("it is no JSON")
	case f.Installed == nil && f.Web != nil:
		return oauth.Client{}, bad("it is a client for a web site")
	case f.Installed == nil:
		return oauth.Client{}, bad("it is no OAuth client")
	case !strings.HasSuffix(f.Installed.ID, ".apps.googleusercontent.com") || f.Installed.Secret == "":
		return oauth.Client{}, bad("it lacks the client's id or secret")
	}
	return oauth.Client{ID: f.Installed.ID, Secret: secret.New(f.Installed.Secret)}, nil
}

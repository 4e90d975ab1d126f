package oauth

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/oauth2"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/internal/secret"
)

// Service describes the sign-in of one service. All that differs between services is in here; the flow itself is
// the same for all.
type Service struct {
	Name     string            // the name in stored grants: "google"
	Endpoint oauth2.Endpoint   // with an AuthStyle: it is never probed, because a code is valid for one try
	Params   map[string]string // of the consent page, in addition to those of every service

	// Callback is the address on this machine, "127.0.0.1:PORT", that the browser returns to, if the service accepts
	// only one that is registered; "": any port.
	Callback string

	// Covers reports whether granted allows everything that scope does; nil: if scope is among granted.
	Covers func(granted []string, scope string) bool

	// Whoami asks for the account; its client sends the access token, to Hosts alone. Classify and Call are
	// cloudhttp's, for its requests.
	Whoami   func(ctx context.Context, c *http.Client) (Account, error)
	Hosts    []string
	Classify func(cloudhttp.Answer) cloudhttp.Meaning
	Call     func(*http.Request) string

	// Revoke revokes a grant; its client sends no access token. It returns nil if the service no longer knows the
	// grant.
	Revoke func(ctx context.Context, c *http.Client, g Grant) error

	FewerHint string // how to get the scopes that were not allowed, before "sweepd login STORAGE"
	AgainHint string // a possible cause of ErrSignInAgain, other than the user's own decision
}

// Allows returns nil if granted allows all of wanted, else ErrFewerScopes with the scopes that it lacks.
func (s Service) Allows(storage string, granted, wanted []string) error {
	lacking := s.lacks(granted, wanted)
	if len(lacking) == 0 {
		return nil
	}
	return &Error{
		Kind: ErrFewerScopes, Hint: s.FewerHint + "sweepd login " + storage, Err: fmt.Errorf("it lacks %q", lacking),
	}
}

// lacks returns the scopes of wanted that granted does not allow.
func (s Service) lacks(granted, wanted []string) (lacking []string) {
	covers := s.Covers
	if covers == nil {
		covers = slices.Contains[[]string]
	}
	for _, scope := range wanted {
		if !covers(granted, scope) {
			lacking = append(lacking, scope)
		}
	}
	return lacking
}

// Client is the OAuth client that a user registered for themselves at the service.
type Client struct {
	ID     string
	Secret secret.Text // empty if the service issues none
}

// Account is the account that the files belong to.
type Account struct {
	ID    string `json:"id"`    // assigned by the service; never reused
	Email string `json:"email"` // for users; it may change
}

// Is reports whether named is this account: its id, or its address, in which case is ignored.
func (a Account) Is(named string) bool {
	return named != "" && (named == a.ID || strings.EqualFold(named, a.Email))
}

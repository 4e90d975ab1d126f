package signin

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/oauth2"

	"sweepd/internal/cloudhttp"
	"sweepd/internal/secret"
)

// Service is how one service lets programs in.
type Service struct {
	Name     string            // as it is kept: "google"
	Endpoint oauth2.Endpoint   // with an AuthStyle: none is tried out, since a code is good for one try
	Params   map[string]string // of the consent page, beside those of every service

	// Callback is the address of this machine, "127.0.0.1:PORT", that the browser
	// comes back to, where the service takes only one that it was told of before;
	// "": any port.
	Callback string

	// Covers reports whether granted allows all that scope does; nil: if it is
	// among them.
	Covers func(granted []string, scope string) bool

	// Whoami asks whose account it is; its client sends the access token, to
	// Hosts alone. Classify and Call are cloudhttp's of its requests.
	Whoami   func(ctx context.Context, c *http.Client) (Account, error)
	Hosts    []string
	Classify func(cloudhttp.Answer) cloudhttp.Meaning
	Call     func(*http.Request) string

	// Revoke gives a grant back; its client sends no access token. A grant that
	// the service no longer knows is no error.
	Revoke func(ctx context.Context, c *http.Client, g Grant) error

	FewerHint string // how to get what was not allowed, before "sweepd login STORAGE"
	AgainHint string // what may be behind ErrSignInAgain, beside a person's wish
}

// Allows returns nil if granted allows all of wanted, else ErrFewerScopes with what
// it lacks.
func (s Service) Allows(storage string, granted, wanted []string) error {
	lacking := s.lacks(granted, wanted)
	if len(lacking) == 0 {
		return nil
	}
	return &Error{Kind: ErrFewerScopes, Hint: s.FewerHint + "sweepd login " + storage, Err: fmt.Errorf("it lacks %q", lacking)}
}

// lacks is what granted does not allow of wanted.
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

// Client is the OAuth client that a person made for themselves at the service.
type Client struct {
	ID     string
	Secret secret.Text // empty where the service gives none
}

// Account is whose files they are.
type Account struct {
	ID    string `json:"id"`    // of the service's making; never another's
	Email string `json:"email"` // for people; it may change
}

// Is reports whether named is this account: its id, or its address in letters
// of either case.
func (a Account) Is(named string) bool {
	return named != "" && (named == a.ID || strings.EqualFold(named, a.Email))
}

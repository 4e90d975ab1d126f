package oauth

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"golang.org/x/oauth2"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/internal/secret"
)

// Opened is the stored grant of a storage in use.
type Opened struct {
	Grant  Grant // as it was when opened
	Tokens *Source

	storage string
	store   Store
	service Service
	client  Client
	net     Net
}

// Open returns the stored grant of a storage, without a call. wanted are the scopes that are needed now:
// ErrFewerScopes if the grant lacks one. ErrClient: it was given to another client. The other errors are those of
// Store.Load.
func Open(store Store, storage string, s Service, c Client, n Net, wanted []string) (*Opened, error) {
	g, err := store.Load(storage)
	if err != nil {
		return nil, err
	}
	if g.Service != s.Name {
		return nil, &Error{
			Kind: ErrUnreadable, Hint: "sweepd login " + storage,
			Err: fmt.Errorf("it is of %q, not of %q", g.Service, s.Name),
		}
	}
	if g.ClientID != c.ID {
		return nil, &Error{
			Kind: ErrClient, Hint: "sign in with the client of the policy: sweepd login " + storage,
			Err: errors.New("the sign-in was given to another client than the policy names"),
		}
	}
	if err := s.Allows(storage, g.Scopes, wanted); err != nil {
		return nil, err
	}
	o := &Opened{Grant: g, storage: storage, store: store, service: s, client: c, net: n}
	o.Tokens = NewSource(n.Now, g.Access, o.refresh)
	return o, nil
}

// Verify checks that the account is the one that signed in, and the one that the policy names, if named is not
// empty; if not, it returns ErrOtherAccount. It asks the service, by c, once for each access token, and stores
// that it did. The address of an account may have changed since; its id may not.
func (o *Opened) Verify(ctx context.Context, c *http.Client, named string) error {
	if o.Grant.Access.Verified && o.Grant.Access.good(o.net.Now()) {
		return agrees(o.storage, o.Grant.Account, named)
	}
	got, err := o.service.Whoami(ctx, c)
	if err != nil {
		return fmt.Errorf("ask whose account it is: %w", err)
	}
	if got.ID != o.Grant.Account.ID {
		return Other(o.storage, got, o.Grant.Account)
	}
	if err := agrees(o.storage, got, named); err != nil {
		return err
	}
	g, err := o.store.Load(o.storage)
	if err != nil {
		return err
	}
	g.Account, g.Access.Verified = got, true
	return o.keep(g, false)
}

// agrees returns ErrOtherAccount if got is not the account that the policy names.
func agrees(storage string, got Account, named string) error {
	if named == "" || got.Is(named) {
		return nil
	}
	return &Error{
		Kind: ErrOtherAccount, Hint: "sign in as the account that the policy names, or name this one there",
		Err: fmt.Errorf("the policy says that %s is %s's, and it is %s's", storage, named, got.Email),
	}
}

// refresh gets an access token by the refresh token, and stores it. If another process has stored one meanwhile,
// refresh returns that. The new token is not Verified: the next Verify asks whose it is.
func (o *Opened) refresh(ctx context.Context, _ Access, refused secret.Text) (Access, error) {
	g, err := o.store.Load(o.storage) // again: the user may have signed out, or in again
	if err != nil {
		return Access{}, err
	}
	if g.Account.ID != o.Grant.Account.ID {
		return Access{}, Other(o.storage, g.Account, o.Grant.Account)
	}
	if g.Access.good(o.net.Now()) && !g.Access.Token.Equal(refused) {
		return g.Access, nil
	}
	// Two requests return two valid tokens, and change nothing else.
	ctx, cfg := o.net.config(cloudhttp.Reading(ctx), o.service, o.client, "", nil)
	t, err := cfg.TokenSource(ctx, &oauth2.Token{RefreshToken: g.Refresh.Reveal()}).Token()
	if err != nil {
		return Access{}, Refusal(o.storage, o.service, err)
	}
	renewed := secret.New(t.RefreshToken)
	rotated := !renewed.Empty() && !renewed.Equal(g.Refresh)
	g.Access = o.net.Access(t)
	if rotated {
		g.Refresh = renewed
	}
	return g.Access, o.keep(g, rotated)
}

// keep stores a refreshed grant. A failure is an error only if the stored refresh token is no longer valid; a
// credential is never written. If it could not be stored otherwise, the next process gets a token of its own.
func (o *Opened) keep(g Grant, rotated bool) error {
	if _, readOnly := o.store.file(o.storage); readOnly {
		return nil
	}
	if _, err := o.store.Load(o.storage); errors.Is(err, ErrNotSignedIn) {
		return err // signed out meanwhile: that is not undone
	}
	err := o.store.Save(o.storage, g)
	if err != nil && !rotated {
		if o.net.Log != nil {
			o.net.Log.Warn("the new access token could not be kept",
				"event", "token_unsaved", "storage", o.storage, "err", err)
		}
		return nil
	}
	return err
}

package oauth

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"golang.org/x/oauth2"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/internal/secret"
)

// Net defines how calls are made; its fields are those of cloudhttp.
type Net struct {
	Base  http.RoundTripper // nil: a fresh one
	Now   func() time.Time
	Sleep func(context.Context, time.Duration) error // nil: a timer
	Log   *slog.Logger                               // nil: none
	Quota cloudhttp.Quota                            // of the calls to the API; nil: none
	May   func(context.Context) error                // of the calls to the API; nil: all may be sent
}

// Plain returns a client for the addresses of the sign-in itself. They report errors in the body of a 400 or 401 (RFC
// 6749, section 5.2), so those are returned as responses.
func (n Net) Plain() *http.Client {
	return &http.Client{Transport: cloudhttp.New(n.Base, cloudhttp.Options{
		Now: n.Now, Sleep: n.Sleep, Log: n.Log,
		Classify: func(a cloudhttp.Answer) cloudhttp.Meaning {
			m := cloudhttp.ByStatus(a)
			if m.Kind != cloudhttp.Limited && m.Kind != cloudhttp.Unavailable {
				m.Kind = cloudhttp.Pass
			}
			return m
		},
	})}
}

// signed returns a client that sends the tokens to the service's API, and to no host that is not in
// Service.Hosts.
func (n Net) signed(s Service, tokens cloudhttp.Tokens) *http.Client {
	return &http.Client{Transport: cloudhttp.New(n.Base, cloudhttp.Options{
		Tokens: tokens, Hosts: s.Hosts, Classify: s.Classify, Name: s.Call, Now: n.Now, Sleep: n.Sleep, Log: n.Log,
	})}
}

// config returns the client's configuration at the service, for golang.org/x/oauth2, and a context that makes it call
// by n.
func (n Net) config(
	ctx context.Context, s Service, c Client, redirect string, scopes []string,
) (context.Context, *oauth2.Config) {
	return context.WithValue(ctx, oauth2.HTTPClient, n.Plain()), &oauth2.Config{
		ClientID: c.ID, ClientSecret: c.Secret.Reveal(), Endpoint: s.Endpoint, RedirectURL: redirect, Scopes: scopes,
	}
}

// Access returns the short-lived part of the service's answer, by n's clock.
func (n Net) Access(t *oauth2.Token) Access {
	return Access{Token: secret.New(t.AccessToken), Expiry: n.Now().Add(time.Duration(t.ExpiresIn) * time.Second)}
}

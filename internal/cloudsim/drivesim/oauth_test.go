package drivesim_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/jwt"
	api "google.golang.org/api/drive/v3"
	"google.golang.org/api/option"

	"github.com/sweepd/sweepd/internal/cloudsim/drivesim"
)

// config is a desktop client's, with the endpoints of golang.org/x/oauth2/google.
func config(scopes ...string) *oauth2.Config {
	return &oauth2.Config{
		ClientID: drivesim.ClientID, ClientSecret: drivesim.ClientSecret,
		RedirectURL: "http://127.0.0.1:4711/", Scopes: scopes,
		Endpoint: oauth2.Endpoint{
			AuthURL: "https://accounts.google.com/o/oauth2/v2/auth", TokenURL: "https://oauth2.googleapis.com/token",
			AuthStyle: oauth2.AuthStyleInParams,
		},
	}
}

func (w *world) ctx() context.Context {
	return context.WithValue(w.t.Context(), oauth2.HTTPClient, w.srv.Client())
}

// browse acts as a browser on the consent page. It returns the address to which the user is sent back.
func (w *world) browse(page string, form url.Values) *url.URL {
	w.t.Helper()
	c := w.srv.Client()
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	shown, err := c.Get(page)
	w.do(err)
	html, err := io.ReadAll(shown.Body)
	w.do(err)
	_ = shown.Body.Close()
	if shown.StatusCode != 200 || !strings.Contains(string(html), "ann@example.com") {
		w.t.Fatalf("the page is %d %s", shown.StatusCode, html)
	}
	resp, err := c.PostForm(page, form)
	w.do(err)
	_ = resp.Body.Close()
	to, err := resp.Location()
	w.do(err)
	return to
}

func TestSigningInWithPKCEGivesTokensThatWorkRenewAndEnd(t *testing.T) {
	w := newWorld(t, drivesim.Options{})
	conf, verifier := config(api.DriveReadonlyScope, api.DriveMetadataScope), oauth2.GenerateVerifier()
	page := conf.AuthCodeURL("st", oauth2.AccessTypeOffline, oauth2.S256ChallengeOption(verifier),
		oauth2.SetAuthURLParam("prompt", "consent"))
	back := w.browse(page, url.Values{"account": {"ann@example.com"}})
	if back.Host != "127.0.0.1:4711" || back.Query().Get("state") != "st" ||
		back.Query().Get("scope") != api.DriveReadonlyScope+" "+api.DriveMetadataScope {
		t.Fatalf("sent back to %s", back)
	}
	token, err := conf.Exchange(w.ctx(), back.Query().Get("code"), oauth2.VerifierOption(verifier))
	w.do(err)
	if token.RefreshToken == "" || token.Extra("scope") != api.DriveReadonlyScope+" "+api.DriveMetadataScope ||
		token.ExpiresIn != 3600 {
		t.Errorf("the token is %+v", token)
	}
	if _, err := conf.Exchange(w.ctx(), back.Query().Get("code"),
		oauth2.VerifierOption(verifier)); !retrieve(err, "invalid_grant") {
		t.Errorf("the code again: %v", err)
	}
	email := func(token *oauth2.Token) (string, error) {
		s, err := api.NewService(w.ctx(), option.WithTokenSource(oauth2.StaticTokenSource(token)),
			option.WithHTTPClient(oauth2.NewClient(w.ctx(), oauth2.StaticTokenSource(token))))
		w.do(err)
		about, err := s.About.Get().Fields("user").Do()
		if err != nil {
			return "", err
		}
		return about.User.EmailAddress, nil
	}
	if who, err := email(token); err != nil || who != "ann@example.com" {
		t.Errorf("signed in as %q, %v", who, err)
	}
	w.pass(time.Hour)
	if _, err := email(token); !isStatus(err, 401, "authError") {
		t.Errorf("after an hour: %v", err)
	}
	renewed, err := conf.TokenSource(w.ctx(), &oauth2.Token{RefreshToken: token.RefreshToken}).Token()
	w.do(err)
	if who, err := email(renewed); err != nil || who != "ann@example.com" {
		t.Errorf("renewed: %q, %v", who, err)
	}
	resp, err := w.srv.Client().
		PostForm("https://oauth2.googleapis.com/revoke", url.Values{"token": {token.RefreshToken}})
	w.do(err)
	_ = resp.Body.Close()
	if _, err := email(renewed); resp.StatusCode != 200 || !isStatus(err, 401, "authError") {
		t.Errorf("revoked (%d): %v", resp.StatusCode, err)
	}
	if _, err := conf.TokenSource(w.ctx(), &oauth2.Token{RefreshToken: token.RefreshToken}).
		Token(); !retrieve(err, "invalid_grant") {
		t.Errorf("renewed after it was revoked: %v", err)
	}
}

func retrieve(err error, code string) bool {
	var re *oauth2.RetrieveError
	return errors.As(err, &re) && re.ErrorCode == code
}

func TestAPersonMayCancelOrGrantLess(t *testing.T) {
	w := newWorld(t, drivesim.Options{})
	conf := config(api.DriveScope, api.DriveReadonlyScope)
	back := w.browse(conf.AuthCodeURL("st"), url.Values{"deny": {"1"}})
	if q := back.Query(); q.Get("error") != "access_denied" || q.Get("state") != "st" || q.Has("code") {
		t.Errorf("cancelled: %s", back)
	}
	back = w.browse(conf.AuthCodeURL("st"),
		url.Values{"account": {"ann@example.com"}, "scope": {api.DriveReadonlyScope}})
	token, err := conf.Exchange(w.ctx(), back.Query().Get("code"))
	w.do(err)
	if token.Extra("scope") != api.DriveReadonlyScope || token.RefreshToken != "" {
		t.Errorf("granted %v, refresh token %q without access_type=offline", token.Extra("scope"), token.RefreshToken)
	}
}

func TestACodeIsGoodForItsClientItsVerifierAndItsAddressOnly(t *testing.T) {
	w := newWorld(t, drivesim.Options{})
	verifier := oauth2.GenerateVerifier()
	for name, change := range map[string]func(c *oauth2.Config) string{
		"another verifier": func(*oauth2.Config) string { return oauth2.GenerateVerifier() },
		"no verifier":      func(*oauth2.Config) string { return "" },
		"another secret":   func(c *oauth2.Config) string { c.ClientSecret = "x"; return verifier },
		"another client": func(c *oauth2.Config) string {
			w.drive.AddClient("other", "s")
			c.ClientID, c.ClientSecret = "other", "s"
			return verifier
		},
		"another address": func(c *oauth2.Config) string { c.RedirectURL = "http://127.0.0.1:1/"; return verifier },
		"too late":        func(*oauth2.Config) string { w.pass(time.Hour); return verifier },
	} {
		conf := config(api.DriveScope)
		back := w.browse(conf.AuthCodeURL("st", oauth2.S256ChallengeOption(verifier)),
			url.Values{"account": {"ann@example.com"}})
		v := change(conf)
		if _, err := conf.Exchange(w.ctx(), back.Query().Get("code"), oauth2.VerifierOption(v)); err == nil {
			t.Errorf("%s: a token", name)
		}
	}
}

func TestTheConsentPageRefusesWhatIsNotADesktopClients(t *testing.T) {
	w := newWorld(t, drivesim.Options{})
	good := url.Values{
		"client_id": {drivesim.ClientID}, "redirect_uri": {"http://127.0.0.1:1/"}, "response_type": {"code"},
		"scope": {api.DriveScope}, "code_challenge": {strings.Repeat("a", 43)}, "code_challenge_method": {"S256"},
	}
	for name, value := range map[string]string{
		"": "", "client_id": "x", "redirect_uri": "https://evil.example/", "response_type": "token", "scope": "",
		"code_challenge": "short", "code_challenge_method": "plain",
	} {
		q := url.Values{}
		for k, v := range good {
			q[k] = slices.Clone(v)
		}
		if name != "" {
			q.Set(name, value)
		}
		resp, err := w.srv.Client().Get("https://accounts.google.com/o/oauth2/v2/auth?" + q.Encode())
		w.do(err)
		_ = resp.Body.Close()
		if (resp.StatusCode == 200) != (name == "") {
			t.Errorf("%s=%q is %d", name, value, resp.StatusCode)
		}
	}
}

func TestARefreshTokenOfAClientInTestingEndsAfterSevenDays(t *testing.T) {
	for inTesting, want := range map[bool]string{false: "", true: "invalid_grant"} {
		w := newWorld(t, drivesim.Options{TestingMode: inTesting})
		refresh := w.ann.Token().Refresh
		renew := func() error {
			_, err := config().TokenSource(w.ctx(), &oauth2.Token{RefreshToken: refresh}).Token()
			return err
		}
		w.pass(7*24*time.Hour - time.Second)
		w.do(renew())
		w.pass(time.Second)
		if err := renew(); (err != nil) != (want != "") || err != nil && !retrieve(err, want) {
			t.Errorf("testing mode %v: %v", inTesting, err)
		}
	}
}

func TestAServiceAccountActsForAPersonWhereTheDomainLetsIt(t *testing.T) {
	w := newWorld(t, drivesim.Options{})
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	w.do(err)
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	w.do(err)
	w.drive.AddServiceAccount("bot@p.iam.gserviceaccount.com", &key.PublicKey, "drive.readonly")
	conf := func(k *rsa.PrivateKey, subject, scope string) *jwt.Config {
		block := &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(k)}
		return &jwt.Config{
			Email: "bot@p.iam.gserviceaccount.com", PrivateKey: pem.EncodeToMemory(block), Subject: subject,
			Scopes: []string{scope}, TokenURL: "https://oauth2.googleapis.com/token",
		}
	}
	w.pass(time.Until(w.clock()) * -1) // the library signs with the time of day
	s, err := api.NewService(w.ctx(),
		option.WithHTTPClient(conf(key, "ann@example.com", api.DriveReadonlyScope).Client(w.ctx())))
	w.do(err)
	about, err := s.About.Get().Fields("user(emailAddress)").Do()
	w.do(err)
	if about.User.EmailAddress != "ann@example.com" {
		t.Errorf("it acts for %s", about.User.EmailAddress)
	}
	for name, c := range map[string]*jwt.Config{
		"another key":    conf(other, "ann@example.com", api.DriveReadonlyScope),
		"no such person": conf(key, "nobody@example.com", api.DriveReadonlyScope),
		"a wider scope":  conf(key, "ann@example.com", api.DriveScope), "nobody": conf(key, "", api.DriveReadonlyScope),
	} {
		if _, err := c.TokenSource(w.ctx()).Token(); err == nil {
			t.Errorf("%s: a token", name)
		}
	}
	w.pass(2 * time.Hour)
	if _, err := conf(key, "ann@example.com", api.DriveReadonlyScope).TokenSource(w.ctx()).Token(); err == nil {
		t.Error("an assertion that is over: a token")
	}
}

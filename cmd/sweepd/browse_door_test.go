package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/security"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/testing/e2e"
)

// doorPolicy lets other machines in to the page of a service.
const doorPolicy = `version: 1
storages: {home: {type: local, roots: [~/Pictures]}}
rules: [{name: look, when: {confidence: likely, derived: include}, do: review}]
review: {listen: "127.0.0.1:%s", certificate: ~/page.crt, key: ~/page.key, password: ~/page.password}
`

// A real browser signs in to the page of a service by TLS and a password.
func signInByPassword(t *testing.T, c *chromium) {
	t.Helper()
	const password = "correct horse battery"
	r := &reviewer{driveWorld: &driveWorld{TB: t, home: t.TempDir(), c: &cloud{}}, browser: c}
	port := freePort(checker{t})
	hash, err := app.HashPassword(password)
	r.must(err)
	r.must(os.WriteFile(filepath.Join(r.home, "page.password"), []byte(hash), 0o600))
	r.must(e2e.Certificate(filepath.Join(r.home, "page.crt"), filepath.Join(r.home, "page.key"), time.Now(),
		time.Now().AddDate(0, 1, 0), "127.0.0.1"))
	r.must(os.WriteFile(filepath.Join(r.home, "policy.yaml"), fmt.Appendf(nil, doorPolicy, port), 0o600))
	r.write(reviewed(1), waves(60, 40, 1))
	s := serve(t, r.command)
	r.base = "https://127.0.0.1:" + port
	c.pages = r.base
	_, err = chromedp.Call(c.ctx, security.SetIgnoreCertificateErrors,
		security.SetIgnoreCertificateErrorsParams{Ignore: true}) // its authority is unknown
	r.must(err)
	r.must(chromedp.Do(c.ctx, chromedp.Navigate(r.base+"/history")))
	r.until(`isSecureContext && document.activeElement.type === 'password'`)
	r.laidOut("sign in")
	r.press(strings.Split("wrong horse battery", "")...)
	r.press(kb.Enter)
	r.until(`document.querySelector('h1').textContent.includes('wrong') && document.activeElement.type === 'password'`)
	r.press(strings.Split(password, "")...)
	r.press(kb.Enter)
	r.until(`location.pathname === '/' && document.querySelectorAll('.card').length === 1 && document.cookie === ''`)
	r.press(kb.ArrowLeft, "k")
	r.until(`document.activeElement.matches('.card.keep')`)
	if log := s.log.String(); strings.Count(log, "review_refused") != 1 {
		t.Errorf("one wrong password is logged as:\n%s", log)
	}
	c.forgive("the server responded with a status of 401", "the server responded with a status of 403")
	c.quiet("the page with a password")
}

// checker fails a test for what a script checks.
type checker struct{ testing.TB }

func (c checker) Check(err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}

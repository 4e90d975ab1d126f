package app

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/crypto/bcrypt"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/policy"
)

// ErrNoCredentials is returned outside of the service if the policy names a credential of it.
var ErrNoCredentials = errors.New("systemd passed no credentials")

// ErrPassword is returned for a password that must not be used.
var ErrPassword = errors.New("a password has 12 characters at least, and 72 bytes at most")

// The cost of a hash of a password: what HashPassword takes, a quarter of a second, and the least that is accepted.
const (
	passwordCost = 12
	leastCost    = 10
)

// soon is how long before the end of a certificate the user is warned.
const soon = 7 * 24 * time.Hour

// Door lets other machines in to the review page: a certificate, and the password to be entered there.
type Door struct {
	Certificate tls.Certificate // with the Leaf, which names a host
	hash        []byte          // of the password, by bcrypt
}

// Door reads what lets other machines in by the policy. Its errors name the file that is unsuitable, and the reason;
// see Hint.
func (o Options) Door(r policy.Page) (*Door, error) {
	chain, err := o.doorFile("certificate", r.Certificate, os.ReadFile)
	if err != nil {
		return nil, err
	}
	paths, err := FindPaths(o.Getenv)
	if err != nil {
		return nil, err
	}
	private := paths.SignIns(o.Getenv).ReadPrivate
	key, err := o.doorFile("key", r.Key, private)
	if err != nil {
		return nil, err
	}
	hash, err := o.doorFile("password", r.Password, private)
	if err != nil {
		return nil, err
	}
	d := &Door{hash: bytes.TrimSpace(hash)}
	if d.Certificate, err = tls.X509KeyPair(chain, key); err != nil {
		return nil, &UsageError{
			fmt.Errorf("review: certificate and key: %w", err), "both are PEM, and the key is that of the certificate",
		}
	}
	if d.Host() == "" {
		return nil, &UsageError{
			fmt.Errorf("review: certificate: %s names no host", r.Certificate),
			"it needs the page's name or address as subjectAltName, which browsers require too",
		}
	}
	if cost, err := bcrypt.Cost(d.hash); err != nil || cost < leastCost {
		return nil, &UsageError{
			fmt.Errorf("review: password: %s has no bcrypt hash of cost %d or more", r.Password, leastCost),
			"make one with: sweepd review --password",
		}
	}
	return d, nil
}

// doorFile reads a file, or a credential of systemd by its bare name.
func (o Options) doorFile(what, name string, read func(string) ([]byte, error)) ([]byte, error) {
	path := name
	if !strings.Contains(name, "/") {
		dir := o.Getenv("CREDENTIALS_DIRECTORY")
		if !filepath.IsAbs(dir) {
			return nil, &UsageError{
				fmt.Errorf("review: %s: %s: %w", what, name, ErrNoCredentials),
				"a bare name is a credential: set it with LoadCredential= in the unit, or name a file by its path",
			}
		}
		path = filepath.Join(dir, name)
	}
	content, err := read(path)
	if err != nil {
		return nil, fmt.Errorf("review: %s: %w", what, err)
	}
	return content, nil
}

// HashPassword returns the text of a file with the hash of a password. It returns ErrPassword if that is too short or
// too long.
func HashPassword(password string) (string, error) {
	if len([]rune(password)) < 12 || len(password) > 72 { // bcrypt ignores the rest
		return "", ErrPassword
	}
	hash, err := bcrypt.GenerateFromPassword([]byte(password), passwordCost)
	return string(hash), err
}

// Admits reports whether the password is right. It takes as long for a wrong one.
func (d *Door) Admits(password string) bool {
	return bcrypt.CompareHashAndPassword(d.hash, []byte(password)) == nil && len(password) <= 72
}

// Sum returns what distinguishes this password from another, which ends the sessions of the former.
func (d *Door) Sum() [sha256.Size]byte { return sha256.Sum256(d.hash) }

// Names reports whether the certificate is for a host: a name or an address, without a port.
func (d *Door) Names(host string) bool { return d.Certificate.Leaf.VerifyHostname(host) == nil }

// Host returns a name or an address that the certificate is for.
func (d *Door) Host() string {
	var address string
	for _, ip := range d.Certificate.Leaf.IPAddresses {
		address = cmp.Or(address, ip.String())
	}
	for _, name := range d.Certificate.Leaf.DNSNames {
		if !strings.HasPrefix(name, "*") {
			return name
		}
		address = cmp.Or(address, name)
	}
	return address
}

// Address returns the address of the page at a port.
func (d *Door) Address(port string) string {
	host := d.Host()
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return "https://" + host + ":" + port
}

// Expiry returns a caution if the certificate is not valid, or not for long; zero if it is.
func (d *Door) Expiry(now time.Time) language.Message {
	leaf := d.Certificate.Leaf
	day := func(t time.Time) string { return t.Local().Format("2006-01-02") }
	switch {
	case now.After(leaf.NotAfter):
		return language.Messagef("the certificate of the review page has expired on %s", day(leaf.NotAfter))
	case now.Before(leaf.NotBefore):
		return language.Messagef("the certificate of the review page is valid from %s only", day(leaf.NotBefore))
	case now.Add(soon).After(leaf.NotAfter):
		return language.Messagef("the certificate of the review page expires on %s", day(leaf.NotAfter))
	}
	return language.Message{}
}

// door checks what lets other machines in to the review page.
func (o Options) door(r policy.Page) Finding {
	f := Finding{Check: "review", State: Well}
	d, err := o.Door(r)
	switch {
	case errors.Is(err, ErrNoCredentials):
		f.State, f.Text = Warn, language.Messagef("only the service can read its credentials")
		f.Hint = language.Messagef("see: sweepd status")
	case err != nil:
		f.State, f.Text, f.Hint = Fail, language.Explanation(err), language.Verbatim(hintOf(err))
	default:
		until := d.Certificate.Leaf.NotAfter.Local().Format("2006-01-02")
		f.Text = language.Messagef("for %s, until %s", d.Host(), until)
		if caution := d.Expiry(o.Now()); !caution.IsZero() {
			f.State, f.Text = Warn, caution
			f.Hint = language.Messagef("renew it; sweepd reads the new file by itself")
		}
	}
	return f
}

package policy

import "github.com/sweepd/sweepd/internal/language"

// Page is how other machines reach the review page of sweepd run. The zero Page lets none in.
type Page struct {
	// Listen is the number of an address and a port; "": a socket of systemd with the name review.
	Listen string
	// Certificate and Key are a chain of certificates and its private key as PEM, and Password is the bcrypt hash of
	// the password. Each is the absolute path of a file, or the bare name of a systemd credential.
	Certificate, Key, Password string
}

// Remote reports whether other machines are let in.
func (p Page) Remote() bool { return p != (Page{}) }

// String returns who is let in, and how.
func (p Page) String() string { return p.In(language.Printer{}) }

// In returns the same in the Printer's language.
func (p Page) In(pr language.Printer) string {
	at := pr.Sprintf("at a socket of systemd")
	if p.Listen != "" {
		at = pr.Sprintf("at https://%s", p.Listen)
	}
	return pr.Sprintf("shows the review page to other machines %s, with the certificate %q and the key %q, to whoever "+
		"enters the password whose hash is in %q", at, p.Certificate, p.Key, p.Password)
}

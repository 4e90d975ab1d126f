package c2patest

import (
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"strings"
	"testing"
	"time"
)

// Signer is a made-up authority with the identities that it certified.
type Signer struct {
	OpenAI *Identity // "OpenAI Media Service" of "OpenAI OpCo, LLC"
	Other  *Identity // "Paint" of "Somebody": issued by the same authority under another name
	Forger *Identity // self-signed with OpenAI's names
	Clock  *Identity // the time-stamping authority

	// tb is the test, which ends if something cannot be made. root certifies issuer, which certifies the leaves;
	// clockRoot certifies Clock.
	tb           testing.TB
	root, issuer *Identity
	clockRoot    *Identity
	now          time.Time
}

// New returns a signer whose leaf certificates are valid from a year before now to a year after.
func New(tb testing.TB, now time.Time) *Signer {
	tb.Helper()
	from, until := now.AddDate(-2, 0, 0), now.AddDate(10, 0, 0)
	s := &Signer{tb: tb, now: now}
	s.root = certify(tb, asAuthority(template("Test", "Test Root CA", from, until)), newKey(tb), nil)
	s.issuer = certify(tb, asAuthority(template("Test", "Test Issuing CA", from, until)), newKey(tb), s.root)
	s.clockRoot = certify(tb, asAuthority(template("Test", "Test TSA Root CA", from, until)), newKey(tb), nil)
	clock := template("Test", "Test TSA", from, until)
	clock.KeyUsage, clock.ExtKeyUsage = x509.KeyUsageDigitalSignature, []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping}
	s.Clock = certify(tb, clock, newKey(tb), s.clockRoot)
	from, until = now.AddDate(-1, 0, 0), now.AddDate(1, 0, 0)
	s.OpenAI = s.Issue("OpenAI OpCo, LLC", "OpenAI Media Service", from, until)
	s.Other = s.Issue("Somebody", "Paint", from, until)
	s.Forger = certify(tb, asSigner(template("OpenAI OpCo, LLC", "OpenAI Media Service", from, until)), newKey(tb), nil)
	return s
}

// asSigner makes t the template of a certificate that may sign claims (C2PA 2.2, 14.5.1), and returns it.
func asSigner(t *x509.Certificate) *x509.Certificate {
	t.KeyUsage, t.ExtKeyUsage = x509.KeyUsageDigitalSignature, []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection}
	return t
}

// Issue returns a new signer of claims.
func (s *Signer) Issue(org, name string, from, until time.Time) *Identity {
	s.tb.Helper()
	return s.IssueKey(newKey(s.tb), asSigner(template(org, name, from, until)))
}

// IssueElsewhere is like Issue, but by another issuer under the same authority, which the anchors do not list.
func (s *Signer) IssueElsewhere(org, name string, from, until time.Time) *Identity {
	s.tb.Helper()
	t := asAuthority(template("Test", "Another Issuing CA", s.root.Cert.NotBefore, s.root.Cert.NotAfter))
	return certify(s.tb, asSigner(template(org, name, from, until)), newKey(s.tb),
		certify(s.tb, t, newKey(s.tb), s.root))
}

// IssueClock returns a new identity certified by the root of the time-stamping authority.
func (s *Signer) IssueClock(t *x509.Certificate) *Identity {
	s.tb.Helper()
	return certify(s.tb, t, newKey(s.tb), s.clockRoot)
}

// IssueKey returns an identity of the given key, certified under a template.
func (s *Signer) IssueKey(key crypto.Signer, t *x509.Certificate) *Identity {
	s.tb.Helper()
	return certify(s.tb, t, key, s.issuer)
}

// Anchors returns a file of trust anchors in the form that c2pa.ParseAnchors reads. OpenAI's pictures of this signer
// are verified under them.
func (s *Signer) Anchors() string {
	var b strings.Builder
	record := func(use string, id *Identity, more ...string) {
		fmt.Fprintf(&b, "use: %s\nname: %s\nsha256: %x\nvalid: %s %s\nsource: made up for a test\n",
			use, id.Cert.Subject.CommonName, sha256.Sum256(id.Cert.Raw),
			id.Cert.NotBefore.UTC().Format(time.RFC3339), id.Cert.NotAfter.UTC().Format(time.RFC3339))
		for _, line := range more {
			fmt.Fprintln(&b, line)
		}
		b.Write(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: id.Cert.Raw}))
	}
	record("signer", s.root,
		fmt.Sprintf("issuer: %x", sha256.Sum256(s.issuer.Cert.Raw)),
		fmt.Sprintf("leaf: %x", sha256.Sum256(s.OpenAI.Cert.Raw)),
		"signer: OpenAI OpCo, LLC | OpenAI Media Service",
		"signer: OpenAI | Truepic Lens CLI in *")
	record("time", s.clockRoot)
	return b.String()
}

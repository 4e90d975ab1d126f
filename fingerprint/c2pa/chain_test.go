package c2pa

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/fingerprint/c2pa/c2patest"
)

// thicket returns a chain in OpenAI's name whose issuers share one name and one key, so that any of them could have
// issued any other. The real issuer is among them.
func thicket(t *testing.T, s *c2patest.Signer) []*x509.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	certify := func(serial int64, template, parent *x509.Certificate) *x509.Certificate {
		template.SerialNumber = big.NewInt(serial)
		der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), key)
		if err != nil {
			t.Fatal(err)
		}
		c, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	issuer, err := x509.ParseCertificate(s.OpenAI.Chain[1])
	if err != nil {
		t.Fatal(err)
	}
	chain := []*x509.Certificate{nil, issuer}
	for i := range int64(6) {
		authority := &x509.Certificate{
			// The DNS names make the certificates differ.
			Subject: pkix.Name{CommonName: "Issuer"}, DNSNames: []string{fmt.Sprint(i, ".example")},
			NotBefore: day.AddDate(-2, 0, 0), NotAfter: day.AddDate(2, 0, 0),
			BasicConstraintsValid: true, IsCA: true, KeyUsage: x509.KeyUsageCertSign,
		}
		chain = append(chain, certify(i, authority, authority))
	}
	chain[0] = certify(7, signerTemplate(), chain[2])
	return chain
}

func TestNoPathIsSearchedAmongCertificatesThatAForgerMadeForEachOther(t *testing.T) {
	s, v := world(t)
	chain := thicket(t, s)
	if _, err := v.paths(chain[0], chain[1:], "signer"); err == nil || !strings.Contains(err.Error(), "limit reached") {
		t.Fatalf("got %v, want a search that only its limit ends", err)
	}
	_, a, err := v.anchorOf(chain)
	if want := `"Issuer" is not listed as an issuer, or did not sign the certificate`; a != nil ||
		err == nil || err.Error() != want {
		t.Errorf("got anchor %v, %v, want %s", a, err, want)
	}
}

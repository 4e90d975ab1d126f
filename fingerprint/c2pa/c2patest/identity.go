package c2patest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"testing"
	"time"
)

// Identity is a certificate and its key. Fields may be changed before use. Tests change Chain to leave out or exchange
// certificates, and Cert or Key to sign with the wrong one.
type Identity struct {
	Cert  *x509.Certificate
	Key   crypto.Signer
	Chain [][]byte // DER, the leaf first, the root left out
}

// template returns a certificate without a serial number and key.
func template(org, name string, from, until time.Time) *x509.Certificate {
	return &x509.Certificate{
		Subject:   pkix.Name{Organization: []string{org}, CommonName: name},
		NotBefore: from, NotAfter: until,
		BasicConstraintsValid: true,
	}
}

// newKey returns a new key on P-256, whose signatures are ES256 (RFC 9053, 2.1). Making one is cheap, unlike an RSA
// key.
func newKey(tb testing.TB) crypto.Signer {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	return key
}

// certify returns the certificate of key, issued by by. If by is nil, the certificate is self-signed.
func certify(tb testing.TB, t *x509.Certificate, key crypto.Signer, by *Identity) *Identity {
	tb.Helper()
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		tb.Fatal(err)
	}
	t.SerialNumber = serial
	parent, signer := t, key
	if by != nil {
		parent, signer = by.Cert, by.Key
	}
	der, err := x509.CreateCertificate(rand.Reader, t, parent, key.Public(), signer)
	if err != nil {
		tb.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		tb.Fatal(err)
	}
	id := &Identity{Cert: cert, Key: key, Chain: [][]byte{der}}
	if by != nil && by.Cert.CheckSignatureFrom(by.Cert) != nil { // the root is left out
		id.Chain = append(id.Chain, by.Chain...)
	}
	return id
}

// asAuthority makes t the template of an authority's certificate, and returns it.
func asAuthority(t *x509.Certificate) *x509.Certificate {
	t.IsCA, t.KeyUsage = true, x509.KeyUsageCertSign
	return t
}

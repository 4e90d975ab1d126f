package cloudsim

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"time"
)

// authority signs one certificate for all hosts and then discards its key. Its signatures are worthless elsewhere,
// because its own certificate is limited to those hosts (RFC 5280, 4.2.1.10).
type authority struct {
	pem  []byte // the certificate of the authority
	leaf tls.Certificate
}

// newAuthority makes a new authority and a certificate for the hosts. Both keys are ECDSA on P-256, which every
// client accepts. Nothing is written to the disk, and only the leaf's key is kept.
func newAuthority(hosts []string) (*authority, error) {
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	ca := &x509.Certificate{
		// The name differs from the leaf's, or OpenSSL would consider the leaf self-signed.
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "sweepd rehearsal CA"},
		NotBefore: someDay(2000), NotAfter: someDay(2100),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true, KeyUsage: x509.KeyUsageCertSign,
		PermittedDNSDomainsCritical: true, PermittedDNSDomains: hosts,
	}
	caDER, err := x509.CreateCertificate(rand.Reader, ca, ca, &caKey.PublicKey, caKey)
	if err != nil {
		return nil, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "sweepd rehearsal"},
		NotBefore: someDay(2000), NotAfter: someDay(2100), DNSNames: hosts,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, ca, &key.PublicKey, caKey)
	if err != nil {
		return nil, err
	}
	return &authority{
		pem:  pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: caDER}),
		leaf: tls.Certificate{Certificate: [][]byte{der, caDER}, PrivateKey: key},
	}, nil
}

// someDay returns the first of January of a year. The certificate has to be valid by the clients' own clocks and by
// the cloud's injected one.
func someDay(year int) time.Time { return time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC) }

package c2pa

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"slices"
)

const (
	// maxChain limits the certificates of a chain.
	maxChain = 8
	// maxCertificate is ten times the largest known certificate, in bytes. A larger one would only cost memory,
	// because it is cached.
	maxCertificate = 16 << 10
	maxRSABits     = 4096 // the largest known; a larger key only costs time
)

// oidDocumentSigning is id-kp-documentSigning (RFC 9336), oidClaimSigning is C2PA's own purpose, and oidRSAPSS is
// id-RSASSA-PSS (RFC 4055).
var (
	oidDocumentSigning = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 36}
	oidClaimSigning    = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 62558, 2, 1}
	oidRSAPSS          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10}
)

// affordable returns errUnsupported if the key is too large, because a forger could use such keys to cost time.
func affordable(cert *x509.Certificate) error {
	if k, ok := cert.PublicKey.(*rsa.PublicKey); ok && k.N.BitLen() > maxRSABits {
		return fmt.Errorf("RSA key of %d bits: %w", k.N.BitLen(), errUnsupported)
	}
	return nil
}

// publicKey returns the leaf's key. crypto/x509 does not read keys that are marked as for RSASSA-PSS only, which
// Adobe's are.
func publicKey(leaf *x509.Certificate) (crypto.PublicKey, error) {
	if leaf.PublicKey != nil {
		return leaf.PublicKey, nil
	}
	var spki struct {
		Algorithm pkix.AlgorithmIdentifier
		Key       asn1.BitString
	}
	if _, err := asn1.Unmarshal(leaf.RawSubjectPublicKeyInfo, &spki); err != nil {
		return nil, err
	}
	if !spki.Algorithm.Algorithm.Equal(oidRSAPSS) {
		return nil, fmt.Errorf("key of type %v: %w", spki.Algorithm.Algorithm, errUnsupported)
	}
	key, err := x509.ParsePKCS1PublicKey(spki.Key.RightAlign())
	if err != nil {
		return nil, err
	}
	if key.N.BitLen() > maxRSABits {
		return nil, fmt.Errorf("RSA key of %d bits: %w", key.N.BitLen(), errUnsupported)
	}
	return key, nil
}

// checkLeaf checks a signer's certificate against C2PA 2.2, 14.5.1. It checks the purposes itself, because
// crypto/x509 knows none of C2PA's.
func checkLeaf(leaf *x509.Certificate) error {
	purpose := slices.Contains(leaf.ExtKeyUsage, x509.ExtKeyUsageEmailProtection) ||
		slices.ContainsFunc(leaf.UnknownExtKeyUsage, func(id asn1.ObjectIdentifier) bool {
			return id.Equal(oidDocumentSigning) || id.Equal(oidClaimSigning)
		})
	switch {
	case leaf.IsCA:
		return errors.New("the signer's certificate is an authority's")
	case leaf.KeyUsage&x509.KeyUsageDigitalSignature == 0:
		return errors.New("the signer's certificate is not for signatures")
	case !purpose:
		return errors.New("the signer's certificate is not for signing claims")
	}
	return nil
}

// anchorOf returns the anchor that a signer's chain leads to, through one of its issuers and under one of its names.
// It judges the path at the start of the leaf's validity: many leaves have ended since, and so will the authorities
// above them.
//
// It looks for a path only if a listed issuer signed the leaf: a search among certificates that a forger made for
// each other would check a hundred signatures and find nothing.
func (v *Verifier) anchorOf(chain []*x509.Certificate) (path []*x509.Certificate, _ *anchor, err error) {
	leaf := chain[0]
	if !v.issued(leaf, chain[1:]) {
		return nil, nil, fmt.Errorf("%q is not listed as an issuer, or did not sign the certificate",
			leaf.Issuer.CommonName)
	}
	paths, err := v.paths(leaf, chain[1:], "signer")
	if err != nil {
		return nil, nil, fmt.Errorf("no path to a listed authority: %w", err)
	}
	err = errors.New("no path")
	for _, path := range paths {
		for _, a := range v.anchors {
			// A path of one certificate has no issuer.
			if a.use != "signer" || len(path) < 2 || !a.cert.Equal(path[len(path)-1]) {
				continue
			}
			if err = a.allows(leaf, path[1]); err == nil {
				return path, a, nil
			}
		}
	}
	return nil, nil, err
}

// issued reports whether an issuer that some anchor lists signed the leaf.
func (v *Verifier) issued(leaf *x509.Certificate, others []*x509.Certificate) bool {
	for _, a := range v.anchors {
		for _, c := range append([]*x509.Certificate{a.cert}, others...) {
			if a.issuers[sha256.Sum256(c.Raw)] && leaf.CheckSignatureFrom(c) == nil {
				return true
			}
		}
	}
	return false
}

// allows returns nil if the anchor lists both the issuer of the leaf and its names. A leaf of two organisations
// has no listed name.
func (a *anchor) allows(leaf, issuer *x509.Certificate) error {
	if !a.issuers[sha256.Sum256(issuer.Raw)] {
		return fmt.Errorf("%q is not listed as an issuer under %s", issuer.Subject.CommonName, a.name)
	}
	org := leaf.Subject.Organization
	if len(org) == 1 &&
		slices.ContainsFunc(a.names, func(s subject) bool { return s.matches(org[0], leaf.Subject.CommonName) }) {
		return nil
	}
	return fmt.Errorf("%q of %q is not a listed signer under %s", leaf.Subject.CommonName, org, a.name)
}

// paths returns the paths from the leaf to the authorities of that use, as of the start of the leaf's validity.
// It does not check the leaf's purpose: checkLeaf and judgeAuthority do.
func (v *Verifier) paths(
	leaf *x509.Certificate, others []*x509.Certificate, use string,
) ([][]*x509.Certificate, error) {
	between := x509.NewCertPool()
	for _, c := range others {
		between.AddCert(c)
	}
	return leaf.Verify(x509.VerifyOptions{
		Roots:         v.roots[use],
		Intermediates: between,
		CurrentTime:   leaf.NotBefore,
		KeyUsages:     []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	})
}

// isPinned reports whether an anchor lists the leaf itself.
func (v *Verifier) isPinned(leaf *x509.Certificate) bool {
	sum := sha256.Sum256(leaf.Raw)
	return slices.ContainsFunc(v.anchors, func(a *anchor) bool { return a.leaves[sum] })
}

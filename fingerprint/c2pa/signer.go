package c2pa

import (
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/fxamacker/cbor/v2"
)

// signer is the signer that a signature's headers name, and whether an anchor confirms it. It does not depend on the
// file, and is shared by all signatures with the same headers.
type signer struct {
	err error // the headers cannot be used; the fields below may be unset

	alg    algorithm
	leaf   *x509.Certificate
	key    crypto.PublicKey
	pinned bool

	anchor *anchor // the anchor of its path, under a listed name; nil: see why
	path   string  // from the leaf to the anchor, as text for the user
	why    error
}

// signer returns the signer of s, from the cache if possible.
func (v *Verifier) signer(s *signature) *signer {
	key := sumKey(s.Protected, s.Unprotected.Chain, s.Unprotected.ChainOld)
	return v.signers.get(key, func() *signer { return v.readSigner(s) })
}

// readSigner reads the headers of s and judges the chain in them. The first fault ends it, and the fields after
// it stay unset.
func (v *Verifier) readSigner(s *signature) *signer {
	// Until a path was looked for, nothing confirms the signer.
	who := &signer{why: errUnsupported}
	var h header
	if who.err = decode(s.Protected, &h); who.err != nil {
		return who
	}
	chain, err := parseChain(h.Chain, h.ChainOld, s.Unprotected.Chain, s.Unprotected.ChainOld)
	if err != nil {
		who.err = err
		return who
	}
	who.leaf = chain[0]
	if h.Critical != nil {
		who.err = fmt.Errorf("critical header: %w", errUnsupported)
		return who
	}
	if who.alg, who.err = algorithmOf(h.Alg); who.err != nil {
		return who
	}
	if who.key, who.err = publicKey(who.leaf); who.err != nil {
		return who
	}
	who.pinned = v.isPinned(who.leaf)
	if who.why = checkLeaf(who.leaf); who.why == nil {
		var path []*x509.Certificate
		if path, who.anchor, who.why = v.anchorOf(chain); who.why == nil {
			who.path = pathText(path)
		}
	}
	return who
}

// pathText returns a path as text that the user can compare: names, the start of each certificate's SHA-256, and its
// validity.
func pathText(path []*x509.Certificate) string {
	parts := make([]string, 0, len(path))
	for _, c := range path {
		sum := sha256.Sum256(c.Raw)
		parts = append(parts, fmt.Sprintf("%s (%x, %s to %s)", c.Subject.CommonName, sum[:4],
			c.NotBefore.UTC().Format(time.DateOnly), c.NotAfter.UTC().Format(time.DateOnly)))
	}
	return strings.Join(parts, ", by ")
}

// parseChain returns the certificates of the only chain in the headers, the leaf first (RFC 9360, 2). It returns an
// error if there is none or more than one.
func parseChain(places ...cbor.RawMessage) ([]*x509.Certificate, error) {
	var raw cbor.RawMessage
	for _, p := range places {
		if len(p) == 0 {
			continue
		}
		if raw != nil {
			return nil, errors.New("more than one certificate chain")
		}
		raw = p
	}
	var list [][]byte
	var single []byte
	switch {
	case raw == nil:
		return nil, errors.New("no certificate")
	// A single certificate may be a byte string (CBOR's major type 2) instead of a list.
	case decode(raw, &single) == nil && raw[0]>>5 == 2:
		list = [][]byte{single}
	default:
		if err := decode(raw, &list); err != nil {
			return nil, fmt.Errorf("certificates: %w", err)
		}
	}
	if len(list) == 0 || len(list) > maxChain {
		return nil, fmt.Errorf("%d certificates", len(list))
	}
	chain := make([]*x509.Certificate, 0, len(list))
	for _, der := range list {
		if len(der) > maxCertificate {
			return nil, fmt.Errorf("certificate of %d bytes: %w", len(der), errUnsupported)
		}
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, fmt.Errorf("certificate: %w", err)
		}
		if err := affordable(cert); err != nil {
			return nil, err
		}
		chain = append(chain, cert)
	}
	return chain, nil
}

// organization, commonName and issuer return names in the leaf, or "" if there is no leaf. Without an anchor they
// are only claims.
func (who *signer) organization() string {
	if who.leaf == nil || len(who.leaf.Subject.Organization) == 0 {
		return ""
	}
	return who.leaf.Subject.Organization[0]
}

func (who *signer) commonName() string {
	if who.leaf == nil {
		return ""
	}
	return who.leaf.Subject.CommonName
}

func (who *signer) issuer() string {
	if who.leaf == nil {
		return ""
	}
	return who.leaf.Issuer.CommonName
}

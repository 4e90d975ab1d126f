package c2pa

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/digitorus/pkcs7"
	"github.com/fxamacker/cbor/v2"
)

// maxToken limits the bytes of a timestamp token. Real ones have 2 to 6 KB.
const maxToken = 16 << 10

// stamps is the header of timestamps (C2PA 2.2, 10.3.2.5).
type stamps struct {
	Tokens []struct {
		Val []byte `cbor:"val"`
	} `cbor:"tstTokens"`
}

// The errors of a timestamp. The first two leave the time unknown; the others mean that the timestamp is wrong.
var (
	errNoToken    = errors.New("no timestamp")
	errUnlisted   = errors.New("timestamp by an authority that is not listed")
	errToken      = errors.New("timestamp is malformed")
	errOtherToken = errors.New("timestamp belongs to something else")
)

// oidTSTInfo is id-ct-TSTInfo (RFC 3161, 2.4.2).
var oidTSTInfo = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}

// tstInfo is the start of a TSTInfo (RFC 3161, 2.4.2); the rest is not needed.
type tstInfo struct {
	Version int
	Policy  asn1.ObjectIdentifier
	Imprint struct {
		Algorithm pkix.AlgorithmIdentifier
		Sum       []byte
	}
	Serial *big.Int
	Time   time.Time `asn1:"generalized"`
}

// authority is a time-stamping authority with the period in which its whole path is valid.
type authority struct {
	err         error
	name        string
	from, until time.Time
}

// stamp verifies the timestamp of a signature: the authority's path, its signature, and that it covers these bytes.
// It returns errNoToken or errUnlisted if no trusted time is known; any other error except errUnsupported means that
// the timestamp is invalid.
func (v *Verifier) stamp(s *signature, claim []byte) (at time.Time, by string, err error) {
	token, covered, err := stampOf(s, claim)
	if err != nil {
		return at, "", err
	}
	p7, err := pkcs7.Parse(token)
	if err != nil {
		return at, "", fmt.Errorf("%w: %w", errToken, err)
	}
	// An authority that is not listed is refused before any signature of it is checked. The result is cached.
	who := v.authority(p7)
	if who.err != nil {
		return at, "", who.err
	}
	if err := p7.Verify(); err != nil {
		return at, "", fmt.Errorf("timestamp: %w: %w", errForged, err)
	}
	if at, err = imprint(p7, covered); err != nil {
		return at, "", err
	}
	if at.Before(who.from) || at.After(who.until) {
		return time.Time{}, "", fmt.Errorf("%w: outside its authority's validity", errToken)
	}
	return at, who.name, nil
}

// stampOf returns the only token of a signature and the bytes that it must cover: version 1 is over the claim,
// version 2 over the signature.
func stampOf(s *signature, claim []byte) (token, covered []byte, err error) {
	list, payload := s.Unprotected.Stamp.Tokens, claim
	if two := s.Unprotected.Stamp2.Tokens; len(two) > 0 {
		list = two
		if payload, err = cbor.Marshal(s.Bytes); err != nil {
			return nil, nil, err
		}
	}
	switch {
	case len(list) == 0:
		return nil, nil, errNoToken
	case len(list) > 1:
		return nil, nil, fmt.Errorf("%d timestamps: %w", len(list), errUnlisted)
	case len(list[0].Val) > maxToken:
		return nil, nil, fmt.Errorf("%d bytes: %w", len(list[0].Val), errToken)
	}
	covered, err = s.covered("CounterSignature", payload)
	return unwrapToken(list[0].Val), covered, err
}

// unwrapToken returns the token of a response, which version 1 has around it, or b if it is not a response.
func unwrapToken(b []byte) []byte {
	var response struct {
		Status struct{ Status int }
		Token  asn1.RawValue
	}
	// 0 is granted, 1 is granted with modifications (RFC 3161, 2.4.2).
	if rest, err := asn1.Unmarshal(b, &response); err == nil && len(rest) == 0 && response.Status.Status <= 1 {
		return response.Token.FullBytes
	}
	return b
}

// imprint returns the time that the token states for exactly these bytes. It checks in the signed attributes that the
// content is a TSTInfo, because pkcs7 leaves that to its caller.
func imprint(p7 *pkcs7.PKCS7, covered []byte) (time.Time, error) {
	var kind asn1.ObjectIdentifier
	if err := p7.UnmarshalSignedAttribute(pkcs7.OIDAttributeContentType, &kind); err != nil || !kind.Equal(oidTSTInfo) {
		return time.Time{}, fmt.Errorf("%w: it is no TSTInfo", errToken)
	}
	var t tstInfo
	if _, err := asn1.Unmarshal(p7.Content, &t); err != nil {
		return time.Time{}, fmt.Errorf("%w: %w", errToken, err)
	}
	hash, err := digestOf(t.Imprint.Algorithm.Algorithm)
	if err != nil {
		return time.Time{}, err
	}
	if !bytes.Equal(sumOf(hash, covered), t.Imprint.Sum) {
		return time.Time{}, errOtherToken
	}
	return t.Time.UTC(), nil
}

// digestOf returns the hash of that identifier if a timestamp may use it.
func digestOf(id asn1.ObjectIdentifier) (crypto.Hash, error) {
	switch {
	case id.Equal(pkcs7.OIDDigestAlgorithmSHA256):
		return crypto.SHA256, nil
	case id.Equal(pkcs7.OIDDigestAlgorithmSHA384):
		return crypto.SHA384, nil
	case id.Equal(pkcs7.OIDDigestAlgorithmSHA512):
		return crypto.SHA512, nil
	}
	return 0, fmt.Errorf("digest %v: %w", id, errUnsupported)
}

// authority returns the result for the certificate that signed the token, from the cache if possible. Other
// certificates in the token do not count.
func (v *Verifier) authority(p7 *pkcs7.PKCS7) *authority {
	leaf := p7.GetOnlySigner()
	if leaf == nil || len(p7.Certificates) > maxChain {
		return &authority{err: fmt.Errorf("%w: the signer's certificate is not in it", errUnlisted)}
	}
	parts := [][]byte{leaf.Raw}
	for _, cert := range p7.Certificates {
		if err := affordable(cert); err != nil {
			return &authority{err: fmt.Errorf("%w: %w", errToken, err)}
		}
		parts = append(parts, cert.Raw)
	}
	return v.authorities.get(sumKey(parts...), func() *authority { return v.judgeAuthority(leaf, p7.Certificates) })
}

// judgeAuthority checks the purpose of the leaf and its path, and returns the period in which all certificates of
// the path are valid. bag has the certificates of the token.
func (v *Verifier) judgeAuthority(leaf *x509.Certificate, bag []*x509.Certificate) *authority {
	if !slices.Contains(leaf.ExtKeyUsage, x509.ExtKeyUsageTimeStamping) {
		return &authority{err: fmt.Errorf("%w: its certificate is not for timestamps", errUnlisted)}
	}
	paths, err := v.paths(leaf, bag, "time")
	if err != nil {
		return &authority{err: fmt.Errorf("%w: %w", errUnlisted, err)}
	}
	a := &authority{name: leaf.Subject.CommonName, from: leaf.NotBefore, until: leaf.NotAfter}
	for _, c := range paths[0] {
		if c.NotBefore.After(a.from) {
			a.from = c.NotBefore
		}
		if c.NotAfter.Before(a.until) {
			a.until = c.NotAfter
		}
	}
	return a
}

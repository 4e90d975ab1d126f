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

	"github.com/fxamacker/cbor/v2"
)

// maxToken bounds a timestamp token. Real ones have 2 to 6 KB.
const maxToken = 16 << 10

// stamps is the header of timestamps (C2PA 2.2, 10.3.2.5).
type stamps struct {
	Tokens []struct {
		Val []byte `cbor:"val"`
	} `cbor:"tstTokens"`
}

var (
	errNoToken    = errors.New("no timestamp")
	errUnlisted   = errors.New("timestamp by an authority that is not listed")
	errToken      = errors.New("timestamp is malformed")
	errOtherToken = errors.New("timestamp belongs to something else")
)

var oidTSTInfo = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}

// tstInfo is the start of a TSTInfo (RFC 3161, 2.4.2); the rest is of no use.
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

// authority is a time-stamping authority and when its whole path is valid.
type authority struct {
	err         error
	name        string
	key         crypto.PublicKey
	from, until time.Time
}

// stamp verifies the timestamp of a signature: the authority's path, its
// signature, and that it is over these bytes. errNoToken and errUnlisted say
// that nothing is known; any other error that somebody changed something.
func (v *Verifier) stamp(s *signature, claim []byte) (at time.Time, by string, err error) {
	token, covered, err := stampOf(s, claim)
	if err != nil {
		return at, "", err
	}
	c, err := parseCMS(token)
	if err != nil {
		return at, "", err
	}
	who := v.authority(c)
	if who.err != nil {
		return at, "", who.err
	}
	if err := c.verify(who.key); err != nil {
		return at, "", err
	}
	if at, err = c.imprint(covered); err != nil {
		return at, "", err
	}
	if at.Before(who.from) || at.After(who.until) {
		return time.Time{}, "", fmt.Errorf("%w: outside its authority's validity", errToken)
	}
	return at, who.name, nil
}

// stampOf is the one token of a signature, and what it must be over: version 1
// is over the claim, version 2 over the signature.
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

// unwrapToken takes a token out of a response, which version 1 has around it.
func unwrapToken(b []byte) []byte {
	var response struct {
		Status struct{ Status int }
		Token  asn1.RawValue
	}
	if rest, err := asn1.Unmarshal(b, &response); err == nil && len(rest) == 0 && response.Status.Status <= 1 {
		return response.Token.FullBytes
	}
	return b
}

// imprint is the time that the token states, of exactly these bytes.
func (c *cms) imprint(covered []byte) (time.Time, error) {
	var t tstInfo
	if !c.contentType.Equal(oidTSTInfo) {
		return time.Time{}, fmt.Errorf("%w: it is no TSTInfo", errToken)
	}
	if _, err := asn1.Unmarshal(c.content, &t); err != nil {
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

// authority judges the certificate that signed the token, and not just any in
// its bag, or remembers it.
func (v *Verifier) authority(c *cms) *authority {
	key := sumKey(c.issuer, []byte(c.serial.String()), c.certificates)
	return v.authorities.get(key, func() *authority { return v.readAuthority(c) })
}

func (v *Verifier) readAuthority(c *cms) *authority {
	bag, err := x509.ParseCertificates(c.certificates)
	if err != nil || len(bag) > maxChain {
		return &authority{err: fmt.Errorf("%w: certificates", errToken)}
	}
	for _, cert := range bag {
		if err := affordable(cert); err != nil {
			return &authority{err: fmt.Errorf("%w: %w", errToken, err)}
		}
	}
	i := slices.IndexFunc(bag, func(cert *x509.Certificate) bool {
		return bytes.Equal(cert.RawIssuer, c.issuer) && cert.SerialNumber.Cmp(c.serial) == 0
	})
	if i < 0 {
		return &authority{err: fmt.Errorf("%w: the signer's certificate is not in it", errUnlisted)}
	}
	return v.judgeAuthority(bag[i], bag)
}

func (v *Verifier) judgeAuthority(leaf *x509.Certificate, bag []*x509.Certificate) *authority {
	if !slices.Contains(leaf.ExtKeyUsage, x509.ExtKeyUsageTimeStamping) {
		return &authority{err: fmt.Errorf("%w: its certificate is not for timestamps", errUnlisted)}
	}
	paths, err := v.paths(leaf, bag, "time")
	if err != nil {
		return &authority{err: fmt.Errorf("%w: %w", errUnlisted, err)}
	}
	a := &authority{name: leaf.Subject.CommonName, key: leaf.PublicKey, from: leaf.NotBefore, until: leaf.NotAfter}
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

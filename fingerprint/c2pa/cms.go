package c2pa

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"math/big"
	"slices"
)

// cms is the one signature of a CMS SignedData in DER (RFC 5652, 5), with what
// it is over. A CMS library reads more than this, and three times as slowly:
// see verifyRSA.
type cms struct {
	content      []byte
	contentType  asn1.ObjectIdentifier
	certificates []byte // one after the other
	issuer       []byte // with serial: which of them signed
	serial       *big.Int
	digest       crypto.Hash
	attributes   []byte // signed, as the SET that is signed
	algorithm    asn1.ObjectIdentifier
	signature    []byte
}

var (
	oidSignedData    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidContentType   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	oidMessageDigest = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
)

// digestOf is a hash that a timestamp may use.
func digestOf(id asn1.ObjectIdentifier) (crypto.Hash, error) {
	switch id.String() {
	case "2.16.840.1.101.3.4.2.1":
		return crypto.SHA256, nil
	case "2.16.840.1.101.3.4.2.2":
		return crypto.SHA384, nil
	case "2.16.840.1.101.3.4.2.3":
		return crypto.SHA512, nil
	}
	return 0, fmt.Errorf("digest %v: %w", id, errUnsupported)
}

type signedData struct {
	Version      int
	Digests      []pkix.AlgorithmIdentifier `asn1:"set"`
	Encapsulated struct {
		Type    asn1.ObjectIdentifier
		Content []byte `asn1:"explicit,tag:0"`
	}
	Certificates asn1.RawValue `asn1:"optional,tag:0"`
	Revocations  asn1.RawValue `asn1:"optional,tag:1"`
	Signers      []signerInfo  `asn1:"set"`
}

type signerInfo struct {
	Version int
	ID      struct {
		Issuer asn1.RawValue
		Serial *big.Int
	}
	Digest     pkix.AlgorithmIdentifier
	Attributes asn1.RawValue `asn1:"tag:0"`
	Algorithm  pkix.AlgorithmIdentifier
	Signature  []byte
	Unsigned   asn1.RawValue `asn1:"optional,tag:1"`
}

func parseCMS(b []byte) (*cms, error) {
	var outer struct {
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue `asn1:"explicit,tag:0"`
	}
	rest, err := asn1.Unmarshal(b, &outer)
	if err != nil || len(rest) > 0 || !outer.Type.Equal(oidSignedData) {
		return nil, fmt.Errorf("%w: no SignedData", errToken)
	}
	var d signedData
	if rest, err = asn1.Unmarshal(outer.Content.Bytes, &d); err != nil || len(rest) > 0 {
		return nil, fmt.Errorf("%w: no SignedData", errToken)
	}
	if len(d.Signers) != 1 {
		return nil, fmt.Errorf("%w: %d signers", errToken, len(d.Signers))
	}
	s := d.Signers[0]
	if a := s.Attributes; a.Class != asn1.ClassContextSpecific || a.Tag != 0 || !a.IsCompound {
		return nil, fmt.Errorf("%w: no signed attributes", errToken)
	}
	set := bytes.Clone(s.Attributes.FullBytes)
	set[0] = asn1.TagSet | 0x20 // signed as a SET, written as [0] (RFC 5652, 5.4)
	c := &cms{
		content: d.Encapsulated.Content, contentType: d.Encapsulated.Type,
		certificates: d.Certificates.Bytes, issuer: s.ID.Issuer.FullBytes, serial: s.ID.Serial,
		attributes: set, algorithm: s.Algorithm.Algorithm, signature: s.Signature,
	}
	c.digest, err = digestOf(s.Digest.Algorithm)
	return c, err
}

// verify checks the signature over the attributes, and they over the content.
func (c *cms) verify(key crypto.PublicKey) error {
	if err := c.checkAttributes(); err != nil {
		return err
	}
	if !c.agrees(key) {
		return fmt.Errorf("signature algorithm %v of a timestamp: %w", c.algorithm, errUnsupported)
	}
	sum := sumOf(c.digest, c.attributes)
	ok := false
	switch k := key.(type) {
	case *rsa.PublicKey:
		ok = verifyRSA(k, c.digest, sum, c.signature)
	case *ecdsa.PublicKey:
		ok = ecdsa.VerifyASN1(k, sum, c.signature)
	}
	if !ok {
		return fmt.Errorf("timestamp: %w", errForged)
	}
	return nil
}

// agrees says that the signature's algorithm is of the key's kind and of the
// same digest (RFC 5754, 3).
func (c *cms) agrees(key crypto.PublicKey) bool {
	i := slices.Index([]crypto.Hash{crypto.SHA256, crypto.SHA384, crypto.SHA512}, c.digest)
	id := c.algorithm.String()
	switch key.(type) {
	case *rsa.PublicKey:
		return id == "1.2.840.113549.1.1.1" || id == fmt.Sprintf("1.2.840.113549.1.1.%d", 11+i)
	case *ecdsa.PublicKey:
		return id == fmt.Sprintf("1.2.840.10045.4.3.%d", 2+i)
	}
	return false
}

func (c *cms) checkAttributes() error {
	var list []struct {
		Type   asn1.ObjectIdentifier
		Values asn1.RawValue
	}
	if rest, err := asn1.UnmarshalWithParams(c.attributes, &list, "set"); err != nil || len(rest) > 0 {
		return fmt.Errorf("%w: signed attributes", errToken)
	}
	var kind asn1.ObjectIdentifier
	var sum []byte
	for _, a := range list {
		var err error
		switch {
		case a.Type.Equal(oidContentType):
			_, err = asn1.Unmarshal(a.Values.Bytes, &kind)
		case a.Type.Equal(oidMessageDigest):
			_, err = asn1.Unmarshal(a.Values.Bytes, &sum)
		}
		if err != nil {
			return fmt.Errorf("%w: signed attributes", errToken)
		}
	}
	if !kind.Equal(c.contentType) || !bytes.Equal(sum, sumOf(c.digest, c.content)) {
		return fmt.Errorf("%w: its content is not what was signed", errToken)
	}
	return nil
}

// verifyRSA checks an RSASSA-PKCS1-v1_5 signature (RFC 8017, 8.2.2) by building
// the one encoding that is right. It is here because the time-stamping
// authorities' keys have 3072 and 4096 bits, for which crypto/rsa, careful of
// secrets that a verifier has not got, takes 260 and 440 µs; this takes 100 and
// 160, and a whole picture 700.
func verifyRSA(k *rsa.PublicKey, h crypto.Hash, sum, sig []byte) bool {
	s := new(big.Int).SetBytes(sig)
	n := k.Size()
	if k.N.BitLen() < 2048 || k.E < 3 || len(sig) != n || s.Cmp(k.N) >= 0 {
		return false
	}
	want := make([]byte, n)
	tail := append(digestPrefix(h), sum...)
	for i := range want {
		want[i] = 0xff
	}
	want[0], want[1], want[n-len(tail)-1] = 0, 1, 0
	copy(want[n-len(tail):], tail)
	got := s.Exp(s, big.NewInt(int64(k.E)), k.N).FillBytes(make([]byte, n))
	return bytes.Equal(got, want)
}

// digestPrefix is what stands before a hash in a signature (RFC 8017, 9.2).
func digestPrefix(h crypto.Hash) []byte {
	id, size := byte(1), byte(h.Size())
	switch h {
	case crypto.SHA384:
		id = 2
	case crypto.SHA512:
		id = 3
	}
	return []byte{0x30, 17 + size, 0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, id, 5, 0, 4, size}
}

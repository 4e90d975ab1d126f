package c2patest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/asn1"

	"github.com/digitorus/timestamp"
	"github.com/fxamacker/cbor/v2"
)

// signatureSize is the size in bytes that each signature box is padded to, so that a manifest's size does not depend
// on the signed content.
const signatureSize = 6000

// sign returns a COSE_Sign1 over the claim.
func (s *Signer) sign(o *Options, claim []byte) []byte {
	s.tb.Helper()
	by := o.By
	if by == nil {
		by = s.OpenAI
	}
	// 1 is the algorithm (RFC 9052, 3.1), and 33 the certificates (RFC 9360, 2).
	head := map[any]any{1: algorithm(by.Key), 33: by.Chain}
	if o.Headers != nil {
		o.Headers(head)
	}
	protected := s.marshal(head)
	sig := s.signature(by.Key, s.marshal([]any{"Signature1", protected, []byte{}, claim}))
	if o.Signature != nil {
		sig = o.Signature(sig)
	}
	header := map[string]any{}
	if !o.StampedAt.IsZero() {
		s.stamp(o, header, protected, claim, sig)
	}
	if o.Signed != nil {
		o.Signed(header)
	}
	seal := func() []byte {
		return s.marshal(cbor.Tag{Number: 18, Content: []any{protected, header, nil, sig}})
	}
	// The padding makes up for signatures and tokens of different lengths.
	header["pad"] = make([]byte, 256)
	n := len(seal())
	header["pad"] = make([]byte, 256+max(0, signatureSize-n))
	return seal()
}

// algorithm returns the COSE number of the key's algorithm: PS256, EdDSA or ES256.
func algorithm(key crypto.Signer) int {
	switch key.(type) {
	case *rsa.PrivateKey:
		return -37
	case ed25519.PrivateKey:
		return -8
	}
	return -7
}

// signature returns the signature of message in the form of COSE: for ECDSA two numbers of 32 bytes each.
func (s *Signer) signature(key crypto.Signer, message []byte) []byte {
	s.tb.Helper()
	digest := sha256.Sum256(message)
	var sig []byte
	var err error
	switch k := key.(type) {
	case *rsa.PrivateKey:
		sig, err = rsa.SignPSS(rand.Reader, k, crypto.SHA256, digest[:],
			&rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
	case ed25519.PrivateKey:
		sig = ed25519.Sign(k, message)
	case *ecdsa.PrivateKey:
		r, t, e := ecdsa.Sign(rand.Reader, k, digest[:])
		if err = e; err == nil {
			sig = make([]byte, 64)
			r.FillBytes(sig[:32])
			t.FillBytes(sig[32:])
		}
	}
	if err != nil {
		s.tb.Fatal(err)
	}
	return sig
}

// stamp puts a timestamp into the header: over the claim and in a whole response for version 1, over the signature
// for version 2.
func (s *Signer) stamp(o *Options, header map[string]any, protected, claim, sig []byte) {
	s.tb.Helper()
	payload, name := s.marshal(sig), "sigTst2"
	if o.Version == 1 {
		payload, name = claim, "sigTst"
	}
	covered := sha256.Sum256(s.marshal([]any{"CounterSignature", protected, []byte{}, payload}))
	clock := o.Clock
	if clock == nil {
		clock = s.Clock
	}
	t := timestamp.Timestamp{
		HashAlgorithm: crypto.SHA256, HashedMessage: covered[:], Time: o.StampedAt.UTC(),
		Policy: asn1.ObjectIdentifier{1, 2, 3}, AddTSACertificate: true,
	}
	response, err := t.CreateResponseWithOpts(clock.Cert, clock.Key, crypto.SHA256)
	if err != nil {
		s.tb.Fatal(err)
	}
	token := response
	if name == "sigTst2" {
		parsed, err := timestamp.ParseResponse(response)
		if err != nil {
			s.tb.Fatal(err)
		}
		token = parsed.RawToken
	}
	if o.Token != nil {
		token = o.Token(token)
	}
	header[name] = map[string]any{"tstTokens": []any{map[string]any{"val": token}}}
}

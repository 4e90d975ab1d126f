package c2pa

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"errors"
	"fmt"
	"math/big"

	"github.com/fxamacker/cbor/v2"
)

// signature is a COSE_Sign1 (RFC 9052, 4.2) as restricted by C2PA 2.2, 13.2: the payload, which is the claim, is
// detached.
type signature struct {
	_           struct{} `cbor:",toarray"`
	Protected   []byte
	Unprotected header
	Payload     cbor.RawMessage
	Bytes       []byte
}

// header holds the fields of a signature's protected or unprotected header that are used here. OpenAI writes the
// chain into the protected header under its number, others into the unprotected one under its name.
type header struct {
	Alg      int64           `cbor:"1,keyasint"`
	Critical cbor.RawMessage `cbor:"2,keyasint"`
	Chain    cbor.RawMessage `cbor:"33,keyasint"`
	ChainOld cbor.RawMessage `cbor:"x5chain"`
	Stamp    stamps          `cbor:"sigTst"`
	Stamp2   stamps          `cbor:"sigTst2"`
}

// errSignature means that the signature box has no COSE_Sign1 with a detached payload.
var errSignature = errors.New("signature is malformed")

// tagSign1 is the CBOR tag of a COSE_Sign1 (RFC 9052, 4.2). cborNull is the payload of a detached one.
const (
	tagSign1 = 0xd2 // 18
	cborNull = "\xf6"
)

// parseSignature returns the signature in b. It returns errSignature if b is another structure, or if it has a
// payload.
func parseSignature(b []byte) (*signature, error) {
	if len(b) == 0 {
		return nil, fmt.Errorf("none in the manifest: %w", errSignature)
	}
	if b[0] != tagSign1 {
		return nil, fmt.Errorf("no COSE_Sign1: %w", errSignature)
	}
	var s signature
	if err := decode(b[1:], &s); err != nil {
		return nil, err
	}
	if string(s.Payload) != cborNull {
		return nil, fmt.Errorf("its payload is not detached: %w", errSignature)
	}
	return &s, nil
}

// covered returns the bytes that a signature or a countersignature is over (RFC 9052, 4.4).
func (s *signature) covered(context string, payload []byte) ([]byte, error) {
	return cbor.Marshal([]any{context, s.Protected, []byte{}, payload})
}

// algorithm is a COSE signature algorithm that C2PA 2.2, 13.2.1 allows.
type algorithm struct {
	name string
	hash crypto.Hash // 0 for Ed25519
}

// algorithmOf returns the algorithm of that number in IANA's registry of COSE algorithms, or errUnsupported.
func algorithmOf(id int64) (algorithm, error) {
	switch id {
	case -7:
		return algorithm{"ES256", crypto.SHA256}, nil
	case -35:
		return algorithm{"ES384", crypto.SHA384}, nil
	case -36:
		return algorithm{"ES512", crypto.SHA512}, nil
	case -37:
		return algorithm{"PS256", crypto.SHA256}, nil
	case -38:
		return algorithm{"PS384", crypto.SHA384}, nil
	case -39:
		return algorithm{"PS512", crypto.SHA512}, nil
	case -8:
		return algorithm{"EdDSA", 0}, nil
	}
	return algorithm{}, fmt.Errorf("signature algorithm %d: %w", id, errUnsupported)
}

// errForged means that a signature is not by that key, or not over those bytes.
var errForged = errors.New("signature does not fit")

// verify returns errForged unless sig is a signature over message. The key must be of the algorithm's kind.
func (a algorithm) verify(key crypto.PublicKey, message, sig []byte) error {
	ok := false
	// The key decides on the family, so that a file cannot choose another one by its header.
	switch k := key.(type) {
	case *ecdsa.PublicKey:
		ok = a.name[0] == 'E' && a.hash != 0 && verifyECDSA(k, sumOf(a.hash, message), sig)
	case *rsa.PublicKey:
		ok = a.name[0] == 'P' && rsa.VerifyPSS(k, a.hash, sumOf(a.hash, message), sig,
			&rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}) == nil
	case ed25519.PublicKey:
		ok = a.name == "EdDSA" && ed25519.Verify(k, message, sig)
	}
	if !ok {
		return errForged
	}
	return nil
}

// verifyECDSA reports whether sig, which is the two numbers concatenated (RFC 9053, 2.1), is valid.
func verifyECDSA(k *ecdsa.PublicKey, sum, sig []byte) bool {
	n := (k.Curve.Params().BitSize + 7) / 8
	if len(sig) != 2*n {
		return false
	}
	return ecdsa.Verify(k, sum, new(big.Int).SetBytes(sig[:n]), new(big.Int).SetBytes(sig[n:]))
}

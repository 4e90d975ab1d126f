package c2pa

import (
	"fmt"

	"github.com/fxamacker/cbor/v2"
)

// maxClaim limits the bytes that are decoded at once.
const maxClaim = 1 << 20

// decoding is bounded, and rejects a claim that could be read in two ways. It must allow indefinite lengths, which
// OpenAI's claims of 2025 have. It forbids bignums: one of a megabyte takes seconds, and C2PA uses none.
var decoding = mustMode(cbor.DecOptions{
	DupMapKey:         cbor.DupMapKeyEnforcedAPF,
	MaxNestedLevels:   16,
	MaxArrayElements:  4096,
	MaxMapPairs:       1024,
	IndefLength:       cbor.IndefLengthAllowed,
	BignumTag:         cbor.BignumTagForbidden,
	FieldNameMatching: cbor.FieldNameMatchingCaseSensitive,
})

func mustMode(o cbor.DecOptions) cbor.DecMode {
	m, err := o.DecMode()
	if err != nil {
		panic(err) // the options are constants
	}
	return m
}

// decode reads b, which has to be one CBOR value, by the rules of decoding. It returns errUnsupported if b is
// larger than maxClaim.
func decode(b []byte, into any) error {
	if len(b) > maxClaim {
		return fmt.Errorf("%d bytes of CBOR: %w", len(b), errUnsupported)
	}
	return decoding.Unmarshal(b, into)
}

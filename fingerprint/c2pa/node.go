package c2pa

import (
	"crypto"
	"strings"

	"github.com/sweepd/sweepd/internal/language"
)

// check is one of the checks of a manifest alone, in their order.
type check int

// The checks in their order; the array checks has their names for the user.
const (
	checkClaim check = iota
	checkHeaders
	checkContent
	checkSigned
)

var checks = [...]language.Phrase{"claim", "signature headers", "assertion hashes", "claim signature"}

// node is one manifest of the chain with the results of its checks.
type node struct {
	m     *manifest
	claim claim
	sig   *signature
	// who is never nil, but has no leaf if the headers could not be read.
	who         *signer
	actions     []action
	ingredients []edge
	at          check // the last check made
	err         error // the error of that check; errUnsupported: unknown
	link        error // an ingredient differs from its reference
	// sums has the hashes of content that were computed.
	sums map[crypto.Hash][]byte
}

// edge is a reference to an ingredient.
type edge struct {
	ref hashedURI
	to  *node // nil if it has no manifest of its own
}

// verify checks the assertion hashes and the claim's signature, unless an earlier check failed, and then the hashes
// of the ingredients.
func (n *node) verify() {
	if n.err == nil {
		n.at = checkContent
		n.err = n.claim.checkAssertions(n.m)
	}
	if n.err == nil {
		n.at = checkSigned
		n.err = n.checkSignature()
	}
	for _, i := range n.ingredients {
		if n.link == nil && i.to != nil {
			n.link = i.ref.checkSum(n.claim.Alg, i.to.sum)
		}
	}
}

// sum returns the hash of the manifest. It computes each hash once, even if several references need it.
func (n *node) sum(h crypto.Hash) []byte {
	if n.sums == nil {
		n.sums = map[crypto.Hash][]byte{}
	}
	if n.sums[h] == nil {
		n.sums[h] = sumOf(h, n.m.content)
	}
	return n.sums[h]
}

// checkSignature returns errForged unless the signer's key has signed the claim.
func (n *node) checkSignature() error {
	message, err := n.sig.covered("Signature1", n.m.claim)
	if err != nil {
		return err
	}
	return n.who.alg.verify(n.who.key, message, n.sig.Bytes)
}

// openAI reports whether OpenAI signed this manifest and no check failed.
func (n *node) openAI() bool { return n.err == nil && n.who.anchor != nil }

// mentions reports whether a text in it names OpenAI.
func (n *node) mentions() bool {
	for _, text := range []string{n.who.organization(), n.who.commonName(), n.claim.generator()} {
		if text = strings.ToLower(text); strings.Contains(text, "openai") || strings.Contains(text, "chatgpt") {
			return true
		}
	}
	return false
}

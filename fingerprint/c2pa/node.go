package c2pa

import (
	"crypto"
	"strings"
)

// check is one of those that a manifest has to pass by itself, in their order.
type check int

const (
	checkClaim check = iota
	checkHeaders
	checkContent
	checkSigned
)

var checks = [...]string{"claim", "signature headers", "assertion hashes", "claim signature"}

// node is one manifest of the chain with what was found of it.
type node struct {
	m           *manifest
	claim       claim
	sig         *signature
	who         *signer
	actions     []action
	ingredients []edge
	at          check // the last one made
	err         error // it does not hold, by that check; errUnsupported: cannot be told
	link        error // an ingredient of it is not what it says
	sums        map[crypto.Hash][]byte
}

// edge leads to an ingredient.
type edge struct {
	ref hashedURI
	to  *node // nil for one without a manifest of its own
}

// verify checks the hashes of the assertions and the claim's signature, unless
// something else is wrong already; then those of the ingredients.
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

// sum hashes the manifest once, however many refer to it.
func (n *node) sum(h crypto.Hash) []byte {
	if n.sums == nil {
		n.sums = map[crypto.Hash][]byte{}
	}
	if n.sums[h] == nil {
		n.sums[h] = sumOf(h, n.m.content)
	}
	return n.sums[h]
}

func (n *node) checkSignature() error {
	message, err := n.sig.covered("Signature1", n.m.claim)
	if err != nil {
		return err
	}
	return n.who.alg.verify(n.who.key, message, n.sig.Bytes)
}

// openAI says that OpenAI signed this manifest, and that it holds.
func (n *node) openAI() bool { return n.err == nil && n.who.anchor != nil }

// mentions says that a text in it names OpenAI.
func (n *node) mentions() bool {
	for _, text := range []string{n.who.organization(), n.who.commonName(), n.claim.generator()} {
		if text = strings.ToLower(text); strings.Contains(text, "openai") || strings.Contains(text, "chatgpt") {
			return true
		}
	}
	return false
}

package c2pa

import (
	"crypto"
	"errors"
	"fmt"
	"strings"
	"time"
)

// maxDepth bounds how far ingredients of ingredients are followed.
const maxDepth = 8

// node is one manifest of the chain with what was found of it.
type node struct {
	m           *manifest
	claim       claim
	sig         *signature
	who         *signer
	actions     []action
	ingredients []edge
	err         error // it does not hold; errUnsupported: cannot be told
	link        error // an ingredient of it is not what it says
	sums        map[crypto.Hash][]byte
}

// edge leads to an ingredient.
type edge struct {
	ref hashedURI
	to  *node // nil for one without a manifest of its own
}

// exam is the examination of one store.
type exam struct {
	v         *Verifier
	manifests []manifest
	byLabel   map[string]*node
	nodes     []*node // the active one first
}

// visit reads a manifest and all that it has as ingredients, each once.
func (e *exam) visit(m *manifest, depth int) *node {
	if n := e.byLabel[m.label]; n != nil {
		return n
	}
	n := &node{m: m, who: &signer{}}
	e.byLabel[m.label] = n
	e.nodes = append(e.nodes, n)
	if n.err = e.read(n); n.err == nil {
		n.link = e.followAll(n, depth)
	}
	return n
}

func (e *exam) read(n *node) (err error) {
	if n.claim, err = parseClaim(n.m); err != nil {
		return err
	}
	if n.sig, err = parseSignature(n.m.signature); err != nil {
		return fmt.Errorf("signature: %w", err)
	}
	n.who = e.v.signer(n.sig)
	if n.actions, err = n.m.actions(); err != nil {
		return err
	}
	return n.who.err
}

func (e *exam) followAll(n *node, depth int) error {
	list, err := n.m.ingredients()
	if err != nil {
		return err
	}
	if depth == maxDepth && len(list) > 0 {
		return fmt.Errorf("ingredients deeper than %d", maxDepth)
	}
	for _, i := range list {
		if err := e.follow(n, i, depth); err != nil {
			return err
		}
	}
	return nil
}

func (e *exam) follow(n *node, i ingredient, depth int) error {
	ref := i.manifest()
	if ref.URL == "" {
		n.ingredients = append(n.ingredients, edge{})
		return nil
	}
	label, ok := manifestLabel(ref.URL)
	for k := range e.manifests {
		m := &e.manifests[k]
		if !ok || m.label != label {
			continue
		}
		n.ingredients = append(n.ingredients, edge{ref, e.visit(m, depth+1)})
		return nil
	}
	return fmt.Errorf("ingredient %q is missing", ref.URL)
}

// verify checks the hashes of the assertions and the claim's signature, unless
// something else is wrong already; then those of the ingredients.
func (n *node) verify() {
	if n.err == nil {
		n.err = n.claim.checkAssertions(n.m)
	}
	if n.err == nil {
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

// reaches says that n is reached from the active manifest by hashes that fit.
func (e *exam) reaches(n *node) bool {
	todo, seen := []*node{e.nodes[0]}, map[*node]bool{}
	for len(todo) > 0 {
		from := todo[0]
		todo = todo[1:]
		if from == n {
			return true
		}
		if seen[from] || from.link != nil {
			continue
		}
		seen[from] = true
		for _, i := range from.ingredients {
			if i.to != nil {
				todo = append(todo, i.to)
			}
		}
	}
	return false
}

var errForeign = errors.New("it is made from a picture that OpenAI's credential does not cover")

// wholly says nil when this and everything that it was made from is OpenAI's,
// errForeign when something is not, and another error when something does not
// hold.
func (e *exam) wholly() error {
	foreign := false
	for _, n := range e.nodes {
		if n.err != nil && !errors.Is(n.err, errUnsupported) {
			return n.err
		}
		if n.link != nil {
			return n.link
		}
		foreign = foreign || !n.openAI()
		for _, i := range n.ingredients {
			foreign = foreign || i.to == nil
		}
	}
	if foreign {
		return errForeign
	}
	return nil
}

// creation is what OpenAI's manifests say of the picture's making.
type creation struct {
	generated bool
	composite string // a source type other than generated
	agent     string
	when      time.Time
}

func (e *exam) creation() (c creation) {
	for _, n := range e.nodes {
		if !n.openAI() {
			continue
		}
		for _, a := range n.actions {
			switch {
			case a.Source == "":
			case a.Source != generated:
				c.composite = a.Source
			case a.Action == "c2pa.created":
				c.generated, c.agent, c.when = true, a.agent(), a.when()
			}
		}
	}
	return c
}

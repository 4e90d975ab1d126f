package c2pa

import (
	"errors"
	"fmt"
	"time"
)

// An exam has one node for each manifest that can be reached from the active one. visit decodes them, node.verify
// checks hashes and signatures, and wholly and creation return what the manifests together mean for the picture.

// maxDepth limits how far ingredients of ingredients are followed.
const maxDepth = 8

// exam is the examination of one store.
type exam struct {
	v          *Verifier
	headerOnly bool // do not read the file's bytes
	manifests  []manifest
	byLabel    map[string]*node
	nodes      []*node // the active one first
}

// visit returns the node of a manifest. It reads the manifest and all its ingredients, each once.
func (e *exam) visit(m *manifest, depth int) *node {
	if n := e.byLabel[m.label]; n != nil {
		return n
	}
	n := &node{m: m, who: &signer{}}
	// The node is known before its ingredients are read, so that a cycle of manifests ends.
	e.byLabel[m.label] = n
	e.nodes = append(e.nodes, n)
	if n.err = e.read(n); n.err == nil {
		n.link = e.followAll(n, depth)
	}
	return n
}

// read decodes a manifest and sets n.at to the last check that it made.
func (e *exam) read(n *node) (err error) {
	n.at = checkClaim
	if n.claim, err = parseClaim(n.m); err != nil {
		return err
	}
	n.at = checkHeaders
	if n.sig, err = parseSignature(n.m.signature); err != nil {
		return err
	}
	if n.who = e.v.signer(n.sig); n.who.err != nil {
		return n.who.err
	}
	n.at = checkContent
	if err = n.m.checkMaking(); err != nil {
		return err
	}
	n.actions, err = n.m.actions()
	return err
}

// followAll visits the ingredients of n. It returns an error if one is missing, cannot be decoded or lies too
// deep.
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

// follow adds one ingredient to n. One without a manifest is a picture of unknown origin, to which the edge has
// no node.
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

// reaches reports whether n can be reached from the active manifest through matching hashes.
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

// errForeign means that only a part of the picture is OpenAI's.
var errForeign = errors.New("it is made from a picture that OpenAI's credential does not cover")

// wholly returns nil if this picture and everything it was made from is OpenAI's. It returns errForeign if a part is
// not OpenAI's, and another error if a manifest or a link between manifests is invalid.
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

// creation is the information of OpenAI's manifests about the picture's making.
type creation struct {
	generated bool   // a model made it and everything it was made from
	composite string // a source type other than generated
	agent     string
	when      time.Time
}

// creation returns that information. A manifest that leaves open how its picture came about makes generated
// false.
func (e *exam) creation() (c creation) {
	unsaid := false
	for _, n := range e.nodes {
		if !n.openAI() {
			continue
		}
		// A picture without ingredients needs a creating action.
		made := len(n.ingredients) > 0
		for _, a := range n.actions {
			if a.Action == "c2pa.opened" || a.Action == "c2pa.placed" {
				// An action that opened a picture needs an ingredient that names it.
				unsaid = unsaid || len(n.ingredients) == 0
			}
			switch {
			case a.Source == "":
			case a.Source != generated:
				c.composite = a.Source
			case a.Action == "c2pa.created":
				made, c.generated, c.agent, c.when = true, true, a.agent(), a.when()
			}
		}
		unsaid = unsaid || !made
	}
	c.generated = c.generated && !unsaid
	return c
}

package c2pa

import (
	"errors"
	"fmt"
	"strings"
)

// maxManifests limits the manifests of a store.
const maxManifests = 64

// errUnsupported marks input that appears to be well-formed but that this package cannot verify.
var errUnsupported = errors.New("not supported")

// manifest is one C2PA manifest. Its parts are not yet decoded.
type manifest struct {
	label      string
	content    []byte // the bytes that an ingredient's hash is over
	claim      []byte // CBOR
	signature  []byte // CBOR
	assertions []assertion
}

// assertion is one labelled statement.
type assertion struct {
	label   string
	content []byte // the bytes that the claim's hash is over
	cbor    []byte // nil if it is not CBOR
}

// kind returns the label without the instance number, as in "c2pa.ingredient.v3__2".
func (a assertion) kind() string {
	k, _, _ := strings.Cut(a.label, "__")
	return k
}

// checkMaking returns errUnsupported if an assertion about the picture's making has an unknown version: it might
// state that a person's photo was used.
func (m *manifest) checkMaking() error {
	for _, a := range m.assertions {
		switch k := a.kind(); k {
		case "c2pa.actions", "c2pa.actions.v2", "c2pa.ingredient", "c2pa.ingredient.v2", "c2pa.ingredient.v3":
		default:
			if strings.HasPrefix(k, "c2pa.actions") || strings.HasPrefix(k, "c2pa.ingredient") {
				return fmt.Errorf("assertion %q: %w", a.label, errUnsupported)
			}
		}
	}
	return nil
}

// parseStore reads a manifest store that fills b exactly. The active manifest is the last (C2PA 2.2, 11.1.4).
func parseStore(b []byte) ([]manifest, error) {
	r := reader{left: maxBoxes}
	top, err := r.boxes(b)
	if err != nil {
		return nil, err
	}
	if len(top) != 1 {
		return nil, fmt.Errorf("%d boxes where one store belongs: %w", len(top), errBoxes)
	}
	store, err := r.open(top[0])
	if err != nil {
		return nil, err
	}
	if store.uuid != "c2pa" || store.label != "c2pa" {
		return nil, fmt.Errorf("no C2PA store: %w", errBoxes)
	}
	if n := len(store.children); n == 0 || n > maxManifests {
		return nil, fmt.Errorf("%d manifests: %w", n, errBoxes)
	}
	list := make([]manifest, 0, len(store.children))
	for _, c := range store.children {
		m, err := r.manifest(c)
		if err != nil {
			return nil, err
		}
		for _, other := range list {
			if other.label == m.label {
				return nil, fmt.Errorf("two manifests %q: %w", m.label, errBoxes)
			}
		}
		list = append(list, m)
	}
	return list, nil
}

// manifest returns the manifest in the superbox b, with its parts. One of an unknown type has only its label and
// its content, so that it counts as unsupported.
func (r *reader) manifest(b box) (manifest, error) {
	s, err := r.open(b)
	if err != nil {
		return manifest{}, err
	}
	m := manifest{label: s.label, content: s.content}
	switch s.uuid {
	case "c2ma", "c2um":
	default: // compressed, or of a later version: no claim, so unsupported
		return m, nil
	}
	for _, c := range s.children {
		if c.kind != "jumb" {
			continue
		}
		part, err := r.open(c)
		if err != nil {
			return m, err
		}
		if err := r.part(&m, part); err != nil {
			return m, fmt.Errorf("manifest %q: %w", m.label, err)
		}
	}
	return m, nil
}

// part stores one of a manifest's superboxes in m. It ignores stores of data boxes and of credentials.
func (r *reader) part(m *manifest, s superbox) (err error) {
	switch s.uuid + " " + s.label {
	case "c2as c2pa.assertions":
		if m.assertions != nil {
			return fmt.Errorf("two assertion stores: %w", errBoxes)
		}
		m.assertions, err = r.assertions(s)
	case "c2cl c2pa.claim", "c2cl c2pa.claim.v2":
		if m.claim != nil {
			return fmt.Errorf("two claims: %w", errBoxes)
		}
		m.claim = cborOf(s)
	case "c2cs c2pa.signature":
		if m.signature != nil {
			return fmt.Errorf("two signatures: %w", errBoxes)
		}
		m.signature = cborOf(s)
	}
	return err
}

// assertions returns the assertions of a store. It returns errBoxes if two have the same label, because a claim
// refers to them by label.
func (r *reader) assertions(store superbox) ([]assertion, error) {
	list := make([]assertion, 0, len(store.children))
	seen := make(map[string]bool, len(store.children))
	for _, c := range store.children {
		s, err := r.open(c)
		if err != nil {
			return nil, err
		}
		if s.label == "" || seen[s.label] {
			return nil, fmt.Errorf("two assertions %q: %w", s.label, errBoxes)
		}
		seen[s.label] = true
		list = append(list, assertion{label: s.label, content: s.content, cbor: cborOf(s)})
	}
	return list, nil
}

// cborOf returns the content of a superbox that consists of one CBOR box, or nil.
func cborOf(s superbox) []byte {
	if len(s.children) == 1 && s.children[0].kind == "cbor" {
		return s.children[0].content
	}
	return nil
}

package c2patest

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/fxamacker/cbor/v2"
)

// Source types (IPTC).
const (
	Generated = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
	Composite = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
)

// Options describe a manifest. The zero value is a picture made in ChatGPT, of claim version 2, without a timestamp.
// The functions of the last group are called while the manifest is made, if they are not nil.
type Options struct {
	By          *Identity // nil: the signer's OpenAI
	Generator   string    // "": "ChatGPT"
	Agent       string    // "": "GPT-4o"
	Source      string    // "": Generated; "-": no creating action
	When        time.Time // of the creating action; zero: not stated
	Version     int       // of the claim: 1, or 2
	Indefinite  bool      // the claim has indefinite lengths
	StampedAt   time.Time // zero: no timestamp
	Clock       *Identity // nil: the signer's Clock
	Ingredients []Ingredient
	BoxHash     string // label of the binding in files of boxes; "": "c2pa.hash.bmff.v3"
	FirstPacket int    // of JPEG segments: 0 means 1, as in nearly all files; -1 means 0, as Microsoft writes

	// The fields below forge the manifest before it is hashed or signed:
	Claim     func(map[string]any)            // change the claim
	Binding   func(map[string]any)            // change the hard binding
	Signed    func(header map[string]any)     // change the unprotected header
	Extra     []byte                          // an undeclared superbox in the assertion store
	AfterSign func(manifest []byte) []byte    // change the signed manifest
	Assertion map[string]map[string]any       // more declared assertions
	Headers   func(protected map[any]any)     // change the protected header
	Signature func(signature []byte) []byte   // change the signature
	Token     func(token []byte) (tok []byte) // change the timestamp
}

// Ingredient is a picture that another one is made from.
type Ingredient struct {
	Relationship string   // "": "parentOf"
	Of           *Options // its manifest; nil: it has none
	BadHash      bool
}

// exclusion is the range of bytes that the hard binding excludes. In a file of boxes it excludes them by their names.
type exclusion struct {
	start, length int
	boxes         bool
}

// binding returns the label and the content of the hard binding. Its version for boxes depends on o. The forms are
// those of C2PA 2.2, "Hard bindings": a range of bytes (c2pa.hash.data), or boxes by their paths (c2pa.hash.bmff).
func (ex exclusion) binding(o *Options, hash []byte) (label string, content map[string]any) {
	content = map[string]any{"name": "jumbf manifest", "alg": "sha256", "hash": hash}
	if !ex.boxes {
		content["exclusions"] = []any{map[string]any{"start": ex.start, "length": ex.length}}
		content["pad"] = make([]byte, 8)
		return "c2pa.hash.data", content
	}
	// The list of c2pa-rs, with the same empty fields.
	path := func(xpath string, data any) map[string]any {
		return map[string]any{
			"xpath": xpath, "length": nil, "data": data, "subset": nil, "version": nil, "flags": nil, "exact": nil,
		}
	}
	own := []any{map[string]any{"offset": 8, "value": []byte(provenance)}}
	content["exclusions"] = []any{path("/uuid", own), path("/ftyp", nil), path("/mfra", nil)}
	return cmp.Or(o.BoxHash, "c2pa.hash.bmff.v3"), content
}

// encoding sorts the keys of maps, so that equal values have equal bytes.
var encoding = func() cbor.EncMode {
	m, err := cbor.EncOptions{Sort: cbor.SortCanonical, IndefLength: cbor.IndefLengthAllowed}.EncMode()
	if err != nil {
		panic(err)
	}
	return m
}()

// marshal returns v in CBOR.
func (s *Signer) marshal(v any) []byte {
	s.tb.Helper()
	b, err := encoding.Marshal(v)
	if err != nil {
		s.tb.Fatal(err)
	}
	return b
}

// Box returns an ISO BMFF box.
func Box(kind string, content ...[]byte) []byte {
	body := bytes.Join(content, nil)
	b := binary.BigEndian.AppendUint32(nil, uint32(8+len(body)))
	return append(append(b, kind...), body...)
}

// Superbox returns a JUMBF superbox of the C2PA type that the four letters of uuid stand for. The description box jumd
// comes first, with the label and the toggle bits of ISO 19566-5.
func Superbox(uuid, label string, content ...[]byte) []byte {
	jumd := Box("jumd", []byte(uuid), []byte("\x00\x11\x00\x10\x80\x00\x00\xaa\x00\x38\x9b\x71\x03"),
		[]byte(label), []byte{0})
	return Box("jumb", append([][]byte{jumd}, content...)...)
}

// newLabel returns a random label for a manifest.
func newLabel() string {
	var b [16]byte
	rand.Read(b[:])
	return fmt.Sprintf("urn:c2pa:%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// sum returns the SHA-256, the one hash that these manifests use.
func sum(b []byte) []byte {
	h := sha256.Sum256(b)
	return h[:]
}

// manifests returns the superboxes of all ingredients' manifests, followed by the manifest itself.
func (s *Signer) manifests(o *Options, label string, ex exclusion, hash []byte) [][]byte {
	s.tb.Helper()
	var boxes [][]byte
	var store [][]byte
	var uris []any
	add := func(name string, content map[string]any) map[string]any {
		b := Superbox("cbor", name, Box("cbor", s.marshal(content)))
		// The hash leaves out the header of the box, which has 8 bytes.
		uri := map[string]any{"url": "self#jumbf=c2pa.assertions/" + name, "hash": sum(b[8:])}
		store, uris = append(store, b), append(uris, uri)
		return uri
	}
	var used []any
	for i, in := range o.Ingredients {
		content, below := s.ingredient(in)
		name := "c2pa.ingredient.v3"
		if i > 0 {
			name = fmt.Sprintf("%s__%d", name, i)
		}
		boxes, used = append(boxes, below...), append(used, add(name, content))
	}
	for name, content := range o.Assertion {
		add(name, content)
	}
	add("c2pa.actions.v2", map[string]any{"actions": o.actions(used)})
	bindingLabel, binding := ex.binding(o, hash)
	if o.Binding != nil {
		o.Binding(binding)
	}
	add(bindingLabel, binding)
	store = append(store, o.Extra)
	claim, name := s.claim(o, label, uris)
	m := Superbox("c2ma", label,
		Superbox("c2as", "c2pa.assertions", store...),
		Superbox("c2cl", name, Box("cbor", claim)),
		Superbox("c2cs", "c2pa.signature", Box("cbor", s.sign(o, claim))))
	if o.AfterSign != nil {
		m = o.AfterSign(m)
	}
	return append(boxes, m)
}

// ingredient returns an ingredient's assertion, and the manifests that it needs.
func (s *Signer) ingredient(in Ingredient) (content map[string]any, boxes [][]byte) {
	s.tb.Helper()
	content = map[string]any{"relationship": cmp.Or(in.Relationship, "parentOf"), "dc:title": "image.png"}
	if in.Of == nil {
		return content, nil
	}
	label := newLabel()
	boxes = s.manifests(in.Of, label, exclusion{start: 33, length: 1000}, make([]byte, sha256.Size))
	h := sum(boxes[len(boxes)-1][8:])
	if in.BadHash {
		h[0] ^= 1
	}
	content["activeManifest"] = map[string]any{"url": "self#jumbf=/c2pa/" + label, "alg": "sha256", "hash": h}
	return content, boxes
}

// actions returns the steps in which the picture was made: opened if it has ingredients, created unless Source is "-",
// and converted. The names are those of C2PA 2.2, "Actions".
func (o *Options) actions(ingredients []any) []any {
	var list []any
	if len(ingredients) > 0 {
		list = append(list,
			map[string]any{"action": "c2pa.opened", "parameters": map[string]any{"ingredients": ingredients}})
	}
	if o.Source != "-" {
		created := map[string]any{
			"action": "c2pa.created", "digitalSourceType": cmp.Or(o.Source, Generated),
			"softwareAgent": map[string]any{"name": cmp.Or(o.Agent, "GPT-4o")},
		}
		if !o.When.IsZero() {
			created["when"] = o.When.UTC().Format("2006-01-02T15:04:05-07:00")
		}
		list = append(list, created)
	}
	return append(list, map[string]any{"action": "c2pa.converted"})
}

// claim returns the claim in CBOR and the label of its box, both by the version in o.
func (s *Signer) claim(o *Options, label string, assertions []any) (encoded []byte, name string) {
	claim := map[string]any{
		"instanceID": "xmp:iid:" + label, "dc:title": "image.png", "alg": "sha256",
		"signature": "self#jumbf=/c2pa/" + label + "/c2pa.signature",
	}
	name = "c2pa.claim.v2"
	if o.Version == 1 {
		name = "c2pa.claim"
		claim["claim_generator"] = cmp.Or(o.Generator, "ChatGPT") + " c2pa-rs/0.31.3"
		claim["claim_generator_info"] = nil
		claim["assertions"] = assertions
	} else {
		claim["claim_generator_info"] = map[string]any{"name": cmp.Or(o.Generator, "ChatGPT")}
		claim["created_assertions"] = assertions
	}
	if o.Claim != nil {
		o.Claim(claim)
	}
	if !o.Indefinite {
		return s.marshal(claim), name
	}
	var b bytes.Buffer
	e := encoding.NewEncoder(&b)
	e.StartIndefiniteMap()
	for k, v := range claim {
		e.Encode(k)
		e.Encode(v)
	}
	if err := e.EndIndefinite(); err != nil {
		s.tb.Fatal(err)
	}
	return b.Bytes(), name
}

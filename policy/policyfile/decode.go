package policyfile

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// fill goes down the form and the YAML nodes side by side: mapping fills structs, named maps, list slices, and
// scalar the types with a read method. If one part is refused, the others are still read, so that the user gets
// all mistakes at once.

// decoder fills a form from YAML nodes and collects every mistake. It replaces goccy's own decoder, which stops at
// the first mistake, turns numbers into texts, follows aliases, and accepts null for any type.
type decoder struct {
	file string
	// src is the text of the file, for the excerpts in messages.
	src string
	o   ParseOptions
	// errs has the mistakes so far, still without excerpts.
	errs []*Error
}

// mapped records the position of a mapping, its keys and its values in the file.
type mapped struct {
	at     *token.Token
	keys   map[string]*token.Token
	values map[string]ast.Node
}

// place records the positions. decoder.mapping calls it for each struct of the form, all of which embed mapped.
func (m *mapped) place(at *token.Token, pairs []pair) {
	m.at, m.keys, m.values = at, map[string]*token.Token{}, map[string]ast.Node{}
	for _, p := range pairs {
		m.keys[p.key], m.values[p.key] = p.at, p.value
	}
}

// of returns the position of a key, or of the mapping if the key is absent.
func (m *mapped) of(key string) *token.Token {
	if t := m.keys[key]; t != nil {
		return t
	}
	return m.at
}

// item returns the position of element i of a key's list, or of the key if there is none.
func (m *mapped) item(key string, i int) *token.Token {
	if list, ok := m.values[key].(*ast.SequenceNode); ok && i < len(list.Values) {
		return start(list.Values[i])
	}
	return m.of(key)
}

// hasOnly reports whether the mapping has no key but these.
func (m *mapped) hasOnly(keys ...string) bool {
	for key := range m.keys {
		if !slices.Contains(keys, key) {
			return false
		}
	}
	return true
}

// scalar is a type of the form that is written as a single value. read returns an *Error without a position.
type scalar interface {
	read(w yamlScalar, o ParseOptions) error
}

// refuse records a mistake at a token; nil is the beginning of the file.
func (d *decoder) refuse(at *token.Token, e Error) {
	e.File, e.Line, e.Column = d.file, 1, 1
	if at != nil && at.Position != nil {
		e.Line, e.Column = at.Position.Line, at.Position.Column
	}
	d.errs = append(d.errs, &e)
}

// quoteHint is for a text that YAML reads as something else if it has no quotes.
const quoteHint = `a text that begins with one of * & ! > | { [ % @ must be in quotes, as in "*.png" or ">=1024"`

// fill sets v, which is a part of the form, from n; name is its name in messages. After a mistake, v may be set
// in part; Parse then returns no policy.
func (d *decoder) fill(name string, n ast.Node, v reflect.Value) {
	if _, empty := n.(*ast.NullNode); empty || n == nil {
		d.refuse(start(n), Error{Message: name + " is empty", Hint: "write a value, or remove the key"})
		return
	}
	switch n.(type) {
	case *ast.AliasNode, *ast.AnchorNode, *ast.TagNode, *ast.LiteralNode, *ast.MergeKeyNode:
		d.refuse(start(n),
			Error{Message: "a policy cannot have anchors, aliases, tags or block texts", Hint: quoteHint})
		return
	}
	if s, ok := v.Addr().Interface().(scalar); ok {
		d.scalar(name, n, s)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.fill(name, n, v.Elem())
	case reflect.Struct:
		d.mapping(name, n, v)
	case reflect.Map:
		d.named(name, n, v)
	case reflect.Slice:
		d.list(name, n, v)
	}
}

// scalar sets a single value by its read method. It refuses a number or a boolean where a text is expected,
// because it is not certain that 1e3 or true without quotes is meant as a text.
func (d *decoder) scalar(name string, n ast.Node, s scalar) {
	w := yamlScalar{text: n.GetToken().Value}
	switch n := n.(type) {
	case *ast.StringNode:
		w.text, w.kind = n.Value, aText
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		w.kind = aNumber
	case *ast.BoolNode:
		w.kind = aBool
	default:
		d.refuse(start(n),
			Error{Message: fmt.Sprintf("%s is %s where one value is expected", name, called(n)), Hint: quoteHint})
		return
	}
	if isText(s) && w.kind != aText {
		d.refuse(start(n), Error{
			Message: fmt.Sprintf("%s is %s where a text is expected", name, w.kind),
			Hint:    fmt.Sprintf("write it in quotes: %q", clip(w.text)),
		})
		return
	}
	if e, wrong := errors.AsType[*Error](s.read(w, d.o)); wrong {
		e.Message = name + ": " + e.Message
		d.refuse(start(n), *e)
	}
}

// isText reports whether s is a kind of text, for which a number is a mistake.
func isText(s scalar) bool { return reflect.TypeOf(s).Elem().Kind() == reflect.String }

// mapping fills a struct from a mapping. It refuses unknown keys and missing ones.
func (d *decoder) mapping(name string, n ast.Node, v reflect.Value) {
	pairs, ok := d.pairs(name, n)
	if !ok {
		return
	}
	fields := fieldsOf(v.Type())
	for _, p := range pairs {
		if f, known := fields[p.key]; known {
			d.fill(p.key, p.value, v.FieldByIndex(f.Index))
		} else {
			d.unknownKey(name, p, fields)
		}
	}
	v.Addr().Interface().(interface{ place(*token.Token, []pair) }).place(start(n), pairs)
	for _, key := range keysOf(fields) {
		if needed := strings.Contains(fields[key].Tag.Get("jsonschema"), "required"); needed &&
			!slices.ContainsFunc(pairs, func(p pair) bool { return p.key == key }) {
			d.refuse(start(n), Error{Message: fmt.Sprintf("%s has no %s", name, key), Hint: missingHints[key]})
		}
	}
	if f, ok := v.Addr().Interface().(interface{ finish(d *decoder, name string) }); ok {
		f.finish(d, name)
	}
}

// missingHints are the hints for required keys that are absent, by key.
var missingHints = map[string]string{
	"version":  "begin the file with version: 1",
	"storages": "name the storages to sweep, e.g. storages: {home: {type: local, roots: [~/Downloads]}}",
	"rules":    "without rules everything is kept; write at least one",
	"roots":    "name the folders in which pictures are saved, as in roots: [~/Downloads]",
	"type": "write type: local for folders of this machine, type: gdrive for Google Drive, type: dropbox for " +
		"Dropbox",
	"service_account": "name the key file of the service account that acts for the users; docs/google-drive.md",
	"app_key":         "write the key of the app that you made in Dropbox's App Console; see docs/dropbox.md",
	"name":            "give the rule a name; plans, history and explain print it",
	"do":              "write do: keep, do: review or do: trash",
	"certificate":     "name the file of the page's certificate; nothing listens for other machines without TLS",
	"password":        "name a file with the hash of a password; make one with: sweepd review --password",
	"to":              "set where messages go: a file with the address, the name of a systemd credential, or desktop",
}

// shapeHints are hints for sections that a user may try to switch as a whole.
var shapeHints = map[string]string{
	"protect": "switch each guard by itself, as in protect: {git: off}",
	"limits":  "write each limit by itself, as in limits: {files: 100}; they cannot be off",
	"trash":   "write each kind by itself, as in trash: {ours: 30d}; what is left out is off",

	"schedule": "write each time by itself, as in schedule: {sweep: daily 03:00}",
	"notify":   "write each receiver by itself, as in notify: [{to: desktop}]",

	"review": "write review: {listen: 0.0.0.0:8443, certificate: FILE, key: FILE, password: FILE}",

	"a receiver in notify": "set where messages go, e.g. {to: desktop}",
}

// unknownKey refuses a key, with the allowed ones. For a condition that is beside when, the hint names the right
// place.
func (d *decoder) unknownKey(name string, p pair, fields map[string]reflect.StructField) {
	allowed := keysOf(fields)
	e := notOneOf(p.key, "a key of "+name, allowed)
	_, aCondition := fieldsOf(reflect.TypeFor[when]())[p.key]
	e.Hint = cmp.Or(e.Hint, colonHint(p.key))
	switch {
	case p.key == "derived":
		e.Hint = "derived stands directly under when"
	case aCondition && name == "the rule":
		e.Hint = "conditions stand under when"
	}
	d.refuse(p.at, *e)
}

// named fills a map whose keys are names chosen by the user.
func (d *decoder) named(name string, n ast.Node, v reflect.Value) {
	pairs, ok := d.pairs(name, n)
	if !ok {
		return
	}
	if len(pairs) == 0 {
		d.refuse(start(n), Error{Message: name + " is empty", Hint: missingHints[name]})
	}
	v.Set(reflect.MakeMap(v.Type()))
	for _, p := range pairs {
		if !storageName().MatchString(p.key) {
			d.refuse(p.at, Error{
				Message: fmt.Sprintf("%q is not a name for a storage", clip(p.key)),
				Hint:    "use letters, digits, - and _",
			})
			continue
		}
		item := reflect.New(v.Type().Elem()).Elem()
		d.fill(p.key, p.value, item)
		v.SetMapIndex(reflect.ValueOf(p.key), item)
	}
}

// list fills a slice from a list; the type some also accepts a single value.
func (d *decoder) list(name string, n ast.Node, v reflect.Value) {
	seq, ok := n.(*ast.SequenceNode)
	switch {
	// A single value stands for a list of one.
	case !ok && strings.HasPrefix(v.Type().Name(), "some["):
		seq = &ast.SequenceNode{Values: []ast.Node{n}}
	case !ok:
		d.refuse(start(n),
			Error{Message: fmt.Sprintf("%s is %s where a list is expected", name, called(n)), Hint: shapeHints[name]})
		return
	case len(seq.Values) == 0:
		d.refuse(start(n), Error{
			Message: name + " is an empty list",
			Hint:    cmp.Or(missingHints[name], "write at least one, or leave the key out"),
		})
		return
	}
	for _, item := range seq.Values {
		e := reflect.New(v.Type().Elem()).Elem()
		d.fill(itemName(name), item, e)
		v.Set(reflect.Append(v, e))
	}
}

// itemName returns the name of a list's element in messages.
func itemName(list string) string {
	switch list {
	case "rules":
		return "the rule"
	case "notify":
		return "a receiver in notify"
	case "any", "all":
		return "a condition in " + list
	}
	return list
}

// pair is a key and its value.
type pair struct {
	key   string
	at    *token.Token
	value ast.Node
}

// pairs returns the contents of a mapping in order, without the refused ones.
func (d *decoder) pairs(name string, n ast.Node) ([]pair, bool) {
	m, ok := n.(*ast.MappingNode)
	if !ok {
		d.refuse(start(n), Error{
			Message: fmt.Sprintf("%s is %s where keys and values are expected", name, called(n)),
			Hint:    cmp.Or(shapeHints[name], colonHint(n.GetToken().Value)),
		})
		return nil, false
	}
	seen := map[string]bool{}
	var pairs []pair
	for _, v := range m.Values {
		key, ok := v.Key.(*ast.StringNode)
		switch {
		case !ok:
			d.refuse(v.Key.GetToken(),
				Error{Message: fmt.Sprintf("%s is not a key", clip(v.Key.String())), Hint: "a key is a plain word"})
		case seen[key.Value]:
			d.refuse(key.GetToken(), Error{
				Message: fmt.Sprintf("duplicate key %q", clip(key.Value)),
				Hint:    "remove one of them",
			})
		default:
			seen[key.Value] = true
			pairs = append(pairs, pair{key.Value, key.GetToken(), v.Value})
		}
	}
	return pairs, true
}

// colonHint returns a hint for confidence:proven, which YAML reads as one text.
func colonHint(text string) string {
	if strings.Contains(text, ":") {
		return "a space is needed after the colon"
	}
	return ""
}

// fieldsOf returns the fields of a struct of the form by key.
func fieldsOf(t reflect.Type) map[string]reflect.StructField {
	fields := map[string]reflect.StructField{}
	for _, f := range reflect.VisibleFields(t) {
		if key := f.Tag.Get("yaml"); key != "" {
			fields[key] = f
		}
	}
	return fields
}

// keysOf returns the keys in the form's order.
func keysOf(fields map[string]reflect.StructField) []string {
	keys := make([]string, 0, len(fields))
	for key := range fields {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b string) int { return slices.Compare(fields[a].Index, fields[b].Index) })
	return keys
}

// start returns the token where a node begins; a block mapping begins at its first key.
func start(n ast.Node) *token.Token {
	switch n := n.(type) {
	case nil:
		return nil
	case *ast.MappingNode:
		if !n.IsFlowStyle && len(n.Values) > 0 {
			return n.Values[0].Key.GetToken()
		}
	}
	return n.GetToken()
}

// called returns the name of a kind of node in messages.
func called(n ast.Node) string {
	switch n.(type) {
	case *ast.MappingNode:
		return "a mapping"
	case *ast.SequenceNode:
		return "a list"
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return string(aNumber)
	case *ast.BoolNode:
		return string(aBool)
	}
	return string(aText)
}

package policyfile

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/policy"
)

// enum is a short list of words, each with the value that it stands for.
type enum[T any] struct {
	what   string                // completes "x is not" in a message
	words  []string              // in the order of messages and of the JSON Schema
	values []T                   // of the words
	hints  map[yamlScalar]string // for some that are refused
}

// enumOf returns an enum whose words are the texts of the values.
func enumOf[T any](what string, values ...T) enum[T] {
	e := enum[T]{what: what, values: values}
	for _, v := range values {
		e.words = append(e.words, fmt.Sprint(v))
	}
	return e
}

// switchOf returns an enum of two words, the first of which is true.
func switchOf(what, on, off string) enum[bool] {
	return enum[bool]{what: what, words: []string{on, off}, values: []bool{true, false}}
}

// hint returns the enum with a hint for words that it refuses.
func (e enum[T]) hint(text string, refused ...yamlScalar) enum[T] {
	hints := map[yamlScalar]string{}
	maps.Copy(hints, e.hints)
	for _, w := range refused {
		hints[w] = text
	}
	e.hints = hints
	return e
}

// read sets value to that of the word. The error has all words, and the most similar one.
func (e enum[T]) read(w yamlScalar, value *T) error {
	i := slices.Index(e.words, w.text)
	if i < 0 {
		wrong := notOneOf(w.text, e.what, e.words)
		wrong.Hint = cmp.Or(e.hints[w], wrong.Hint)
		return wrong
	}
	*value = e.values[i]
	return nil
}

// level is the least confidence that a file needs.
type level fingerprint.Confidence

// levels are the confidences that a rule can require, in ascending order.
var levels = enumOf("a confidence",
	fingerprint.Possible, fingerprint.Likely, fingerprint.Strong, fingerprint.Proven).
	hint("files of confidence none never reach a rule: they are always kept", yamlScalar{"none", aText})

func (l *level) read(w yamlScalar, _ ParseOptions) error {
	return levels.read(w, (*fingerprint.Confidence)(l))
}

// action is an action of a rule.
type action policy.Action

// actions are what a rule can do. Hold is not among them, because it is the effect of a time that has not come.
var actions = enumOf("something a rule can do", policy.Keep, policy.Review, policy.Trash).
	hint("trash moves a file to the storage's own trash; with a grace it is held until then",
		yamlScalar{"delete", aText}, yamlScalar{"remove", aText}, yamlScalar{"hold", aText})

func (a *action) read(w yamlScalar, _ ParseOptions) error {
	return actions.read(w, (*policy.Action)(a))
}

// product is a product that a picture names; unstated is a genuine picture that names none.
type product fingerprint.Product

// products are those that a picture can name, and unstated for a genuine picture that names none.
var products = enumOf("a product",
	fingerprint.ChatGPT, fingerprint.Sora, fingerprint.API, fingerprint.Labs, fingerprint.Unstated)

func (p *product) read(w yamlScalar, _ ParseOptions) error {
	return products.read(w, (*fingerprint.Product)(p))
}

// derived controls whether a rule matches pictures that were changed after they were made.
type derived string

// include matches both kinds, only matches pictures that were changed, and exclude matches the others.
const (
	include derived = "include"
	only    derived = "only"
	exclude derived = "exclude"
)

var deriveds = enumOf("a choice for derived files", include, only, exclude)

func (d *derived) read(w yamlScalar, _ ParseOptions) error { return deriveds.read(w, d) }

// ageBy is the event that an age is counted from.
type ageBy policy.AgeBy

// ageBys has no value for the default, which is the absence of the key.
var ageBys = enumOf("an age that sweepd knows",
	policy.ByMade, policy.ByModified, policy.ByCreated, policy.ByFirstSeen)

func (a *ageBy) read(w yamlScalar, _ ParseOptions) error { return ageBys.read(w, (*policy.AgeBy)(a)) }

// storageType is a kind of storage.
type storageType string

// storageTypes are the types of storageKinds, in their order.
var storageTypes = enumOf("a type of storage that this sweepd knows", types()...)

func (t *storageType) read(w yamlScalar, _ ParseOptions) error {
	return storageTypes.read(w, (*string)(t))
}

// guard controls whether a guard holds files. It is written as keep or off, because "git: false" could be read as a
// statement about Git.
type guard bool

// guards stand for true if the guard holds files.
var guards = switchOf("what a guard can do", "keep", "off").
	hint("write keep for a guard that holds files", yamlScalar{"true", aBool}).
	hint("write off for a guard that holds no file", yamlScalar{"false", aBool})

func (g *guard) read(w yamlScalar, _ ParseOptions) error { return guards.read(w, (*bool)(g)) }

// onOrOff stands for true if something is on.
var onOrOff = switchOf("on or off", "on", "off").
	hint("write on", yamlScalar{"true", aBool}).
	hint("write off", yamlScalar{"false", aBool})

// purging controls whether files are purged from a storage's trash.
type purging bool

func (p *purging) read(w yamlScalar, _ ParseOptions) error { return onOrOff.read(w, (*bool)(p)) }

// comparing controls whether pictures are compared by what they look like.
type comparing bool

func (c *comparing) read(w yamlScalar, _ ParseOptions) error { return onOrOff.read(w, (*bool)(c)) }

// asked is a service to which pictures are uploaded to be judged.
type asked string

var askeds = enumOf("a service that can be asked", policy.AskOpenAI).
	hint("leave ask out, and nothing is uploaded", yamlScalar{"off", aText}, yamlScalar{"false", aBool})

func (a *asked) read(w yamlScalar, _ ParseOptions) error { return askeds.read(w, (*string)(a)) }

// alwaysOn is a guard that cannot be disabled.
type alwaysOn guard

func (g *alwaysOn) read(w yamlScalar, _ ParseOptions) error {
	if w.text != "keep" {
		return &Error{
			Message: fmt.Sprintf("%q is not possible here", clip(w.text)), Allowed: []string{"keep"},
			Hint: "this guard cannot be disabled; remove the key",
		}
	}
	*g = true
	return nil
}

// mode controls what sweepd run may do by itself.
type mode policy.Mode

var modes = enumOf("a mode", policy.Report, policy.Enforce)

func (m *mode) read(w yamlScalar, _ ParseOptions) error { return modes.read(w, (*policy.Mode)(m)) }

// reload controls when sweepd run loads a changed file.
type reload policy.Reload

var reloads = enumOf("a way to reload", policy.Automatic, policy.Manual)

func (r *reload) read(w yamlScalar, _ ParseOptions) error {
	return reloads.read(w, (*policy.Reload)(r))
}

// event is a kind of event that messages report.
type event policy.Event

// events are those of policy.AllEvents.
var events = enumOf("something that is told", policy.AllEvents()...)

func (e *event) read(w yamlScalar, _ ParseOptions) error { return events.read(w, (*policy.Event)(e)) }

// names controls whether messages include names of files.
type names bool

// namings stand for true if messages include the names of files.
var namings = switchOf("what can be done with names", "show", "hide")

func (n *names) read(w yamlScalar, _ ParseOptions) error { return namings.read(w, (*bool)(n)) }

// Package secret holds words that must not be shown: tokens, client secrets,
// authorization codes. Whatever prints, logs or encodes a Text gets a
// placeholder; only Reveal gives the word itself, so that every place where a
// secret leaves the program can be found by that name.
//
// It does not keep secrets out of memory dumps: Go copies strings as it likes.
package secret

import (
	"crypto/subtle"
	"log/slog"
)

// hidden is what is shown in place of a secret.
const hidden = "[secret]"

// Text is a word that must not be shown. The zero Text is no secret at all.
//
// The word is behind a pointer because fmt shows the fields of a value that it
// finds in an unexported field without asking the value's String; a pointer to
// a string it shows as an address.
type Text struct{ word *string }

// New makes word a secret.
func New(word string) Text {
	if word == "" {
		return Text{}
	}
	return Text{&word}
}

// Reveal is the word itself, for the one who has to send or keep it.
func (t Text) Reveal() string {
	if t.word == nil {
		return ""
	}
	return *t.word
}

// Empty reports whether there is no word.
func (t Text) Empty() bool { return t.word == nil }

// Equal compares in a time that depends on the lengths alone.
func (t Text) Equal(other Text) bool {
	return subtle.ConstantTimeCompare([]byte(t.Reveal()), []byte(other.Reveal())) == 1
}

// String is a placeholder, for fmt's %s and %v.
func (t Text) String() string {
	if t.Empty() {
		return ""
	}
	return hidden
}

// GoString is a placeholder, for fmt's %#v.
func (t Text) GoString() string { return "secret.Text(" + t.String() + ")" }

// LogValue is a placeholder, for log/slog.
func (t Text) LogValue() slog.Value { return slog.StringValue(t.String()) }

// MarshalText is a placeholder, for encoders: who stores a secret says Reveal.
func (t Text) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

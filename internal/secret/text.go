// Package secret has a type for strings that must not be shown: tokens, client secrets, authorization codes.
// Everything that prints, logs or encodes a Text gets a placeholder. Only Reveal returns the string itself, so that a
// search for that name finds every place where a secret leaves the program.
//
// It does not keep secrets out of memory dumps: Go copies strings freely.
package secret

import (
	"crypto/subtle"
	"log/slog"
)

// hidden is shown in place of a secret.
const hidden = "[secret]"

// Text is a string that must not be shown. The zero Text has no secret.
//
// The string is behind a pointer, because fmt shows the fields of a value in an unexported field without calling the
// value's String method; it shows a pointer to a string as an address.
type Text struct{ word *string }

// New returns a Text with the secret; the zero Text if that is empty.
func New(word string) Text {
	if word == "" {
		return Text{}
	}
	return Text{&word}
}

// Reveal returns the secret itself, for a caller that has to send or store it.
func (t Text) Reveal() string {
	if t.word == nil {
		return ""
	}
	return *t.word
}

// Empty reports whether there is no secret.
func (t Text) Empty() bool { return t.word == nil }

// Equal reports whether both secrets are equal, in a time that depends on the lengths alone.
func (t Text) Equal(other Text) bool {
	return subtle.ConstantTimeCompare([]byte(t.Reveal()), []byte(other.Reveal())) == 1
}

// String returns a placeholder, for fmt's %s and %v.
func (t Text) String() string {
	if t.Empty() {
		return ""
	}
	return hidden
}

// GoString returns a placeholder, for fmt's %#v.
func (t Text) GoString() string { return "secret.Text(" + t.String() + ")" }

// LogValue returns a placeholder, for log/slog.
func (t Text) LogValue() slog.Value { return slog.StringValue(t.String()) }

// MarshalText returns a placeholder, for encoders: a caller that stores a secret uses Reveal.
func (t Text) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

package language

import "fmt"

// Message is a format with its arguments, as a Text. In JSON it is its English text, and a Message that was read from
// JSON is that text in all languages.
type Message struct {
	format string
	args   []any
}

// Messagef returns the Message of a format and its arguments.
func Messagef(format string, args ...any) Message { return Message{format, args} }

// Verbatim returns a Message that is the same in all languages.
func Verbatim(text string) Message { return Message{"%s", []any{text}} }

// IsZero reports whether m is no message at all.
func (m Message) IsZero() bool { return m.format == "" }

// String returns the English text.
func (m Message) String() string { return fmt.Sprintf(m.format, m.args...) }

// In returns the text in the Printer's language.
func (m Message) In(p Printer) string { return p.Sprintf(m.format, m.args...) }

// MarshalText returns the English text.
func (m Message) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText makes m the Verbatim of a text.
func (m *Message) UnmarshalText(text []byte) error {
	*m = Verbatim(string(text))
	return nil
}

// Phrase is an English text without arguments, as a Text: one that was stored, or that has to be a string. It stays
// English in a language that has no translation of it.
type Phrase string

// String returns the English text.
func (s Phrase) String() string { return string(s) }

// In returns the text in the Printer's language.
func (s Phrase) In(p Printer) string { return p.Text(string(s)) }

// English returns the English texts.
func English[T Text](texts []T) []string {
	if texts == nil {
		return nil
	}
	all := make([]string, len(texts))
	for i, t := range texts {
		all[i] = t.String()
	}
	return all
}

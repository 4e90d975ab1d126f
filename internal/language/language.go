// Package language writes the texts that people read, in English or in the language of their locale.
//
// The code has the English texts. A Printer of another language looks a format up in that language's catalog, which is
// a file in catalog: JSON with each English format and its translation. A text that has to be English in one place and
// in the user's language in another, such as the reason for a decision, is a Message: a format with its arguments.
//
// Numbers that a command takes again, times and dates are the same in all languages; Count, Number, Decimal and Size
// are not.
package language

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Printer writes texts in one language. The zero value writes English.
type Printer struct{ catalog *catalog }

// Text is a text that is not yet in any language. Its String is the English one.
type Text interface {
	fmt.Stringer
	// In returns the text in the Printer's language.
	In(p Printer) string
}

// Tag returns the language as a BCP 47 tag: "en", "de".
func (p Printer) Tag() string {
	if p.catalog == nil {
		return "en"
	}
	return p.catalog.Language
}

// Sprintf formats as fmt.Sprintf does. In another language than English it formats the translation of format, in which
// each Text among the arguments is in that language too. White space around the format is not a part of what is
// translated. A format that has no translation is used as it is.
func (p Printer) Sprintf(format string, args ...any) string {
	if p.catalog == nil {
		return fmt.Sprintf(format, args...)
	}
	head, id, tail := trimmed(format)
	return head + fmt.Sprintf(p.catalog.form(id, args), p.texts(args)...) + tail
}

// Text returns the translation of a text without verbs; the text itself if there is none.
func (p Printer) Text(english string) string {
	if p.catalog == nil {
		return english
	}
	head, id, tail := trimmed(english)
	return head + p.catalog.form(id, nil) + tail
}

// texts returns the arguments with each Text in the Printer's language.
func (p Printer) texts(args []any) []any {
	all := make([]any, len(args))
	for i, arg := range args {
		all[i] = arg
		if t, ok := arg.(Text); ok {
			all[i] = t.In(p)
		}
	}
	return all
}

// trimmed returns the format without the white space around it, and that before and after it.
func trimmed(format string) (head, id, tail string) {
	id = strings.TrimLeft(format, " \n")
	head = format[:len(format)-len(id)]
	id = strings.TrimRight(id, " \n")
	return head, id, format[len(head)+len(id):]
}

// Capital returns the text with its first letter in upper case, as at the beginning of a sentence.
func Capital(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	if first == utf8.RuneError {
		return text
	}
	return string(unicode.ToUpper(first)) + text[size:]
}

// Package event lists the events that the service logs, and keeps each of them on one line.
//
// An event is one call of a *slog.Logger. Its attribute event names its Kind, which determines its message, its levels,
// its fields and its MESSAGE_ID. The code that logs does not import this package: a test compares each call in the
// project with Kinds, and the table in docs/monitoring.md with both.
package event

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
)

// Key is the key of the attribute that names the event.
const Key = "event"

// Kind is one kind of event. Neither its name nor its MessageID ever changes its meaning. Alerts and saved searches of
// journald use MessageID, so a kind that goes away takes its ID with it, and a new one gets a new ID: journalctl
// --new-id128 makes one. Fields has every key that any call may have; a call need not have all.
type Kind struct {
	Name      string
	MessageID string       // MESSAGE_ID for journald: 32 hexadecimal digits
	Message   string       // the same for all records
	Levels    []slog.Level // the possible ones, the usual one first
	Fields    []string     // the keys of the possible attributes, in addition to Key
	Do        string       // what happened, if Message does not say it, and what the user can do; Markdown
}

// MessageID returns the MESSAGE_ID of the event of that name; "" if there is none. The handler of internal/systemd
// calls it for each record.
func MessageID(name string) string {
	all := Kinds()
	if i := slices.IndexFunc(all, func(k Kind) bool { return k.Name == name }); i >= 0 {
		return all[i].MessageID
	}
	return ""
}

// OneLine is a ReplaceAttr of slog.HandlerOptions. It replaces errors by Line, and line breaks in text by "; ". A log
// that is read line by line, as by grep or a collector, would otherwise take the second line of an error for another
// event. Other values stay as they are.
func OneLine(_ []string, a slog.Attr) slog.Attr {
	switch v := a.Value; v.Kind() {
	case slog.KindString:
		a.Value = slog.StringValue(joined(v.String()))
	case slog.KindAny:
		if err, ok := v.Any().(error); ok {
			a.Value = slog.StringValue(Line(err))
		}
	}
	return a
}

// brief is an error whose whole text is too long for a log: a mistake in a policy file quotes the file.
type brief interface {
	error
	Brief() string // on one line
}

// Line returns the text of an error on one line. If the error has errors with a method Brief, it is the text of the
// first of them, and the number of the others. The text of a mistake in a policy has an excerpt of the file over
// several lines, which sweepd check shows better.
func Line(err error) string {
	first, ok := errors.AsType[brief](err)
	if !ok {
		return joined(err.Error())
	}
	if more := briefs(err) - 1; more > 0 {
		return fmt.Sprintf("%s (and %d more)", first.Brief(), more)
	}
	return first.Brief()
}

// briefs returns the number of errors with a method Brief in a tree of errors. It does not look inside an error that
// has the method.
func briefs(err error) (n int) {
	switch e := err.(type) {
	case brief:
		return 1
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			n += briefs(inner)
		}
	case interface{ Unwrap() error }:
		n = briefs(e.Unwrap())
	}
	return n
}

// breaks are the characters that end a line, somewhere. The last three are those of Unicode (UAX #14, classes BK and
// NL), on which some collectors break.
const breaks = "\n\r\v\f\u0085\u2028\u2029"

// joined returns a text without line breaks.
func joined(text string) string {
	if !strings.ContainsAny(text, breaks) {
		return text
	}
	lines := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(breaks, r) })
	for i, line := range lines {
		lines[i] = strings.TrimSpace(line)
	}
	return strings.Join(slices.DeleteFunc(lines, func(line string) bool { return line == "" }), "; ")
}

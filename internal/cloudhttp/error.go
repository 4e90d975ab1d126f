package cloudhttp

import (
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode"
)

// Error is a call that failed.
type Error struct {
	Kind   Kind
	Status int       // of the answer; 0 without one
	Reason string    // the service's own word
	Text   string    // what the service says to people
	Until  time.Time // Exhausted: when it is worth asking again; zero: not known

	// Unsure: the call was to change something, and this answer, or the lack
	// of one to it or to an earlier try of it, leaves open whether it did. The
	// error is then ErrUnknownOutcome too.
	Unsure bool

	Budget bool   // it was not repeated because too much had been: ErrBudget
	Call   string // what was called, as Options.Name has it
	ID     string // the service's id of the request, to ask its support about
	Err    error  // why there is no answer; nil with one

	after time.Duration // what the service asked to wait, 0 if nothing
}

func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", e.Call, e.Kind)
	if e.Status != 0 {
		fmt.Fprintf(&b, " (%d", e.Status)
		if e.Reason != "" {
			b.WriteString(" " + e.Reason)
		}
		b.WriteString(")")
	}
	if !e.Until.IsZero() {
		fmt.Fprintf(&b, " until %s", e.Until.UTC().Format(time.RFC3339))
	}
	if e.Text != "" {
		b.WriteString(": " + e.Text)
	}
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	if e.Budget {
		fmt.Fprintf(&b, "; %s in this run", ErrBudget)
	}
	if e.Unsure {
		fmt.Fprintf(&b, "; %s", ErrUnknownOutcome)
	}
	return b.String()
}

// Unwrap gives the kinds that e is of, and what caused it.
func (e *Error) Unwrap() []error {
	all := []error{e.Kind}
	if e.Unsure {
		all = append(all, ErrUnknownOutcome)
	}
	if e.Budget {
		all = append(all, ErrBudget)
	}
	if e.Err != nil {
		all = append(all, e.Err)
	}
	return all
}

// Cause is err without the method and the address that http.Client puts before
// it: an *Error says what was called, and an address is nothing for a person.
func Cause(err error) error {
	if u, ok := err.(*url.Error); ok {
		return u.Err
	}
	return err
}

// Answered is a client library's answer with the Cause of its error: around each
// call that one makes.
func Answered[T any](v T, err error) (T, error) { return v, Cause(err) }

// line makes what a service wrote one line of at most 300 bytes that does
// nothing to a terminal.
func line(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsGraphic(r) && !unicode.Is(unicode.Cf, r) {
			return r
		}
		return ' '
	}, strings.ToValidUTF8(text, " "))
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > 300 {
		text = strings.ToValidUTF8(text[:300], "") + "..."
	}
	return text
}

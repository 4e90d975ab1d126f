package cloudhttp

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"
)

// Error is a call that failed. For errors.Is it is its Kind, and ErrUnknownOutcome, ErrBudget and its cause if it
// has them. Reason and Text are one line each, without control characters, as a service's text may be anything.
type Error struct {
	Kind   Kind
	Status int       // of the answer; 0 if there is none
	Reason string    // the service's own code
	Text   string    // the service's message for users
	Until  time.Time // Exhausted: when a call may succeed again; zero: not known

	// Unsure: the call was to change something, and it is not known whether it did, because of this answer, or the
	// lack of an answer, to this try or an earlier one. The error is then ErrUnknownOutcome too.
	Unsure bool

	Budget bool   // it was not repeated because too many calls had been: ErrBudget
	Call   string // the name of the call, by Options.Name
	ID     string // the service's id of the request, for its support
	Err    error  // why there is no answer; nil if there is one

	after time.Duration // how long the service asked to wait, 0 if it did not
}

// Error returns the call, the kind, the status with the service's code, and then all else that is known, on one
// line.
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

// Unwrap returns the kinds of e, and its cause.
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

// Cause returns err without the method and the address that http.Client adds: an *Error names the call, and the
// address is of no use to the user.
func Cause(err error) error {
	if u, ok := err.(*url.Error); ok {
		return u.Err
	}
	return err
}

// PastEnd reports whether a call asked for a range that is beyond the end of the file: status 416 (RFC 9110, 15.5.17).
func PastEnd(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Status == http.StatusRequestedRangeNotSatisfiable
}

// Answered returns a client library's answer, with the Cause of its error. Every call through such a library is
// wrapped in it.
func Answered[T any](v T, err error) (T, error) { return v, Cause(err) }

// line returns a service's text as one line of at most 300 bytes, without characters that control a terminal.
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

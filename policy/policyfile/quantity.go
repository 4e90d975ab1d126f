package policyfile

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/dustin/go-humanize"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/policy"
)

// yamlScalar is one scalar with its text and its kind in YAML.
type yamlScalar struct {
	text string
	kind kind
}

// kind is a scalar's kind, by its name in messages.
type kind string

// The kinds. Only values that are written without quotes are numbers or booleans.
const (
	aText   kind = "a text"
	aNumber kind = "a number"
	aBool   kind = "true or false"
)

// surge is a factor, or off, which is zero.
type surge int

// surgeForm admits no sign, no fraction and no form such as 1e3. read also checks the bounds.
var surgeForm = lazily(`^[1-9]\d{0,3}$`)

func (s *surge) read(w yamlScalar, _ ParseOptions) error {
	if w.text == "off" {
		return nil
	}
	n, _ := strconv.Atoi(w.text)
	if w.kind != aNumber || !surgeForm().MatchString(w.text) || n < 2 || n > 1000 {
		return &Error{
			Message: fmt.Sprintf("%q is not a whole number from 2 to 1000", clip(w.text)),
			Hint:    "write how many times the usual is too much, as in 10 without quotes; or off",
		}
	}
	*s = surge(n)
	return nil
}

// size is a number of bytes, more than zero. Decimal units (MB) and binary ones (MiB) differ, as in the standard IEC
// 80000-13.
type size int64

// sizeForm is narrower than humanize.ParseBytes, which also accepts a size without a unit, any case, and commas.
var sizeForm = lazily(`^\d{1,15}(\.\d{1,6})? ?([kKMGT]i?)?B$`)

const sizeHint = "write a number and a unit, as in 500 kB, 5GB or 500 MiB"

func (s *size) read(w yamlScalar, _ ParseOptions) error {
	if w.kind == aNumber {
		return &Error{Message: fmt.Sprintf("%q has no unit", clip(w.text)), Hint: sizeHint}
	}
	n, err := humanize.ParseBytes(w.text)
	if err != nil || !sizeForm().MatchString(w.text) || n == 0 || n > math.MaxInt64 {
		return &Error{Message: fmt.Sprintf("%q is not a size", clip(w.text)), Hint: sizeHint}
	}
	*s = size(n)
	return nil
}

func (s size) String() string { return language.ExactSize(s).String() }

// percent is a share, more than 0 and at most 1.
type percent float64

// percentForm matches a number and a percent sign without a space between them.
var percentForm = lazily(`^\d{1,3}(\.\d{1,6})?%$`)

func (p *percent) read(w yamlScalar, _ ParseOptions) error {
	f, err := strconv.ParseFloat(strings.TrimSuffix(w.text, "%"), 64)
	if err != nil || !percentForm().MatchString(w.text) || f <= 0 || f > 100 {
		return &Error{
			Message: fmt.Sprintf("%q is not a share", clip(w.text)),
			Hint:    "write more than 0% and at most 100%, as in 50%",
		}
	}
	*p = percent(f / 100)
	return nil
}

// number is a whole number, at least 1.
type number int

// numberForm matches at most nine digits, so that strconv.Atoi never returns an error.
var numberForm = lazily(`^[1-9]\d{0,8}$`)

func (n *number) read(w yamlScalar, _ ParseOptions) error {
	if w.kind != aNumber || !numberForm().MatchString(w.text) {
		return &Error{
			Message: fmt.Sprintf("%q is not a whole number of at least 1", clip(w.text)),
			Hint:    "use digits only, e.g. 500; limits cannot be disabled",
		}
	}
	v, _ := strconv.Atoi(w.text) // numberForm admits digits only
	*n = number(v)
	return nil
}

// version is the version of the format; only 1 exists.
type version int

func (v *version) read(w yamlScalar, _ ParseOptions) error {
	switch {
	case w.kind != aNumber:
		return &Error{Message: fmt.Sprintf("%q is not a number", clip(w.text)), Hint: "write version: 1"}
	case w.text != "1":
		return &Error{Message: fmt.Sprintf("%s is not supported", clip(w.text)), Hint: "this sweepd reads version: 1"}
	}
	*v = Version
	return nil
}

// boolean is true or false. YAML 1.1's yes and on are refused.
type boolean bool

func (b *boolean) read(w yamlScalar, _ ParseOptions) error {
	switch aWord := w.text == "true" || w.text == "false"; {
	case aWord && w.kind == aText:
		return &Error{Message: fmt.Sprintf("%q is a text", w.text), Hint: "write " + w.text + " without quotes"}
	case !aWord || w.kind != aBool:
		return notOneOf(w.text, "true or false", []string{"true", "false"})
	}
	*b = w.text == "true"
	return nil
}

// comparison is a comparison of pixels: 1024 exactly, or ">=1024", "<=1024", ">1024", "<1024".
type comparison policy.Pixels

// comparisonForm has two groups: the operator, if there is one, and the number, which has at most nine digits.
var comparisonForm = lazily(`^(>=|<=|>|<)? ?([1-9]\d{0,8})$`)

func (c *comparison) read(w yamlScalar, _ ParseOptions) error {
	m := comparisonForm().FindStringSubmatch(w.text)
	if m == nil || (w.kind == aNumber) != (m[1] == "") {
		return &Error{
			Message: fmt.Sprintf("%q is not a number of pixels", clip(w.text)),
			Hint:    `write 1024, ">=1024", "<=1024", ">1024" or "<1024" (with the quotes)`,
		}
	}
	c.Op = m[1]
	c.N, _ = strconv.Atoi(m[2]) // comparisonForm admits digits only
	return nil
}

// lazily returns a function that compiles the expression when it is first called. Together they took a fifth of the
// time in which the program starts, and most runs need few of them.
func lazily(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}

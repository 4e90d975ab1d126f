package policy

import (
	"errors"
	"time"
)

// ParseDuration reads a duration as a policy writes it: 30d, 2w, 1d12h.
func ParseDuration(text string) (time.Duration, error) {
	var d duration
	err := d.read(word{text: text, kind: aText}, ParseOptions{})
	if e, ok := errors.AsType[*Error](err); ok {
		return 0, errors.New(e.Message)
	}
	return time.Duration(d), err
}

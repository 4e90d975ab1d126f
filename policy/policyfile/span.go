package policyfile

import (
	"errors"
	"time"
)

// ParseDuration returns the duration in the notation of a policy: 30d, 2w, 1d12h.
func ParseDuration(text string) (time.Duration, error) {
	var d duration
	err := d.read(yamlScalar{text: text, kind: aText}, ParseOptions{})
	if e, ok := errors.AsType[*Error](err); ok {
		return 0, errors.New(e.Message)
	}
	return time.Duration(d), err
}

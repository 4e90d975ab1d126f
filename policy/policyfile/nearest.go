package policyfile

import "strings"

// Nearest returns the name that is most similar to a mistyped one, regardless of case, or "" if none is similar.
func Nearest(name string, of []string) string {
	best, most := "", 1+len(name)/4
	for _, other := range of {
		if d := distance(strings.ToLower(name), strings.ToLower(other)); d <= most {
			best, most = other, d-1
		}
	}
	return best
}

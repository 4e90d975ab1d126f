package policy

import "strings"

// Nearest is the one of these names to which a mistyped one is nearest, by its
// letters in either case; "" when none is near.
func Nearest(name string, of []string) string {
	best, most := "", 1+len(name)/4
	for _, other := range of {
		if d := distance(strings.ToLower(name), strings.ToLower(other)); d <= most {
			best, most = other, d-1
		}
	}
	return best
}

package policy

// truth is one of Kleene's three truth values, ordered so that "and" is the minimum and "or" the maximum.
type truth uint8

// The values. Their order matters: see truth.
const (
	no truth = iota
	unknown
	yes
)

// truthOf returns the value of a known fact.
func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

// not returns the negation. The negation of unknown is unknown.
func (t truth) not() truth { return yes - t }

// String returns "no", "unknown" or "yes", as in Check.Holds.
func (t truth) String() string { return [...]string{"no", "unknown", "yes"}[t] }

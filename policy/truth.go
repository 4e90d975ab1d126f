package policy

// truth is how far a condition holds: Kleene's three values, in an order that
// makes "and" the least and "or" the greatest.
type truth uint8

const (
	no truth = iota
	unknown
	yes
)

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

func (t truth) not() truth { return yes - t }

func (t truth) String() string { return [...]string{"no", "unknown", "yes"}[t] }

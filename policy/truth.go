package policy

// truth is one of Kleene's three truth values, ordered so that "and" is the minimum and "or" the maximum.
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

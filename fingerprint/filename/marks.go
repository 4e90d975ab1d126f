package filename

// marks is a fast filter for names that belong to no family: a matching name contains one of the marks, in any case
// of their ASCII letters. Marks are indexed by first byte, so that most bytes of a name cost one look-up.
type marks [256][]string

// newMarks returns the filter for these marks, which must be in lower case and not empty.
func newMarks(words []string) marks {
	var m marks
	for _, w := range words {
		m[w[0]] = append(m[w[0]], w)
		if upper := w[0] - 'a' + 'A'; 'a' <= w[0] && w[0] <= 'z' {
			m[upper] = append(m[upper], w)
		}
	}
	return m
}

// in reports whether name contains a mark.
func (m *marks) in(name string) bool {
	for i := range len(name) {
		for _, w := range m[name[i]] {
			if hasPrefixFold(name[i:], w) {
				return true
			}
		}
	}
	return false
}

// hasPrefixFold reports whether s begins with the lower-case prefix.
func hasPrefixFold(s, prefix string) bool {
	if len(s) < len(prefix) {
		return false
	}
	for i := range len(prefix) {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != prefix[i] {
			return false
		}
	}
	return true
}

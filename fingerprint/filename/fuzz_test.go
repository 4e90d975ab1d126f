package filename

import "testing"

// FuzzMatch checks that a name of any bytes is matched without a panic and always with the same result. A matched
// name contains a mark and is not too long.
func FuzzMatch(f *testing.F) {
	for _, name := range []string{
		"", "%", "%%%", "ChatGPT Image .png", "DALL\xff\xfeE 2024-05-14 13.30.04.webp", "chatgpt%20image%2",
		"ChatGPT Image Apr 2, 2026, 10_32_11\u202fAM.png", "file_0000\x00",
		"ChatGPT Image " + "9_9_9_9_9_9_9_9_9_9_9_9_9_9_9_9_9_9_9_9",
	} {
		f.Add(name)
	}
	m := New()
	f.Fuzz(func(t *testing.T, name string) {
		first, ok := m.Match(name)
		if again, okAgain := m.Match(name); again != first || okAgain != ok {
			t.Errorf("%q: %+v, then %+v", name, first, again)
		}
		if ok && (len(name) > maxName || !m.marks.in(name) || first.Family == "") {
			t.Errorf("%q must be of no family: %+v", name, first)
		}
	})
}

package filename

import "testing"

func TestNormaliseMakesOneFormOfANamesVariants(t *testing.T) {
	for _, c := range []struct{ why, name, want string }{
		{"plain stays", "ChatGPT Image Apr 2, 2026, 10_32_11 AM.png", "ChatGPT Image Apr 2, 2026, 10_32_11 AM.png"},
		{"percent-encoding", "DALL%C2%B7E%202024.png", "DALL·E 2024.png"},
		{"half a triplet stays", "10%2C 5%2", "10, 5%2"},
		{"a percent sign stays", "100% sure.png", "100% sure.png"},
		{"no UTF-8 comes out: all stays", "a%FFb%20c", "a%FFb%20c"},
		{"macOS decomposes", "A\u0309nh ChatGPT", "Ảnh ChatGPT"},
		{"narrow no-break space", "10_32_11\u202fAM", "10_32_11 AM"},
		{"direction marks", "\u200f2\u200e/4", "2/4"},
		{"Arabic-Indic digits", "٢٠٢٥", "2025"},
		{"Devanagari and mathematical digits", "२०𝟚𝟝", "2025"},
		{"colons' look-alikes", "10꞉32：11", "10:32:11"},
	} {
		if got := normalise(c.name); got != c.want {
			t.Errorf("%s: %q becomes %q, want %q", c.why, c.name, got, c.want)
		}
	}
}

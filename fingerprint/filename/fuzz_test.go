package filename

import "testing"

// FuzzMatch checks that a name of any bytes is matched without a panic and always with the same result. A matched
// name contains a mark and is not too long, and only such a name has a time.
func FuzzMatch(f *testing.F) {
	for _, name := range []string{
		"", "%", "%%%", "ChatGPT Image .png", "DALL\xff\xfeE 2024-05-14 13.30.04.webp", "chatgpt%20image%2",
		"ChatGPT Image Apr 2, 2026, 10_32_11\u202fAM.png", "file_0000\x00",
		"ChatGPT Image " + "9_9_9_9_9_9_9_9_9_9_9_9_9_9_9_9_9_9_9_9",
		"Copy of 20250903_1617_Harbour_remix_01k47jzkxqee89es89k19181gw (copy).png",
		"ChatGPT-kuva 31. helmik. 2569 klo 10.32.11 (4. kopio).png", "ChatGPT Image 12_32_11 AM 10_10_1447.png",
		"DALL·E 2022-99-99 08.58.24 - a harbour.png", "Codex 2026年13月40日 下午12_32_60.png",
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
		if at, dated := m.Latest(name); dated && (!ok || at.Year() < 1400 || at.Year() > 2100) {
			t.Errorf("%q: %v is no time of a download", name, at)
		}
	})
}

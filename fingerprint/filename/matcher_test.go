package filename

import (
	"bufio"
	"os"
	"strings"
	"testing"
	"time"
)

// lines returns the tab-separated lines of a file without its comments.
func lines(t *testing.T, path string) [][]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all [][]string
	for s := bufio.NewScanner(f); s.Scan(); {
		if line := s.Text(); line != "" && !strings.HasPrefix(line, "#") {
			all = append(all, strings.Split(line, "\t"))
		}
	}
	return all
}

func TestEveryNameBelongsToItsFamily(t *testing.T) {
	m := New()
	for _, line := range lines(t, "testdata/names.tsv") {
		want, name := line[0], line[1]
		got, ok := m.Match(name)
		if !ok {
			got.Family = "-"
		}
		if got.Family != want {
			t.Errorf("%q is of family %s, want %s", name, got.Family, want)
		}
	}
}

func TestEveryPrefixWithEveryShapeOfStampTells(t *testing.T) {
	stamps := []string{
		"Apr 2, 2026, 10_32_11 AM", "12 Sept 2026, 23_59_59", "24. Sept. 2026, 11_08_41", "28 sept 2026, 12_53_24 p.m.",
		"2026年9月25日 15_44_09", "2026년 9월 28일 오후 02_13_32", "20_51_07 17 thg 3, 2026", "26 Sep 2026, 14.52.27",
		"Sep 12, 2025 at 08_35_11 PM", "28 ก.ค. 2569 21_07_11", "٢ أبريل ٢٠٢٦، ١٠_٣٢_١١ ص",
	}
	n, err := parse(builtin)
	if err != nil {
		t.Fatal(err)
	}
	m := New()
	for _, p := range n.Prefixes {
		for _, stamp := range stamps {
			for _, tail := range []string{".png", " (1).png", "-2.webp", " - Copy.jpeg", " copy 3.avif", ".JPG"} {
				name := p.Prefix + " " + stamp + tail
				got, _ := m.Match(name)
				if want := (Match{Family: "chatgpt", Product: "chatgpt", Untouched: true, Telling: true}); got != want {
					t.Errorf("%q: %+v, want %+v", name, got, want)
				}
			}
		}
	}
}

func TestAClockMustShowATimeOfDay(t *testing.T) {
	m := New()
	for _, clock := range []string{"24_00_00", "10_60_00", "10_00_61", "99_99_99"} {
		for _, name := range []string{
			"ChatGPT Image Apr 2, 2026, " + clock + " AM.png",
			"ChatGPT Image " + clock + " 2 thg 4, 2026.png",
			"DALL·E 2024-05-14 " + strings.ReplaceAll(clock, "_", ".") + ".webp",
		} {
			if got, ok := m.Match(name); ok && (got.Telling || got.Untouched) {
				t.Errorf("%q passes for a download name: %+v", name, got)
			}
		}
	}
}

func TestNoFamilyIsBothUntouchedAndDerived(t *testing.T) {
	for _, f := range New().families {
		if f.match.Untouched && f.match.Derived || f.match.Telling && !f.match.Untouched {
			t.Errorf("family %s contradicts itself: %+v", f.match.Family, f.match)
		}
	}
}

func TestEveryPatternCompilesAndImpliesOneOfItsMarks(t *testing.T) {
	m := New()
	met := map[string]bool{}
	for _, line := range lines(t, "testdata/names.tsv") {
		name := normalise(line[1])
		for _, f := range m.families {
			if !f.pattern().MatchString(name) || containsAny(strings.ToLower(name), m.stop) {
				continue
			}
			met[f.match.Family] = true
			if !m.marks.in(line[1]) || !containsAny(strings.ToLower(name), f.marks) {
				t.Errorf("%q is of family %s but has none of its marks %q", line[1], f.match.Family, f.marks)
			}
		}
	}
	for _, f := range m.families {
		if !met[f.match.Family] {
			t.Errorf("no name in testdata/names.tsv is of family %s", f.match.Family)
		}
	}
}

// original looks no further at a name that has neither.
func TestEachPhraseOfACopyHasASpaceOrALetterBeyondASCII(t *testing.T) {
	for _, phrase := range dataLines(copiesText) {
		if text := normalise(phrase); ascii(text) && !strings.Contains(text, " ") {
			t.Errorf("%q has neither", phrase)
		}
	}
}

func TestPrefixesSayWhenTheyWereFirstSeenAndWhere(t *testing.T) {
	n, err := parse(builtin)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range n.Prefixes {
		if _, err := time.Parse(time.DateOnly, p.Since); err != nil || p.Locale == "" || p.Source == "" {
			t.Errorf("prefix %q: since %q, locale %q, source %q", p.Prefix, p.Since, p.Locale, p.Source)
		}
	}
}

func TestAnOverlongNameIsNoDownloadName(t *testing.T) {
	name := "DALL·E 2024-05-14 13.30.04 - " + strings.Repeat("x", maxName) + ".webp"
	if got, ok := New().Match(name); ok {
		t.Errorf("a name of %d bytes is of family %s", len(name), got.Family)
	}
}

func TestAnOrdinaryNameAllocatesNothing(t *testing.T) {
	m := New()
	for _, name := range []string{"IMG_20250402_103211.jpg", "Ferien am Meer (3).png", "竹林 (5).png", ""} {
		if n := testing.AllocsPerRun(100, func() { m.Match(name) }); n != 0 {
			t.Errorf("%q: %v allocations, want none", name, n)
		}
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		New()
	}
}

func BenchmarkOrdinaryName(b *testing.B) {
	m := New()
	b.ReportAllocs()
	for b.Loop() {
		m.Match("IMG_20250402_103211_holiday.jpg")
	}
}

func BenchmarkDownloadName(b *testing.B) {
	m := New()
	b.ReportAllocs()
	for b.Loop() {
		m.Match("ChatGPT Image 2025年11月24日 下午11_33_25.png")
	}
}

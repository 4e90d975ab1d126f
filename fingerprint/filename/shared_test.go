package filename

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
)

// shared returns the folder of real names beside the repository.
func shared(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("SWEEPD_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	if _, err := os.Stat(filepath.Join(dir, "names")); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("no collected names: %v", err)
		}
		t.Skipf("no collected names: %v", err)
	}
	return filepath.Join(dir, "names")
}

func TestCollectedNames(t *testing.T) {
	m, dir := New(), shared(t)
	for _, set := range []string{"positive.txt", "negative.txt", "ambiguous.txt"} {
		var telling, loose, none int
		for _, line := range lines(t, filepath.Join(dir, set)) {
			got, ok := m.Match(line[0])
			switch {
			case ok && got.Telling:
				telling++
			case ok:
				loose++
			default:
				none++
			}
			if set == "positive.txt" && !ok {
				t.Errorf("a real download name is of no family: %q", line[0])
			}
			if set != "positive.txt" && (got.Telling || got.Untouched) {
				t.Errorf("a look-alike passes for a download name: %q, family %s", line[0], got.Family)
			}
		}
		t.Logf("%-13s telling %3d, loose or derived %3d, none %3d", set, telling, loose, none)
	}
}

// The dates are those that a browser writes in each of 163 locales. In these few, matching would need a table; no
// real file in one of them is known.
const beyond = " yo om ti gv ar-IQ ps sd so ckb "

func TestGeneratedDatesOfEveryLocaleTell(t *testing.T) {
	m, dir := New(), shared(t)
	tell, all := 0, 0
	for _, line := range lines(t, filepath.Join(dir, "locales.tsv")) {
		for _, prefix := range []string{"ChatGPT Image ", "Изображение ChatGPT "} {
			for _, tail := range []string{".png", " (2).png", "-1.png", ".webp", " - Copy.png"} {
				for _, form := range []norm.Form{norm.NFC, norm.NFD} {
					name := form.String(prefix + line[1] + tail)
					got, ok := m.Match(name)
					all++
					if got.Telling {
						tell++
					} else if !strings.Contains(beyond, " "+line[0]+" ") {
						t.Errorf("%s: %q tells nothing (family %q, %v)", line[0], name, got.Family, ok)
					}
				}
			}
		}
	}
	t.Logf("%d of %d tell", tell, all)
}

package archtest

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"
	"unicode/utf8"
)

// maxColumns is the longest line of a Go file, where a tab takes four columns.
const maxColumns = 120

func TestNoLineIsLongerThanAPageIsWide(t *testing.T) {
	t.Parallel()
	list := exec.Command("git", "ls-files", "*.go")
	list.Dir = "../../.."
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	files := strings.Fields(string(out))
	if len(files) < 500 {
		t.Fatalf("found %d Go files", len(files))
	}
	for _, file := range files {
		text, err := os.ReadFile("../../../" + file)
		if os.IsNotExist(err) {
			continue // deleted, and not committed yet
		} else if err != nil {
			t.Fatal(err)
		}
		n := 0
		for line := range bytes.Lines(text) {
			n++
			line = bytes.TrimRight(line, "\n")
			if columns := utf8.RuneCount(line) + 3*bytes.Count(line, []byte("\t")); columns > maxColumns {
				t.Errorf("%s:%d has %d columns, want at most %d", file, n, columns, maxColumns)
			}
		}
	}
}

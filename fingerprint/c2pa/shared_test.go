package c2pa

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// picture is a row of the collected images' list.
type picture struct {
	label, path, signer, note string
}

// shared is the list of collected images beside the repository, and their
// folder.
func shared(tb testing.TB) (string, []picture) {
	tb.Helper()
	dir := os.Getenv("SWEEPD_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	dir = filepath.Join(dir, "images")
	b, err := os.ReadFile(filepath.Join(dir, "MANIFEST.csv"))
	if err != nil {
		if os.Getenv("CI") == "true" {
			tb.Fatalf("no collected images: %v", err)
		}
		tb.Skipf("no collected images: %v", err)
	}
	rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		tb.Fatal(err)
	}
	var list []picture
	for _, r := range rows[1:] {
		list = append(list, picture{label: r[0], path: r[1], signer: r[9], note: r[11]})
	}
	return dir, list
}

// genuine is what an independent check found: signed by OpenAI, untouched.
func (p picture) genuine() bool {
	return strings.Contains(p.signer, "OpenAI") && strings.Contains(p.note, "sig=True datahash=ok")
}

func mediaType(b []byte) string {
	switch {
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		return "image/png"
	case bytes.HasPrefix(b, []byte("\xff\xd8\xff")):
		return "image/jpeg"
	case len(b) > 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP":
		return "image/webp"
	}
	return ""
}

func TestCollectedImages(t *testing.T) {
	dir, list := shared(t)
	v := New(BuiltIn())
	count := map[string]int{}
	for _, p := range list {
		b, err := os.ReadFile(filepath.Join(dir, p.path))
		if err != nil {
			t.Fatal(err)
		}
		c, err := v.Read(bytes.NewReader(b), int64(len(b)), mediaType(b))
		if err != nil {
			t.Errorf("%s: %v", p.path, err)
			continue
		}
		got := "none"
		if c != nil {
			got = c.Class.String()
		}
		count[strings.SplitN(p.path, "/", 2)[0]+" "+p.label+" "+got]++
		if want := p.genuine(); want != (got == "verified") {
			t.Errorf("%s: got %s, want verified %v: %+v", p.path, got, want, c)
		}
	}
	for k, n := range count {
		t.Logf("%3d %s", n, k)
	}
}

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

// images returns the folder of collected images beside the repository and their list, which is empty if there is
// none.
func images() (string, []picture) {
	dir := os.Getenv("SWEEPD_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	dir = filepath.Join(dir, "images")
	b, err := os.ReadFile(filepath.Join(dir, "MANIFEST.csv"))
	if err != nil {
		return dir, nil
	}
	rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		return dir, nil
	}
	var list []picture
	for _, r := range rows[1:] {
		list = append(list, picture{label: r[0], path: r[1], signer: r[9], note: r[11]})
	}
	return dir, list
}

// shared is like images, for a test that needs them.
func shared(tb testing.TB) (string, []picture) {
	tb.Helper()
	dir, list := images()
	if list == nil {
		if os.Getenv("CI") == "true" {
			tb.Fatal("no collected images")
		}
		tb.Skip("no collected images")
	}
	return dir, list
}

// genuine reports whether an independent check found that OpenAI signed the picture and it is unchanged.
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
	case len(b) > 12 && string(b[4:8]) == "ftyp":
		switch string(b[8:12]) {
		case "avif":
			return "image/avif"
		case "heic":
			return "image/heic"
		case "isom":
			return "video/mp4"
		}
	}
	return ""
}

func TestCollectedImagesAreVerifiedExactlyWhereAnIndependentCheckSaysSo(t *testing.T) {
	dir, list := shared(t)
	v := New(BuiltIn())
	count := map[string]int{}
	for _, p := range list {
		b, err := os.ReadFile(filepath.Join(dir, p.path))
		if err != nil {
			t.Fatal(err)
		}
		c := read(t, v, b)
		got, why := class(c)
		count[got]++
		if want := p.genuine(); want != (got == "verified") {
			t.Errorf("%s: got %s (%s), want verified: %v", p.path, got, why, want)
		}
		if c != nil && c.Class == Verified && c.Time.Answer != Yes && !c.Pinned {
			t.Errorf("%s: got %s of a leaf that is not listed", p.path, c.Time.Why)
		}
		if changed := strings.HasPrefix(p.label, "syn-transplant") ||
			strings.HasPrefix(p.label, "syn-truncated"); changed && (got != "broken" || !c.MentionsOpenAI) {
			t.Errorf("%s: got %s (%s), want broken, OpenAI-looking", p.path, got, why)
		}
	}
	if count["verified"] == 0 || count["other"] == 0 || count["broken"] == 0 || count["none"] == 0 {
		t.Errorf("got %v, want some of each", count)
	}
	t.Log(count)
}

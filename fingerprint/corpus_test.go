package fingerprint

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// picture is one line of the collection's manifest.
type picture struct{ label, path string }

// corpus returns the collection of real images beside the repository.
func corpus(t *testing.T) (dir string, pictures []picture) {
	t.Helper()
	dir = os.Getenv("SWEEPD_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared")
	}
	dir = filepath.Join(dir, "images")
	f, err := os.Open(filepath.Join(dir, "MANIFEST.csv"))
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("no collected images: %v", err)
		}
		t.Skipf("no collected images: %v", err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines[1:] {
		pictures = append(pictures, picture{label: line[0], path: line[1]})
	}
	return dir, pictures
}

func examined(t *testing.T, c *Classifier, path string) Verdict {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	v, err := c.Classify(File{Name: filepath.Base(path), Size: st.Size(), Bytes: f})
	if err != nil {
		t.Errorf("%s: %v", path, err)
	}
	return v
}

// span is the range of levels that a label may get.
type span struct{ least, most Confidence }

// expected is keyed by label. All other labels are negatives, which must not exceed possible.
var expected = map[string]span{
	"chatgpt":          {Proven, Proven},
	"dalle3-chatgpt":   {Proven, Proven},
	"chatgpt-file-id":  {Proven, Proven},
	"chatgpt-renamed":  {Proven, Proven},
	"chatgpt-stripped": {Likely, Likely},
	"dalle3-stripped":  {Likely, Likely},
	"dalle2-labs":      {Strong, Strong},

	"openai-api-gptimage1":  {Proven, Proven}, // their credential names ChatGPT, so they cannot be distinguished
	"openai-api-named-API":  {Strong, Strong},
	"openai-2026-renamed":   {Strong, Strong},
	"sora":                  {Strong, Strong},
	"sora-stripped":         {Possible, Possible},
	"google-edit-of-openai": {None, Likely},
	"syn-truncated-openai":  {None, Possible},
	"syn-pixels-edited":     {None, Possible},
	// Ordinary pictures that were renamed to a download name. Their bytes do not contradict it.
	"syn-name-only":            {Possible, Likely},
	"syn-jpeg-as-png":          {Possible, Likely},
	"c2pa-transplanted":        {None, Possible},
	"c2pa-derived-from-openai": {None, Likely},
}

func TestCollectedImagesGetTheLevelOfTheirLabel(t *testing.T) {
	dir, pictures := corpus(t)
	c := New()
	counts := map[string]*[Proven + 1]int{}
	var labels []string
	for _, p := range pictures {
		v := examined(t, c, filepath.Join(dir, filepath.FromSlash(p.path)))
		class, _, _ := strings.Cut(p.path, "/")
		key := class + " " + p.label
		if counts[key] == nil {
			counts[key] = new([Proven + 1]int)
			labels = append(labels, key)
		}
		counts[key][v.Confidence]++
		want, ok := expected[p.label]
		if !ok {
			want = span{None, Possible}
		}
		if v.Confidence < want.least || want.most < v.Confidence {
			t.Errorf("%s: %s\n\twant %v to %v", p.path, v, want.least, want.most)
		}
	}
	t.Log(table(labels, counts))
}

// table returns the counts per label and level.
func table(labels []string, counts map[string]*[Proven + 1]int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n%-36s", "label")
	for level := None; level <= Proven; level++ {
		fmt.Fprintf(&b, "%9s", level)
	}
	for _, label := range labels {
		fmt.Fprintf(&b, "\n%-36s", label)
		for _, n := range counts[label] {
			fmt.Fprintf(&b, "%9d", n)
		}
	}
	return b.String()
}

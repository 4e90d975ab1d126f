package manual

import (
	"maps"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/sweepd/sweepd/internal/cloudsim"
	"github.com/sweepd/sweepd/internal/testing/markdown"
)

// pagesIn returns the pages that the patterns match, by their paths.
func pagesIn(t *testing.T, patterns ...string) map[string]*markdown.Page {
	t.Helper()
	pages := map[string]*markdown.Page{}
	for _, pattern := range patterns {
		paths, err := filepath.Glob(filepath.Join("../../..", pattern))
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s: %d pages, %v", pattern, len(paths), err)
		}
		for _, path := range paths {
			if pages[path], err = markdown.Read(path); err != nil {
				t.Fatal(err)
			}
		}
	}
	return pages
}

// A block of YAML may be a whole policy, or some of its keys; the rest is then that of the smallest policy.
func TestEachPolicyOnThePagesIsGood(t *testing.T) {
	tried := 0
	for path, page := range pagesIn(t, "README.md", "docs/*.md") {
		for _, block := range page.Blocks() {
			var m mapping
			if block.Language != "yaml" || strings.HasPrefix(block.Text, "scrape_configs:") { // of Prometheus
				continue
			}
			tried++
			p := policyWith("", nil)
			err := yaml.Unmarshal([]byte(block.Text), &m)
			if maps.Copy(p, m); err == nil {
				err = parsed(t, p)
			}
			if err != nil {
				t.Errorf("%s: %v in\n%s", path, err, block.Text)
			}
		}
	}
	if tried < 7 {
		t.Errorf("tried %d policies, want at least 7", tried)
	}
}

// The faults that the pages about the simulated clouds show can be read.
func TestEachFaultOnThePagesIsGood(t *testing.T) {
	tried := 0
	for path, page := range pagesIn(t, "docs/internals/rehearse*.md") {
		for _, block := range page.Blocks() {
			if !strings.HasPrefix(block.Text, "[") {
				continue
			}
			faults, err := cloudsim.ReadFaults(strings.NewReader(block.Text))
			if err != nil {
				t.Errorf("%s: %v", path, err)
			}
			tried += len(faults)
		}
	}
	if tried < 15 {
		t.Errorf("tried %d faults, want at least 15", tried)
	}
}

// setting matches a key of a policy with its value, as the text of a page names it.
var setting = regexp.MustCompile(`^[a-z_]+: +[^ ]|^\{[a-z_]+: `)

// A setting must be good in at least one section of a policy.
func TestEachSettingThatThePagesNameIsGood(t *testing.T) {
	tried := 0
	for path, page := range pagesIn(t, "README.md", "docs/*.md") {
		for _, code := range page.Spans() {
			if !setting.MatchString(code) || strings.Contains(code, "...") {
				continue
			}
			tried++
			var m mapping
			err := yaml.Unmarshal([]byte(code), &m)
			if err == nil {
				err = goodSomewhere(t, m)
			}
			if err != nil {
				t.Errorf("%s: `%s`: %v", path, code, err)
			}
		}
	}
	if tried < 30 {
		t.Errorf("tried %d settings, want at least 30", tried)
	}
}

// goodSomewhere returns nil if a section of a policy may have these keys, else the error of one that may not.
func goodSomewhere(t *testing.T, keys mapping) error {
	t.Helper()
	err := parsed(t, policyWith("storages", keys))
	for path, bases := range frames {
		for _, base := range bases {
			m := maps.Clone(base)
			maps.Copy(m, keys)
			if err == nil {
				return nil
			}
			err = parsed(t, policyWith(path, m))
		}
	}
	return err
}

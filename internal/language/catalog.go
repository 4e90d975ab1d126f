package language

import (
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

//go:embed catalog/*.json
var files embed.FS

// catalog is the texts of one language.
type catalog struct {
	Language string  `json:"language"` // BCP 47
	Messages []entry `json:"messages"`

	tag     language.Tag
	numbers *message.Printer
	entries map[string]entry
}

// entry is one format with its translation, or with one for each plural category of CLDR that the language has.
type entry struct {
	ID          string            `json:"id"` // the English format
	Translation string            `json:"translation,omitempty"`
	Plural      map[string]string `json:"plural,omitempty"`  // "one", "other", ...
	By          int               `json:"by,omitempty"`      // its argument; 0: the first number
	Comment     string            `json:"comment,omitempty"` // for translators
}

// open reads the files of one language: of "de", de.json and de.*.json.
func open(name string) (*catalog, error) {
	all, err := files.ReadDir("catalog")
	if err != nil {
		return nil, err
	}
	c := &catalog{Language: name, entries: map[string]entry{}}
	for _, f := range all {
		if strings.HasPrefix(f.Name(), name+".") {
			if err := c.add(path.Join("catalog", f.Name())); err != nil {
				return nil, err
			}
		}
	}
	if c.tag, err = language.Parse(name); err != nil {
		return nil, err
	}
	c.numbers = message.NewPrinter(c.tag)
	return c, nil
}

// add adds the entries of a file.
func (c *catalog) add(file string) error {
	text, err := files.ReadFile(file)
	if err != nil {
		return err
	}
	var in catalog
	if err := json.Unmarshal(text, &in); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	for _, e := range in.Messages {
		c.entries[e.ID] = e
	}
	return nil
}

// form returns the translation of a format that fits the arguments; the format itself if there is none.
func (c *catalog) form(id string, args []any) string {
	e, known := c.entries[id]
	switch {
	case !known:
		return id
	case len(e.Plural) == 0:
		return e.Translation
	}
	if form, ok := e.Plural[c.category(e.selector(args))]; ok {
		return form
	}
	return e.Plural["other"]
}

// selector returns the number that selects the entry's plural category.
func (e entry) selector(args []any) int64 {
	if e.By > 0 && e.By <= len(args) {
		args = args[e.By-1 : e.By]
	}
	for _, arg := range args {
		if n, ok := integer(arg); ok {
			return n
		}
	}
	return 0
}

// categories are the names of plural.Form in CLDR.
var categories = map[plural.Form]string{
	plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many",
	plural.Other: "other",
}

// category returns the plural category of a number of things.
func (c *catalog) category(n int64) string {
	// Only the number modulo a million matters beyond that: https://www.unicode.org/reports/tr35/tr35-numbers.html.
	const large = 1_000_000
	if n = max(n, -n); n > large {
		n = large + n%large
	}
	return categories[plural.Cardinal.MatchPlural(c.tag, int(n), 0, 0, 0, 0)]
}

// integer returns the number that an argument is, or that it counts.
func integer(arg any) (int64, bool) {
	switch n := arg.(type) {
	case int:
		return int64(n), true
	case int64:
		return n, true
	case Number:
		return int64(n), true
	case Counted:
		return n.n, true
	}
	return 0, false
}

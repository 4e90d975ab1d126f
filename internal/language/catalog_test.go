package language

import (
	"bytes"
	"cmp"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "add the missing entries to the catalogs, to be translated, and remove others")

// A catalog has a translation of each text of the code, once in all of its files, and no other; what is printed in it
// has the same arguments in all forms.
func TestEachCatalogHasEachText(t *testing.T) {
	want := texts(t)
	for _, tag := range supported()[1:] {
		first := "catalog/" + tag.String() + ".json"
		parts, err := filepath.Glob("catalog/" + tag.String() + ".*.json")
		if err != nil {
			t.Fatal(err)
		}
		parts = slices.DeleteFunc(parts, ofTheHelp)
		all := append([]string{first}, parts...)
		if *update {
			rewrite(t, all, want)
		}
		known := map[string]bool{}
		for _, file := range all {
			check(t, file, tag.String(), want, known)
		}
		for id, where := range want {
			if !known[id] {
				t.Errorf("%s: no entry for %q of %s", first, id, where)
			}
		}
	}
}

// ofTheHelp reports whether a file has the texts of the help, which are those of the command tree: cmd/sweepd tests it.
func ofTheHelp(file string) bool { return strings.HasSuffix(file, ".help.json") }

// check checks one file of a catalog, and adds its texts to those that are known.
func check(t *testing.T, file, tag string, want map[string]string, known map[string]bool) {
	t.Helper()
	c := read(t, file)
	if c.Language != tag {
		t.Errorf("%s: has the language %q, want %q", file, c.Language, tag)
	}
	for _, e := range c.Messages {
		if known[e.ID] {
			t.Errorf("%s: %q is there twice", file, e.ID)
		}
		if known[e.ID] = true; want[e.ID] == "" {
			t.Errorf("%s: %q is no text of the code any more", file, e.ID)
		}
		for _, problem := range problems(tag, e) {
			t.Errorf("%s: %q: %s", file, e.ID, problem)
		}
	}
}

// problems returns what is wrong with an entry.
func problems(language string, e entry) (all []string) {
	forms := []string{e.Translation}
	if len(e.Plural) > 0 {
		forms = slices.Collect(maps.Values(e.Plural))
		if got, want := slices.Sorted(maps.Keys(e.Plural)), categoriesOf(language); !slices.Equal(got, want) {
			all = append(all, "has the plural forms "+strings.Join(got, ", ")+", want "+strings.Join(want, ", "))
		}
		if e.Translation != "" {
			all = append(all, "has a translation and plural forms")
		}
	}
	for _, form := range forms {
		switch _, id, _ := trimmed(form); {
		case form == "":
			all = append(all, "is not translated")
		case id != form:
			all = append(all, "has white space around it")
		case verbs(form) != verbs(e.ID):
			all = append(all, form+" has the verbs "+verbs(form)+", want "+verbs(e.ID))
		}
	}
	return all
}

// categoriesOf returns the plural categories that whole numbers have in a language.
func categoriesOf(language string) []string {
	c, err := open(language)
	if err != nil {
		return nil
	}
	all := map[string]bool{}
	for n := range int64(200) {
		all[c.category(n)] = true
	}
	return slices.Sorted(maps.Keys(all))
}

// The check of an entry finds each mistake.
func TestMistakesOfTranslatorsAreFound(t *testing.T) {
	t.Parallel()
	for _, e := range []entry{
		{ID: "moved %s", Translation: ""},
		{ID: "moved %s", Translation: "verschoben"},
		{ID: "moved %s", Translation: "%d verschoben"},
		{ID: "moved %s", Translation: "%s und %s verschoben"},
		{ID: "run %d: %s", Translation: "%s: %d"},
		{ID: "moved %s", Translation: "%s verschoben "},
		{ID: "moved %s", Plural: map[string]string{"other": "%s verschoben"}},
		{ID: "moved %s", Plural: map[string]string{"one": "%s verschoben", "other": "verschoben"}},
		{ID: "moved %s", Plural: map[string]string{"one": "%s", "few": "%s", "other": "%s"}},
	} {
		if len(problems("de", e)) == 0 {
			t.Errorf("nothing is wrong with %+v", e)
		}
	}
	for _, e := range []entry{
		{ID: "run %d: %s", Translation: "%[2]s (Lauf %[1]d)"},
		{ID: "%s file", Plural: map[string]string{"one": "%s Datei", "other": "%s Dateien"}},
	} {
		if got := problems("de", e); len(got) > 0 {
			t.Errorf("%+v: %s", e, got)
		}
	}
}

func read(t *testing.T, file string) catalog {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var c catalog
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&c); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return c
}

// rewrite adds the missing entries to the first file of a catalog, untranslated, removes those that are no longer
// wanted from all of its files, and sorts them.
func rewrite(t *testing.T, files []string, want map[string]string) {
	t.Helper()
	catalogs, known := make([]catalog, len(files)), map[string]bool{}
	for i, file := range files {
		c := read(t, file)
		c.Messages = slices.DeleteFunc(c.Messages, func(e entry) bool { return want[e.ID] == "" })
		for _, e := range c.Messages {
			known[e.ID] = true
		}
		catalogs[i] = c
	}
	for id := range want {
		if !known[id] {
			catalogs[0].Messages = append(catalogs[0].Messages, entry{ID: id})
		}
	}
	for i, c := range catalogs {
		write(t, files[i], c)
	}
}

// write writes a file of a catalog, sorted.
func write(t *testing.T, file string, c catalog) {
	t.Helper()
	slices.SortFunc(c.Messages, func(a, b entry) int { return cmp.Compare(a.ID, b.ID) })
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(c); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

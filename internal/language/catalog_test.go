package language

import (
	"bytes"
	"cmp"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "add the missing entries to the catalogs, to be translated, and remove others")

// A catalog has a translation of each text of the code, and no other; what is printed in it has the same arguments in
// all forms.
func TestEachCatalogHasEachText(t *testing.T) {
	want := texts(t)
	for _, tag := range supported()[1:] {
		file := "catalog/" + tag.String() + ".json"
		if *update {
			rewrite(t, file, want)
		}
		c := read(t, file)
		known := map[string]bool{}
		for _, e := range c.Messages {
			if known[e.ID] {
				t.Errorf("%s: %q is there twice", file, e.ID)
			}
			if known[e.ID] = true; want[e.ID] == "" {
				t.Errorf("%s: %q is no text of the code any more", file, e.ID)
			}
			for _, problem := range problems(tag.String(), e) {
				t.Errorf("%s: %q: %s", file, e.ID, problem)
			}
		}
		for id, where := range want {
			if !known[id] {
				t.Errorf("%s: no entry for %q of %s", file, id, where)
			}
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

// rewrite adds the missing entries to a file, untranslated, removes those that are no longer wanted, and sorts it.
func rewrite(t *testing.T, file string, want map[string]string) {
	t.Helper()
	c := read(t, file)
	c.Messages = slices.DeleteFunc(c.Messages, func(e entry) bool { return want[e.ID] == "" })
	for id := range want {
		if !slices.ContainsFunc(c.Messages, func(e entry) bool { return e.ID == id }) {
			c.Messages = append(c.Messages, entry{ID: id})
		}
	}
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

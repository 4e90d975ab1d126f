package language

import (
	"slices"
	"strings"

	"golang.org/x/text/language"
)

// supported are the languages with a catalog, and English first, which is what no other matches.
func supported() []language.Tag {
	return []language.Tag{language.English, language.German, language.French}
}

// New returns a Printer of the user's language: the first of LC_ALL, LC_MESSAGES and LANG that is not empty is the
// locale for messages (POSIX, section 8.2), and LANGUAGE may list preferred languages (GNU gettext, "The LANGUAGE
// variable"), unless that locale is C. A language without a catalog, or a codeset other than UTF-8, is English.
func New(getenv func(string) string) Printer {
	for _, locale := range wanted(getenv) {
		tag, ok := parse(locale)
		if !ok {
			continue
		}
		_, i, sure := language.NewMatcher(supported()).Match(tag)
		if best := supported()[i]; sure >= language.High && base(best) == base(tag) {
			return For(best.String())
		}
	}
	return Printer{}
}

func base(tag language.Tag) language.Base {
	of, _ := tag.Base()
	return of
}

// All returns a Printer of each language, English first.
func All() (all []Printer) {
	for _, tag := range supported() {
		all = append(all, For(tag.String()))
	}
	return all
}

// For returns a Printer of a language of the catalogs by its tag, such as "de"; any other is English.
func For(tag string) Printer {
	c, err := open(tag)
	if err != nil || len(c.entries) == 0 {
		return Printer{}
	}
	return Printer{c}
}

// wanted returns the locales that the user wants, the most wanted first; none for the locale C.
func wanted(getenv func(string) string) []string {
	locale := ""
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if locale = getenv(name); locale != "" {
			break
		}
	}
	_, codeset, _ := strings.Cut(locale, ".")
	codeset, _, _ = strings.Cut(codeset, "@")
	switch folded := strings.ToLower(strings.ReplaceAll(codeset, "-", "")); {
	case isC(locale), folded != "" && folded != "utf8":
		return nil
	}
	all := strings.Split(getenv("LANGUAGE"), ":")
	all = slices.DeleteFunc(all, func(name string) bool { return name == "" })
	if i := slices.IndexFunc(all, isC); i >= 0 {
		return all[:i]
	}
	return append(all, locale)
}

// isC reports whether a locale is the untranslated one.
func isC(locale string) bool {
	name, _, _ := strings.Cut(locale, ".")
	return name == "" || name == "C" || name == "POSIX"
}

// parse returns the language of a locale: "de_AT.UTF-8@euro" is de-AT.
func parse(locale string) (language.Tag, bool) {
	name, _, _ := strings.Cut(locale, "@")
	name, _, _ = strings.Cut(name, ".")
	tag, err := language.Parse(strings.ReplaceAll(name, "_", "-"))
	return tag, err == nil
}

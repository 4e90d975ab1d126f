package language

import (
	"maps"
	"testing"
)

// The language is that of the locale, as POSIX and GNU gettext choose it.
func TestTheLocaleChoosesTheLanguage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		env  map[string]string
		want string
	}{
		{nil, "en"},
		{map[string]string{"LANG": ""}, "en"},
		{map[string]string{"LANG": "C"}, "en"},
		{map[string]string{"LANG": "POSIX"}, "en"},
		{map[string]string{"LANG": "C.UTF-8", "LANGUAGE": "de"}, "en"},
		{map[string]string{"LANG": "de_DE.UTF-8"}, "de"},
		{map[string]string{"LANG": "de_AT.utf8@euro"}, "de"},
		{map[string]string{"LANG": "de"}, "de"},
		{map[string]string{"LANG": "fr_CA.UTF-8"}, "fr"},
		{map[string]string{"LANG": "de_DE.ISO-8859-1"}, "en"}, // its letters are not UTF-8
		{map[string]string{"LANG": "lb_LU.UTF-8"}, "en"},      // CLDR would take German for it
		{map[string]string{"LANG": "es_ES.UTF-8"}, "en"},
		{map[string]string{"LANG": "../../etc/passwd"}, "en"},
		{map[string]string{"LANG": "\xff_DE"}, "en"},
		{map[string]string{"LANG": "fr_FR.UTF-8", "LC_MESSAGES": "de_DE.UTF-8"}, "de"},
		{map[string]string{"LANG": "fr_FR.UTF-8", "LC_MESSAGES": ""}, "fr"},
		{map[string]string{"LC_ALL": "C", "LC_MESSAGES": "de_DE.UTF-8", "LANG": "fr_FR.UTF-8"}, "en"},
		{map[string]string{"LC_ALL": "de_DE.UTF-8", "LC_MESSAGES": "C", "LANG": "C"}, "de"},
		{map[string]string{"LANG": "en_GB.UTF-8", "LANGUAGE": "es:fr:de"}, "fr"},
		{map[string]string{"LANG": "de_DE.UTF-8", "LANGUAGE": "en:fr"}, "en"},
		{map[string]string{"LANG": "de_DE.UTF-8", "LANGUAGE": "es:it"}, "de"},
		{map[string]string{"LANG": "de_DE.UTF-8", "LANGUAGE": "C:fr"}, "en"},
		{map[string]string{"LANG": "de_DE.UTF-8", "LANGUAGE": "::"}, "de"},
		{map[string]string{"LANGUAGE": "de"}, "en"},
	} {
		env := maps.Clone(c.env)
		if got := New(func(name string) string { return env[name] }).Tag(); got != c.want {
			t.Errorf("%v: got %s, want %s", c.env, got, c.want)
		}
	}
}

func FuzzALocaleIsALanguageOrEnglish(f *testing.F) {
	for _, seed := range []string{"de_DE.UTF-8", "C", "", "fr@", "..", "zh_TW.Big5", "en_US:de", "\x00"} {
		f.Add(seed, seed)
	}
	f.Fuzz(func(t *testing.T, locale, preferred string) {
		p := New(func(name string) string { return map[string]string{"LANG": locale, "LANGUAGE": preferred}[name] })
		if tag := p.Tag(); tag != "en" && tag != "de" && tag != "fr" {
			t.Errorf("%q, %q: got %s", locale, preferred, tag)
		}
	})
}

package policy_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"sweepd/policy"
)

func TestTheHashIsOfTheMeaning(t *testing.T) {
	const src = `version: 1
storages: {home: {type: local, roots: [~/Downloads, ~/Pictures]}}
rules:
  - {name: keepers, when: {path: "**/keep/**"}, do: keep}
  - {name: mine, when: {confidence: proven, older_than: 30d, any: [{name: a}, {name: b}]}, do: trash, grace: 7d}
trash: {ours: 30d}
limits: {files: 500, bytes: 5GB, share: 50%}
settle: 10m
protect: {open: keep}
`
	same := map[string]string{
		"a comment":     "# hello\n" + src,
		"flow or block": strings.Replace(src, "trash: {ours: 30d}", "trash:\n  ours: 30d # a month", 1),
		"order of keys": strings.Replace(src, "confidence: proven, older_than: 30d",
			"older_than: 30d, confidence: proven", 1),
		"another spelling": strings.NewReplacer("30d", "4w2d", "5GB", "5000 MB", "~/", home+"/",
			"10m", "10m").Replace(src),
		"defaults": strings.Replace(src,
			"limits: {files: 500, bytes: 5GB, share: 50%}\nsettle: 10m\nprotect: {open: keep}\n", "", 1),
		"defaults said": strings.NewReplacer("50%}", "50%, window: 24h, surge: 10}", "open: keep",
			"git: keep, last_copy: off").Replace(src),
	}
	differs := map[string]string{}
	for _, change := range [][2]string{
		{"home:", "house:"},
		{"~/Pictures", "~/Pics"},
		{", ~/Pictures]", "]"},
		{"Pictures]", "Pictures], exclude: [a]"},
		{"Pictures]", "Pictures], cross_mounts: true"},
		{"name: keepers", "name: keeper"},
		{"keep/**", "kept/**"},
		{"do: keep", "do: review"},
		{"proven", "strong"},
		{"older_than: 30d", "older_than: 31d"},
		{"older_than: 30d", "newer_than: 30d"},
		{"older_than: 30d", "older_than: 30d, age_by: modified"},
		{"proven,", "proven, derived: include,"},
		{"proven,", "proven, derived: only,"},
		{"proven,", "proven, width: 5,"},
		{"proven,", "proven, height: 5,"},
		{"proven,", `proven, height: ">5",`},
		{"proven,", "proven, product: sora,"},
		{"proven,", "proven, storage: home,"},
		{"proven,", "proven, evidence: c2pa,"},
		{"proven,", "proven, starred: true,"},
		{"proven,", "proven, starred: false,"},
		{"proven,", `proven, camera: "*",`},
		{"proven,", `proven, property: "*=*",`},
		{"proven,", "proven, larger_than: 5MB,"},
		{"proven,", "proven, larger_than: 5MiB,"},
		{"proven,", "proven, smaller_than: 5MB,"},
		{"any:", "all:"},
		{"any: [{name: a}, {name: b}]", "not: {any: [{name: a}, {name: b}]}"},
		{"[{name: a}, {name: b}]", `[{name: "a; b"}]`},
		{"grace: 7d", "grace: 8d"},
		{", grace: 7d", ""},
		{"ours: 30d", "ours: 31d"},
		{"ours: 30d", "matching: 30d"},
		{"ours: 30d", "everything: 30d"},
		{"ours: 30d", "ours: off"},
		{"500,", "501,"},
		{"5GB", "5000000001 B"},
		{"50%", "50.001%"},
		{"settle: 10m", "settle: 11m"},
		{"Pictures]", "Pictures], allow_broad_root: true"},
		{"50%", "50%, window: 2d"},
		{"50%", "50%, surge: 11"},
		{"50%", "50%, surge: off"},
		{"settle: 10m", "settle: 10m\nconfirm_after: 1d"},
		{"settle: 10m", "settle: 10m\nconfirm_after: 2d"},
		{"open: keep", "partial: off"},
		{"open: keep", "placeholder: off"},
		{"open: keep", "hard_linked: off"},
		{"open: keep", "other_owner: off"},
		{"open: keep", "git: off"},
		{"open: keep", "mentioned: off"},
		{"open: keep", "library: off"},
		{"open: keep", "tagged: off"},
		{"open: keep", "last_copy: keep"},
	} {
		differs[change[0]+" -> "+change[1]] = strings.Replace(src, change[0], change[1], 1)
	}
	base := parse(t, src).Hash()
	if len(base) != 64 {
		t.Errorf("got %q, want 64 hex digits", base)
	}
	for what, other := range same {
		if got := parse(t, other).Hash(); got != base {
			t.Errorf("%s: got another hash", what)
		}
	}
	seen := map[string]string{base: "the base"}
	for what, other := range differs {
		got := parse(t, other).Hash()
		if twin := seen[got]; twin != "" {
			t.Errorf("%s: got the hash of %s", what, twin)
		}
		seen[got] = what
	}
	const drive = "version: 1\nstorages: {drive: {type: gdrive, client: ~/c.json%s}}\nrules: [{name: k, do: keep}]"
	for _, more := range []string{
		"", ", roots: [/Pictures]", ", roots: [/Pictures, /AI]", `, exclude: ["old/**"]`, ", account: mia@example.com",
		", account: ann@example.com",
		", shared_drives: [Team]", ", shared_drives: [Team, Other]", ", shared_drives: ['Team\" and \"Other']",
	} {
		got := parse(t, fmt.Sprintf(drive, more)).Hash()
		if twin := seen[got]; twin != "" {
			t.Errorf("drive%s: got the hash of %s", more, twin)
		}
		seen[got] = "drive" + more
	}
	if parse(t, fmt.Sprintf(drive, "")).Hash() != parse(t, fmt.Sprintf(drive, ", roots: [/]")).Hash() {
		t.Error("all of a Drive: got another hash where it is said")
	}
	p := parse(t, src)
	p.Storages["home"] = policy.Storage{Type: "local", Roots: []string{"/x"}}
	if p.Hash() == base {
		t.Error("got the same hash over other roots")
	}
}

// alone lists the fields that do not affect which files are due.
var alone = []string{"policy.Mode", "policy.Reload", "policy.Schedule", "policy.Notify", "policy.Links"}

// TestNoFieldEscapesTheHash changes each exported field of a policy alone.
func TestNoFieldEscapesTheHash(t *testing.T) {
	p := parse(t, withRules(`  - {name: mine, do: trash, grace: 1d, when: {confidence: likely, storage: home, path: /a,
      name: a, product: sora, older_than: 1d, newer_than: 2d, age_by: made, larger_than: 1B, smaller_than: 1GB,
      width: 5, height: 5, evidence: c2pa, starred: true, camera: a, property: a=b, any: [{older_than: 1d}],
      all: [{older_than: 1d}], not: {older_than: 1d}, derived: only}}`))
	p.Storages = map[string]policy.Storage{"all": {
		Type: policy.Local, Roots: []string{"/srv/a"}, Exclude: []string{"a"},
		Client: "/c", Account: "a@b.c", ServiceAccount: "/s", Impersonate: "i@b.c", SharedDrives: []string{"Team"},
	}}
	base, tried := p.Hash(), 0
	var change func(where string, v reflect.Value, changed func())
	change = func(where string, v reflect.Value, changed func()) {
		before := reflect.New(v.Type()).Elem()
		before.Set(v)
		switch v.Kind() {
		case reflect.Struct:
			for i := range v.NumField() {
				if f := v.Type().Field(i); f.IsExported() && !slices.Contains(alone, where+"."+f.Name) {
					change(where+"."+f.Name, v.Field(i), changed)
				}
			}
			return
		case reflect.Slice:
			if v.Len() == 0 && strings.Contains(where, ".When.") {
				return // of a nested condition
			}
			change(where+"[0]", v.Index(0), changed)
			v.Set(v.Slice(1, v.Len()))
		case reflect.Pointer:
			if v.IsNil() {
				return // of a nested condition
			}
			of := reflect.New(v.Type().Elem())
			of.Elem().Set(v.Elem())
			v.Set(of)
			change(where, of.Elem(), changed)
			v.Set(reflect.Zero(v.Type()))
		case reflect.Map:
			for _, key := range v.MapKeys() {
				item := reflect.New(v.Type().Elem()).Elem()
				item.Set(v.MapIndex(key))
				change(where, item, func() { v.SetMapIndex(key, item); changed() })
			}
			return
		case reflect.String:
			v.SetString(v.String() + "x")
		case reflect.Bool:
			v.SetBool(!v.Bool())
		case reflect.Float64:
			v.SetFloat(v.Float() / 2)
		case reflect.Uint8:
			v.SetUint(v.Uint() + 1)
		case reflect.Int, reflect.Int64:
			// a second or more, the smallest difference that a policy can express
			v.SetInt(v.Int() + int64(time.Second))
		default:
			t.Fatalf("%s is a %s, which this test does not know", where, v.Kind())
		}
		changed()
		if tried++; p.Hash() == base {
			t.Errorf("%s: got the same hash", where)
		}
		v.Set(before)
		changed()
	}
	change("policy", reflect.ValueOf(p).Elem(), func() {})
	if p.Hash() != base || tried < 30 {
		t.Fatalf("tried %d fields, want all, and the policy as it was", tried)
	}
}

package policy_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/policy/policyfile"
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
		"how OpenAI would be asked": src + "openai: {key: /k, uploads: 7}\n",
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
		{"settle: 10m", "settle: 10m\ncopies: on"},
		{"Pictures]}}\n", "Pictures], ask: openai}}\nopenai: {key: /k}\n"},
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

// leftOut are the fields that Hash leaves out, each with the reason.
var leftOut = map[string]string{
	"policy.Mode":     "says who carries out what is due, sweepd run or a person, and not what is due",
	"policy.Reload":   "says when a changed file is read",
	"policy.Schedule": "says when sweepd run acts: a plan is no other an hour later",
	"policy.Notify":   "says who is told",
	"policy.Page":     "says who may look",
	"policy.OpenAI":   "says how those that ask do so, and when: what is due follows from the answers",
	"policy.Links":    "is of the machine: Resolve makes it of the roots and patterns, which are in",
}

// TestNoFieldEscapesTheHash changes each field of a policy alone, down to the conditions of conditions. A new field
// fails it until Hash encodes the field or leftOut gives the reason why not, and until String has words for it.
func TestNoFieldEscapesTheHash(t *testing.T) {
	p := parse(t, withRules(`  - {name: mine, do: trash, grace: 1d, when: {confidence: likely, storage: home, path: /a,
      name: a, product: sora, older_than: 1d, newer_than: 2d, age_by: made, larger_than: 1B, smaller_than: 1GB,
      width: 5, height: 5, evidence: c2pa, starred: true, camera: a, property: a=b, any: [{older_than: 1d}],
      all: [{older_than: 1d}], not: {older_than: 1d}, derived: only}}`))
	p.Storages = map[string]policy.Storage{"all": {
		Type: policy.Local, Roots: []string{"/srv/a"}, Exclude: []string{"a"},
		Client: "/c", Account: "a@b.c", ServiceAccount: "/s", Impersonate: "i@b.c", SharedDrives: []string{"Team"},
	}}
	for name, of := range map[string]func() string{"hash": p.Hash, "text": p.String} {
		f := fields{t: t, name: name, of: of, base: of(), met: map[string]bool{}}
		f.change("policy", reflect.ValueOf(p).Elem(), func() {})
		if of() != f.base || f.tried < 70 {
			t.Fatalf("tried %d fields, want all, and the policy as it was", f.tried)
		}
		for field := range leftOut {
			if !f.met[field] {
				t.Errorf("%s is left out of the hash, and is no field", field)
			}
		}
	}
}

// fields changes the fields of a value one at a time and compares what is made of it.
type fields struct {
	t     *testing.T
	name  string
	of    func() string
	base  string
	tried int
	met   map[string]bool
}

// change changes each field in v, or v itself; changed has to be called after each change.
func (f *fields) change(where string, v reflect.Value, changed func()) {
	before := reflect.New(v.Type()).Elem()
	before.Set(v)
	if f.into(where, v, changed) {
		return
	}
	changed()
	if f.tried++; f.of() == f.base {
		f.t.Errorf("%s: got the same %s", where, f.name)
	}
	v.Set(before)
	changed()
}

// into changes v, or what v holds; it reports whether there is nothing more to compare.
func (f *fields) into(where string, v reflect.Value, changed func()) bool {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			field := where + "." + v.Type().Field(i).Name
			f.met[field] = true
			if !v.Type().Field(i).IsExported() {
				f.t.Errorf("%s: this test cannot change it", field)
			} else if leftOut[field] == "" {
				f.change(field, v.Field(i), changed)
			}
		}
		return true
	case reflect.Slice:
		if v.Len() == 0 {
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
			return false
		}
		f.change(where+"[0]", v.Index(0), changed)
		v.Set(v.Slice(1, v.Len()))
	case reflect.Pointer:
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
			return false
		}
		f.change(where, v.Elem(), changed)
		v.Set(reflect.Zero(v.Type()))
	case reflect.Map:
		for _, key := range v.MapKeys() {
			item := reflect.New(v.Type().Elem()).Elem()
			item.Set(v.MapIndex(key))
			f.change(where, item, func() { v.SetMapIndex(key, item); changed() })
		}
		return true
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
		f.t.Fatalf("%s is a %s, which this test does not know", where, v.Kind())
	}
	return false
}

// TestTheHashIsAsItWas checks that plans saved by an earlier sweepd remain valid.
func TestTheHashIsAsItWas(t *testing.T) {
	const want = "abd734228cb364b89904de98acd814793ce4909e6e364b3f5edb1cabb3c6fee3"
	if got := policyfile.Default([]string{"/home/mia/Downloads"}).Hash(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

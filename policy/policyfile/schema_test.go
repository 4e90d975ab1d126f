package policyfile

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/invopop/jsonschema"
	validator "github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/sweepd/sweepd/policy"
)

const schemaFile = "../../deploy/policy.schema.json"

// The scalars describe themselves for the JSON Schema. They do so in this test file, so that the generator is not
// part of the program.

func oneOf(words []string) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "string"}
	for _, w := range words {
		s.Enum = append(s.Enum, w)
	}
	return s
}

func pattern(p string) *jsonschema.Schema { return &jsonschema.Schema{Type: "string", Pattern: p} }

// named gives a schema what the reference of the policy shows of it: its name, its form in words, and examples.
func named(title, form string, s *jsonschema.Schema, examples ...any) *jsonschema.Schema {
	s.Title, s.Description, s.Examples = title, form, examples
	return s
}

// ecma returns a Go pattern in JavaScript's notation.
func ecma(p string) string { return strings.ReplaceAll(p, "(?:", "(") }

func (version) JSONSchema() *jsonschema.Schema     { return &jsonschema.Schema{Const: Version} }
func (level) JSONSchema() *jsonschema.Schema       { return oneOf(levels.words) }
func (action) JSONSchema() *jsonschema.Schema      { return oneOf(actions.words) }
func (product) JSONSchema() *jsonschema.Schema     { return oneOf(products.words) }
func (derived) JSONSchema() *jsonschema.Schema     { return oneOf(deriveds.words) }
func (ageBy) JSONSchema() *jsonschema.Schema       { return oneOf(ageBys.words) }
func (storageType) JSONSchema() *jsonschema.Schema { return oneOf(storageTypes.words) }
func (guard) JSONSchema() *jsonschema.Schema       { return oneOf(guards.words) }
func (asked) JSONSchema() *jsonschema.Schema       { return oneOf(askeds.words) }
func (purging) JSONSchema() *jsonschema.Schema     { return oneOf(onOrOff.words) }
func (comparing) JSONSchema() *jsonschema.Schema   { return oneOf(onOrOff.words) }
func (alwaysOn) JSONSchema() *jsonschema.Schema    { return oneOf(guards.words[:1]) }
func (boolean) JSONSchema() *jsonschema.Schema     { return &jsonschema.Schema{Type: "boolean"} }
func (size) JSONSchema() *jsonschema.Schema {
	return named("size", "A number with a unit: B, kB, MB, GB, TB or KiB, MiB, GiB, TiB.", pattern(sizeForm().String()),
		"5GB", "1.5 MiB")
}

func (percent) JSONSchema() *jsonschema.Schema {
	return named("percentage", "A part of all.", pattern(percentForm().String()), "50%", "0.5%")
}

func (detector) JSONSchema() *jsonschema.Schema {
	return named("evidence", "A detector, or a detector and a detail; sweepd explain shows them for a file.",
		pattern(detectorForm().String()), "c2pa", "c2pa.verified", "name")
}

func (root) JSONSchema() *jsonschema.Schema {
	return named("folder", "An absolute path, or one that begins with ~/.", pattern(`^(/|~/)`),
		"~/Downloads", "/srv/photos")
}

func (keyFile) JSONSchema() *jsonschema.Schema {
	return named("file", "An absolute path, or one that begins with ~/.", pattern(`^(/|~/).*[^/]$`),
		"~/.config/sweepd/google.json")
}

func (address) JSONSchema() *jsonschema.Schema {
	return named("e-mail address", "The address of an account.", pattern(addressForm().String()), "mia@example.org")
}

func (user) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{OneOf: []*jsonschema.Schema{{Const: everyone}, address("").JSONSchema()}}
}

func (group) JSONSchema() *jsonschema.Schema {
	return named("group", "The address of a group in a Workspace, or the name of one in a Dropbox team.",
		pattern(`^\S(.*\S)?$`), "designers@example.org")
}

func (query) JSONSchema() *jsonschema.Schema {
	return named("search", "A search as the Directory API of Google has it.", pattern(`^\S(.*\S)?$`),
		"orgUnitPath=/Sales")
}

func (location) JSONSchema() *jsonschema.Schema {
	return named("storage", "A key of storages, or STORAGE/ADDRESS for the account of one user of a fleet.",
		pattern(`^[A-Za-z0-9][A-Za-z0-9_-]{0,31}(/[^@\s]{1,64}@[^@\s]{1,255})?$`), "home", "acme/mia@example.org")
}

func (sharedDrive) JSONSchema() *jsonschema.Schema {
	return named("shared drive", "The name or the id of a shared drive.", pattern(`^\S(.*\S)?$`), "Marketing")
}

func (pathGlob) JSONSchema() *jsonschema.Schema {
	return named("path pattern",
		"A whole path. * and ? stand for characters of one name, ** for any folders, {a,b} for a or b.",
		pattern(`^(/|~/|\*\*/)`), "**/keep/**", "~/Pictures/*.png")
}

func (nameGlob) JSONSchema() *jsonschema.Schema {
	return named(
		"name pattern",
		"The name of a file. * and ? stand for characters, {a,b} for a or b.",
		pattern(`^[^/]+$`),
		"*.png",
		"IMG_????.jpg",
	)
}

func (excludeGlob) JSONSchema() *jsonschema.Schema {
	return named("relative pattern", "A path below a root, with the same signs as a path pattern.", pattern(`^[^/~]`),
		"old/**", "*.psd")
}

func (cameraGlob) JSONSchema() *jsonschema.Schema {
	return named(
		"camera pattern",
		"Make and model, with the same signs as a name pattern.",
		pattern(`.`),
		"*",
		"Canon *",
	)
}

func (propertyGlob) JSONSchema() *jsonschema.Schema {
	return named("property pattern", "key=value, with the same signs as a name pattern.", pattern(`=`), "album=*")
}

func (appKey) JSONSchema() *jsonschema.Schema {
	return named("app key", "The key of a Dropbox app, as its App Console shows it.", pattern(appKeyForm().String()),
		"q1w2e3r4t5y6u7i")
}

func (member) JSONSchema() *jsonschema.Schema {
	return named("team member", "The id of a member of a Dropbox team.", pattern(memberForm().String()),
		"dbmid:AAH1nVGgzXcYbZ0pQd3mKv7sTtLw9uR")
}

func (label) JSONSchema() *jsonschema.Schema {
	return named("name", "At most 64 characters in one line.", pattern(`^\S(.{0,62}\S)?$`), "screenshots")
}

func (credential) JSONSchema() *jsonschema.Schema {
	return named("secret file", "An absolute path, one that begins with ~/, or the name of a systemd credential.",
		pattern(`^((/|~/).*[^/]|[A-Za-z0-9][A-Za-z0-9_.-]*)$`), "~/.config/sweepd/review.key", "review.key")
}

func (listening) JSONSchema() *jsonschema.Schema {
	return named("address", "The number of an address, and a port.",
		pattern(`^([0-9.]+|\[[0-9A-Fa-f:.]+\]):[1-9][0-9]{0,4}$`),
		"0.0.0.0:8443", "[::]:8443")
}

func (mode) JSONSchema() *jsonschema.Schema   { return oneOf(modes.words) }
func (reload) JSONSchema() *jsonschema.Schema { return oneOf(reloads.words) }
func (event) JSONSchema() *jsonschema.Schema  { return oneOf(events.words) }
func (names) JSONSchema() *jsonschema.Schema  { return oneOf(namings.words) }
func (rescan) JSONSchema() *jsonschema.Schema { return duration(0).JSONSchema() }
func (jitter) JSONSchema() *jsonschema.Schema { return quiet(0).JSONSchema() }
func (zone) JSONSchema() *jsonschema.Schema {
	return named(
		"time zone",
		"A name of the IANA time zone database.",
		pattern(zoneForm().String()),
		"Europe/Berlin",
		"UTC",
	)
}

func (hours) JSONSchema() *jsonschema.Schema {
	return named("hours", "From one time of day to another, past midnight too.",
		pattern(`^`+timeOfDay+` *- *`+timeOfDay+`$`), "22:00-07:00")
}

func (spec) JSONSchema() *jsonschema.Schema {
	return named("times",
		"hourly, daily, weekly or monthly with a time of day, every with a duration, or the five fields of cron.",
		pattern(specForm), "hourly", "daily 03:00", "weekly sun 04:00", "monthly 1 03:00", "every 6h", "0 3 * * 1-5")
}

func (sink) JSONSchema() *jsonschema.Schema {
	return named("receiver", "A file with one address, the name of a systemd credential with one, or desktop.",
		pattern(`^((/|~/).*[^/]|[A-Za-z0-9][A-Za-z0-9_.-]*)$`), "~/.config/sweepd/mail.url", "desktop")
}

// The patterns of a time of day and of the texts that package schedule parses. They do not check names such as
// weekdays.
const (
	timeOfDay = `([01]?\d|2[0-3]):[0-5]\d`
	specForm  = `^ *(hourly|(daily|(weekly|monthly) +\S+) +` + timeOfDay + `|every +([1-9]\d*[hm])+|\S+( +\S+){4}) *$`
)

func (digest) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{
		OneOf: []*jsonschema.Schema{oneOf([]string{"daily", "weekly", "off"}), spec{}.JSONSchema()},
	}
}

const atLeastOne = `[1-9]`

func (duration) JSONSchema() *jsonschema.Schema {
	s := pattern(ecma(durationForm().String()))
	s.AllOf = []*jsonschema.Schema{{Pattern: atLeastOne}}
	return named("duration", "Weeks, days, hours, minutes and seconds, in this order.", s, "30d", "1w", "1d12h", "90m")
}

func (quiet) JSONSchema() *jsonschema.Schema {
	return named("wait", "A duration, or 0 for none.", &jsonschema.Schema{
		OneOf: []*jsonschema.Schema{{Const: 0}, pattern("^0$"), pattern(ecma(durationForm().String()))},
	}, "10m", 0)
}

func (purgeAge) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{OneOf: []*jsonschema.Schema{{Const: "off"}, duration(0).JSONSchema()}}
}

func (binAge) JSONSchema() *jsonschema.Schema {
	s := duration(0).JSONSchema()
	return &jsonschema.Schema{OneOf: []*jsonschema.Schema{
		{Const: "off"}, named("days", "A duration of at least 1d.", s, "30d", "1w"),
	}}
}

func (window) JSONSchema() *jsonschema.Schema { return duration(0).JSONSchema() }

func (surge) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{
		OneOf: []*jsonschema.Schema{
			{Const: "off"},
			named("factor", "A whole number from 2 to 1000.",
				&jsonschema.Schema{Type: "integer", Minimum: "2", Maximum: "1000"}, 10),
		},
	}
}

func (number) JSONSchema() *jsonschema.Schema {
	return named("number", "A whole number, at least 1.", &jsonschema.Schema{Type: "integer", Minimum: "1"}, 500)
}

func (comparison) JSONSchema() *jsonschema.Schema {
	return named(
		"comparison",
		"A number, alone or after >=, <=, > or <.",
		&jsonschema.Schema{OneOf: []*jsonschema.Schema{
			{Type: "integer", Minimum: "1"}, pattern(strings.Replace(comparisonForm().String(), ")?", ")", 1)),
		}},
		1024,
		">=1024",
	)
}

func (s some[T]) JSONSchema() *jsonschema.Schema {
	one := any(*new(T)).(interface{ JSONSchema() *jsonschema.Schema }).JSONSchema()
	least := uint64(1)
	return &jsonschema.Schema{OneOf: []*jsonschema.Schema{one, {Type: "array", Items: one, MinItems: &least}}}
}

func (form) JSONSchemaExtend(s *jsonschema.Schema) {
	least := uint64(1)
	storages, _ := s.Properties.Get("storages")
	storages.MinProperties = &least
	storages.PropertyNames = &jsonschema.Schema{Pattern: storageName().String()}
}

// The extension adds the keys that a storage accepts and needs, by its type.
func (storageForm) JSONSchemaExtend(s *jsonschema.Schema) {
	for _, k := range storageKinds {
		of := jsonschema.NewProperties()
		of.Set("type", &jsonschema.Schema{Const: k.of})
		takes := &jsonschema.Schema{PropertyNames: oneOf(append([]string{"type"}, k.keys...)), Required: k.needs}
		if k.of != policy.Local {
			fromTheTop := jsonschema.NewProperties()
			fromTheTop.Set("roots", &jsonschema.Schema{Items: pattern("^/")})
			takes.Properties = fromTheTop
		}
		if k.of == policy.GDrive {
			takes.OneOf = []*jsonschema.Schema{
				{Required: []string{"client"}, Not: anyOfKeys("service_account", "impersonate")},
				{Required: []string{"service_account", "impersonate"}, Not: anyOfKeys("client", "account")},
			}
		}
		if k.of == policy.Dropbox {
			off := jsonschema.NewProperties()
			off.Set("purge", &jsonschema.Schema{Const: "off"})
			takes.AnyOf = []*jsonschema.Schema{{Required: []string{"member"}}, {Properties: off}}
		}
		switch k.of {
		case policy.Workspace:
			takes.OneOf = []*jsonschema.Schema{
				{Required: []string{"group", "admin"}, Not: anyOfKeys("users", "query")},
				{Required: []string{"query", "admin"}, Not: anyOfKeys("users", "group")},
				everybody(true, []string{"users", "admin"}, "group", "query"),
				everybody(false, []string{"users"}, "group", "query", "admin"),
			}
		case policy.DropboxTeam:
			takes.OneOf = []*jsonschema.Schema{
				{Required: []string{"users"}, Not: anyOfKeys("group")},
				{Required: []string{"group"}, Not: anyOfKeys("users")},
			}
		}
		s.AllOf = append(s.AllOf, &jsonschema.Schema{If: &jsonschema.Schema{Properties: of}, Then: takes})
	}
	drives, _ := s.Properties.Get("shared_drives")
	drives.UniqueItems = true
	except, _ := s.Properties.Get("except")
	except.UniqueItems = true
}

// everybody returns a schema for fleets of all users, or of a list of users.
func everybody(all bool, required []string, not ...string) *jsonschema.Schema {
	s := &jsonschema.Schema{Required: required, Not: anyOfKeys(not...)}
	is := &jsonschema.Schema{Const: everyone}
	if !all {
		is = &jsonschema.Schema{Not: is}
	}
	s.Properties = jsonschema.NewProperties()
	s.Properties.Set("users", is)
	return s
}

// anyOfKeys returns a schema for a mapping that has one of the keys.
func anyOfKeys(keys ...string) *jsonschema.Schema {
	s := &jsonschema.Schema{}
	for _, key := range keys {
		s.AnyOf = append(s.AnyOf, &jsonschema.Schema{Required: []string{key}})
	}
	return s
}

func (ruleForm) JSONSchemaExtend(s *jsonschema.Schema) {
	trash := jsonschema.NewProperties()
	trash.Set("do", &jsonschema.Schema{Const: policy.Trash})
	s.If = &jsonschema.Schema{Properties: trash}
	sure := jsonschema.NewProperties()
	sure.Set("when", &jsonschema.Schema{Required: []string{"confidence"}})
	s.Then = &jsonschema.Schema{Properties: sure, Required: []string{"when"}}
	s.Else = &jsonschema.Schema{Not: &jsonschema.Schema{Required: []string{"grace"}}}
}

func (condition) JSONSchemaExtend(s *jsonschema.Schema) {
	least := uint64(1)
	s.MinProperties = &least
}

// TestTheSchemaIsFresh generates the schema from the form.
func TestTheSchemaIsFresh(t *testing.T) {
	r := &jsonschema.Reflector{
		FieldNameTag: "yaml", RequiredFromJSONSchemaTags: true, Anonymous: true, ExpandedStruct: true,
		LookupComment: comments(t),
		Namer: func(t reflect.Type) string {
			name, list := strings.CutPrefix(t.Name(), "some[github.com/sweepd/sweepd/policy/policyfile.")
			name = strings.TrimSuffix(strings.TrimSuffix(name, "]"), "Form")
			if name == "action" || name == "event" {
				name = strings.ToUpper(name[:1]) + name[1:] // published so
			}
			if list {
				name += "_or_list"
			}
			return name
		},
	}
	s := r.Reflect(&form{})
	s.Title = "sweepd policy"
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(s); err != nil {
		t.Fatal(err)
	}
	golden(t, schemaFile, b.String())
}

// comments returns the comments of the form, which become the schema's descriptions.
func comments(t *testing.T) func(reflect.Type, string) string {
	f, err := parser.ParseFile(token.NewFileSet(), "form.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	ast.Inspect(f, func(n ast.Node) bool {
		spec, ok := n.(*ast.TypeSpec)
		if !ok {
			return true
		}
		if st, ok := spec.Type.(*ast.StructType); ok {
			for _, field := range st.Fields.List {
				for _, name := range field.Names {
					found[spec.Name.Name+"."+name.Name] = strings.TrimSpace(field.Doc.Text())
				}
			}
		}
		return false
	})
	return func(t reflect.Type, field string) string { return found[t.Name()+"."+field] }
}

func compiled(t *testing.T) *validator.Schema {
	t.Helper()
	src, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := validator.UnmarshalJSON(bytes.NewReader(src))
	if err != nil {
		t.Fatal(err)
	}
	c := validator.NewCompiler()
	if err := c.AddResource("policy.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("policy.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// valid checks a YAML text against the schema, like an editor.
func valid(s *validator.Schema, src []byte) error {
	asJSON, err := yaml.YAMLToJSON(src)
	if err != nil {
		return err
	}
	doc, err := validator.UnmarshalJSON(bytes.NewReader(asJSON))
	if err != nil {
		return err
	}
	return s.Validate(doc)
}

func TestTheExamplesAreGoodByTheParserAndByTheSchema(t *testing.T) {
	s := compiled(t)
	files, err := filepath.Glob("../../deploy/examples/*.yaml")
	if err != nil || len(files) < 3 {
		t.Fatalf("got %q, %v", files, err)
	}
	for _, file := range append(files, "default.yaml") {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Parse(file, src, ParseOptions{Home: home}); err != nil {
			t.Errorf("%v", err)
		}
		if err := valid(s, src); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		if file != "default.yaml" &&
			!bytes.HasPrefix(src, []byte("# yaml-language-server: $schema=../policy.schema.json\n")) {
			t.Errorf("%s does not name its schema", file)
		}
	}
}

// beyond lists the mistakes that a schema cannot detect: those that involve several keys, those hidden by YAML or its
// conversion to JSON, and patterns.
var beyond = strings.Fields(`
	tag merge-key second-document
	fleet-all-and-one fleet-user-twice fleet-user-with-slash fleet-user-of-another fleet-user-of-folders
	age-by-alone impossible-age impossible-size unreachable-rule unreachable-by-confidence duplicate-rule-name
	misspelt-storage
	overlapping-roots drive-roots-overlap dropbox-roots-overlap drive-one-account-twice
	drive-root-with-detours root-home root-above-home root-of-everything
	root-of-another root-at-the-top root-with-detours
	everything-within-hours dropbox-trash window-too-short window-too-long
	sweep-no-such-day sweep-bad-field sweep-part-of-a-day rescan-too-often rescan-too-rare
	zone-unknown zone-local jitter-too-long quiet-all-day
	ask-without-key rule-ask-without-key rule-ask-to-keep notify-to-desktop-in-capitals
	notify-to-twice notify-on-twice notify-digest-that-is-off
	each-user-of-no-fleet each-user-of-runs each-user-on-a-desktop each-user-twice
	mandatory-for-a-folder mandatory-for-all mandatory-keeps account-files-above-files account-files-without-fleet
	tab-without-quotes bad-glob camera-bad-glob property-bad-glob doublestar-in-a-word
	too-many-alternatives share-over-100`)

func TestTheSchemaRefusesWhatTheParserRefuses(t *testing.T) {
	s := compiled(t)
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		switch err := valid(s, src); {
		case err == nil && !slices.Contains(beyond, name):
			t.Errorf("%s: got no error from the schema, want one", name)
		case err != nil && slices.Contains(beyond, name):
			t.Errorf("%s: the schema sees it (%v): take it off the list", name, err)
		}
	}
}

func TestTheSchemaTakesWhatTheGoldenPoliciesSay(t *testing.T) {
	s := compiled(t)
	for _, src := range goldenPolicies(t) {
		if err := valid(s, src); err != nil {
			t.Errorf("%v\n%s", err, src)
		}
	}
}

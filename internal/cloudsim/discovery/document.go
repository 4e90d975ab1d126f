package discovery

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Document is the part of a discovery document that is checked:
// https://developers.google.com/discovery/v1/reference/apis
type Document struct {
	ServicePath string              `json:"servicePath"`
	Parameters  map[string]Property `json:"parameters"`
	Schemas     map[string]Property `json:"schemas"`
	Resources   map[string]resource `json:"resources"`
	methods     []Method
}

// resource is a group of methods, such as files. Groups may contain others.
type resource struct {
	Methods   map[string]Method   `json:"methods"`
	Resources map[string]resource `json:"resources"`
}

// Method is a method of the API. Path is relative to ServicePath and may have a template in it
// ("files/{fileId}"). A request needs one of Scopes. Response is nil if a success has no body.
type Method struct {
	ID         string              `json:"id"`
	HTTP       string              `json:"httpMethod"`
	Path       string              `json:"path"`
	Scopes     []string            `json:"scopes"`
	Parameters map[string]Property `json:"parameters"`
	Response   *ref                `json:"response"`
	Upload     *json.RawMessage    `json:"mediaUpload"`
}

// ref names a schema of the document.
type ref struct {
	Ref string `json:"$ref"`
}

// Property is a field, a parameter, or a whole schema. If Ref is not "", it stands for the schema of that name
// and the other fields are empty. Items is the type of an array's elements; Additional is that of all fields that
// Properties does not name, as in appProperties. The rest is of parameters: Location is "query" or "path", and
// Minimum and Maximum are numbers in decimal or "".
type Property struct {
	Ref        string              `json:"$ref"`
	Type       string              `json:"type"`
	Format     string              `json:"format"`
	Items      *Property           `json:"items"`
	Properties map[string]Property `json:"properties"`
	Additional *Property           `json:"additionalProperties"`
	Location   string              `json:"location"`
	Required   bool                `json:"required"`
	Enum       []string            `json:"enum"`
	Minimum    string              `json:"minimum"`
	Maximum    string              `json:"maximum"`
}

// Load reads Drive's document from the module cache. A failure ends the test: it must not pass because nothing
// was compared. The document is that of the version of google.golang.org/api in go.mod, so that it changes with
// the client and not with the day.
func Load(t testing.TB) *Document {
	t.Helper()
	return load(t, "drive/v3/drive-api.json")
}

// LoadDirectory reads the document of the Admin SDK's Directory API, as Load does.
func LoadDirectory(t testing.TB) *Document {
	t.Helper()
	return load(t, "admin/directory/v1/admin-api.json")
}

// load reads the document at a path of the module.
func load(t testing.TB, path string) *Document {
	t.Helper()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "google.golang.org/api").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	raw, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), filepath.FromSlash(path)))
	if err != nil {
		t.Fatal(err)
	}
	d := &Document{}
	if err := json.Unmarshal(raw, d); err != nil {
		t.Fatal(err)
	}
	d.collect(d.Resources)
	if len(d.methods) < 50 || len(d.Schemas) < 30 {
		t.Fatalf("%s has %d methods and %d schemas: it is not the document", path, len(d.methods), len(d.Schemas))
	}
	return d
}

// collect appends the methods of the groups and of the groups below them to d.methods.
func (d *Document) collect(all map[string]resource) {
	for _, r := range all {
		for _, m := range r.Methods {
			d.methods = append(d.methods, m)
		}
		d.collect(r.Resources)
	}
}

// Method returns the method of that id ("drive.files.list"), or nil.
func (d *Document) Method(id string) *Method {
	for i := range d.methods {
		if d.methods[i].ID == id {
			return &d.methods[i]
		}
	}
	return nil
}

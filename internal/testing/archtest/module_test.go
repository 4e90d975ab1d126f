package archtest

import (
	"io"
	"os"
	"testing"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"
)

// The module must be one that go install and other modules can fetch: under a path with a host, in an archive that a
// proxy accepts (https://go.dev/ref/mod#zip-path-size-constraints), and without directives that go install refuses in
// the module that it is told to install (https://go.dev/ref/mod#go-install).
func TestTheModuleCanBeFetched(t *testing.T) {
	const root = "../../.."
	text, err := os.ReadFile(root + "/go.mod")
	if err != nil {
		t.Fatal(err)
	}
	file, err := modfile.Parse("go.mod", text, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(file.Replace)+len(file.Exclude) > 0 {
		t.Error("go.mod has replace or exclude directives: go install PATH@VERSION refuses them")
	}
	path := file.Module.Mod.Path
	if err := module.CheckPath(path); err != nil {
		t.Error(err)
	}
	version := module.Version{Path: path, Version: "v0.1.0"}
	if err := zip.CreateFromVCS(io.Discard, version, root, "HEAD", ""); err != nil {
		t.Error(err)
	}
}

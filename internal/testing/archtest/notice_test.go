package archtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/licensecheck"
)

var update = flag.Bool("update", false, "rewrite NOTICE and the rooms of docs/internals/design.md")

// noticeHead precedes the licences in NOTICE.
const noticeHead = `sweepd is licensed under the Apache License, Version 2.0: see LICENSE.

The program is linked with Go's standard library and the modules that are listed
here. Each is used under its own licence. The texts of the licences, and the
notices that accompany them, follow the list.

The container image also holds the certificates of the Debian package
ca-certificates, which are Mozilla's and under the Mozilla Public License 2.0
(https://www.mozilla.org/MPL/2.0/), and the time zones that come with Go, which
are in the public domain.

Modules under the Mozilla Public License 2.0 are linked as they are. Their source
code is at the address that the name of the module is, in the version in go.mod.

Made by: go test ./internal/testing/archtest -run Notice -update

`

// targets are the systems that the program is built for. Each has packages of its own.
var targets = []string{"linux/amd64", "linux/arm64", "darwin/arm64", "windows/amd64"}

// legal matches the names of files that have to accompany a program.
var legal = regexp.MustCompile(`(?i)^(UN)?(LICEN[CS]E|COPYING|COPYRIGHT|NOTICE|PATENTS)([-_.].*)?$`)

// permitted are the licences, by the names of licensecheck, that require only a notice.
var permitted = []string{
	"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "GooglePatentsFile", "ISC", "MIT", "public domain",
	"MPL-2.0", // and to say where the source is: see noticeHead
}

// read are the legal files that were read by a person, with their licences: licensecheck cannot decide which linked
// code has which licence.
var read = map[string][]string{
	// It also has MPL-2.0, of a module that is not linked.
	"modernc.org/sqlite/LICENSE-3RD-PARTY.md": {"MIT", "BSD-3-Clause"},
	"modernc.org/sqlite/LICENSE-SQLITE":       {"public domain"},
}

// linked is a package of another module in the program.
type linked struct{ module, root, dir string }

// linkedPackages returns what `go list -deps` says is linked into the program for the target.
func linkedPackages(t *testing.T, target string) (all []linked) {
	t.Helper()
	system, machine, _ := strings.Cut(target, "/")
	cmd := exec.Command("go", "list", "-deps", "-json=Dir,Module", "github.com/sweepd/sweepd/cmd/sweepd")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+system, "GOARCH="+machine)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			Dir    string
			Module *struct {
				Path, Dir string
				Main      bool
			}
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		if p.Module != nil && !p.Module.Main {
			all = append(all, linked{p.Module.Path, p.Module.Dir, p.Dir})
		}
	}
}

// legalFiles returns the legal files of the package's folder and of those above it in its module, as paths below the
// root of the module.
func legalFiles(t *testing.T, p linked) (names []string) {
	t.Helper()
	for dir := p.dir; ; dir = filepath.Dir(dir) {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if e.Type().IsRegular() && legal.MatchString(e.Name()) {
				name, err := filepath.Rel(p.root, filepath.Join(dir, e.Name()))
				if err != nil {
					t.Fatal(err)
				}
				names = append(names, filepath.ToSlash(name))
			}
		}
		if dir == p.root || dir == filepath.Dir(dir) {
			return names
		}
	}
}

// licences returns the names of the licences in a legal file, none for one that only names authors.
func licences(file string, text []byte) (names []string) {
	if names, ok := read[file]; ok {
		return names
	}
	for _, m := range licensecheck.Scan(text).Match {
		if !m.IsURL {
			names = append(names, m.ID)
		}
	}
	return names
}

// notice returns the text of NOTICE.
func notice(t *testing.T) []byte {
	t.Helper()
	files := map[string]map[string][]byte{"Go": {}} // the texts by module and name
	add := func(module, root, name string) {
		text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		files[module][name] = bytes.TrimSpace(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")))
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatalf("go env: %v", err)
	}
	for _, name := range []string{"LICENSE", "PATENTS"} {
		add("Go", strings.TrimSpace(string(root)), name)
	}
	for _, target := range targets {
		for _, p := range linkedPackages(t, target) {
			if files[p.module] == nil {
				files[p.module] = map[string][]byte{}
			}
			for _, name := range legalFiles(t, p) {
				if files[p.module][name] == nil {
					add(p.module, p.root, name)
				}
			}
		}
	}

	list, order, texts := "", []string(nil), map[string][]string{} // the files with each text
	for _, module := range slices.Sorted(maps.Keys(files)) {
		var of []string
		for _, name := range slices.Sorted(maps.Keys(files[module])) {
			file, text := module+"/"+name, files[module][name]
			of = append(of, licences(file, text)...)
			if texts[string(text)] == nil {
				order = append(order, string(text))
			}
			texts[string(text)] = append(texts[string(text)], file)
		}
		slices.Sort(of)
		of = slices.Compact(of)
		if len(of) == 0 {
			t.Errorf("%s has no licence that is known", module)
		}
		for _, name := range of {
			if !slices.Contains(permitted, name) {
				t.Errorf("%s is under %s, which may ask for more than a notice", module, name)
			}
		}
		list += fmt.Sprintf("%-64s %s\n", module, strings.Join(of, ", "))
	}
	out := noticeHead + list
	for _, text := range order {
		out += "\n" + strings.Repeat("-", 80) + "\n" + strings.Join(texts[text], "\n") + ":\n\n" + text + "\n"
	}
	return []byte(out)
}

// NOTICE is made from the modules themselves, so that none that is linked is left out; -update rewrites it.
func TestTheNoticeHasTheLicenceOfAllThatIsLinked(t *testing.T) {
	t.Parallel()
	want := notice(t)
	if t.Failed() {
		return
	}
	if *update {
		if err := os.WriteFile("../../../NOTICE", want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile("../../../NOTICE"); err != nil || !bytes.Equal(got, want) {
		t.Errorf("NOTICE is not what is linked, %v; go test ./internal/testing/archtest -run Notice -update", err)
	}
}

package archtest

import (
	"fmt"
	"go/doc"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// floor is a set of packages that do not import one another. A package imports only packages on lower floors, or below
// its own folder.
type floor struct {
	name  string
	rooms []string // below sweepd/; a pattern that ends in /... has all packages below
}

// floors are all packages, from the top down.
var floors = []floor{
	{"Rigs of the tests, which never ship", []string{
		"internal/testing/archtest", "internal/testing/cloudaudit", "internal/testing/crashtest",
		"internal/testing/e2e", "internal/testing/lookalikes", "internal/testing/losefs", "internal/testing/manual",
		"internal/testing/systemdtest", "bench",
	}},
	{"What the rigs share", []string{
		"internal/testing/markdown", "internal/testing/rotation", "providers/providertest",
		"fingerprint/c2pa/c2patest", "internal/cloudsim/discovery", "internal/testing/postgrestest",
		"internal/testing/mailtest",
	}},
	{"The program", []string{"cmd/sweepd"}},
	{"Several machines", []string{"internal/fleet"}},
	{"The service", []string{"internal/daemon"}},
	{"The page", []string{"internal/review"}},
	{"Wiring", []string{"internal/app"}},
	{"What people and machines are shown", []string{
		"internal/report", "internal/status", "internal/notify", "internal/systemd", "internal/event", "internal/tui",
		"internal/conversations",
	}},
	{"The engine, and the policy as a file", []string{"sweeper", "policy/policyfile"}},
	{"Memory and rules", []string{"journal", "policy"}},
	{"What is known of pictures", []string{"known"}},
	{"The data export, and documents", []string{"export", "documents"}},
	{"Storages", []string{"providers/local", "providers/gdrive", "providers/dropbox"}},
	{"What the storages in a cloud are made of", []string{"providers/cloudstorage"}},
	{"What holds a file on a local disk", []string{"providers/local/guards"}},
	{"What the local disk is looked at by", []string{"providers/local/roots", "providers/local/mentions"}},
	{"The contract, and what a picture is", []string{
		"providers", "fingerprint", "fingerprint/c2pa", "fingerprint/filename", "fingerprint/perceptual",
	}},
	{"Accounts", []string{
		"internal/cloud/googleaccount", "internal/cloud/dropboxaccount", "internal/cloud/provenance",
	}},
	{"Sign-in", []string{"internal/cloud/oauth"}},
	{"Transport", []string{"internal/cloud/cloudhttp"}},
	{"The trash", []string{"xdgtrash"}},
	{"Tools that know nothing of sweeping", []string{
		"internal/disk", "internal/durable", "internal/schedule", "internal/secret", "internal/watch",
		"internal/thumbnail", "policy/internal/glob", "internal/postgres",
	}},
	{"Texts in the user's language", []string{"internal/language"}},
	{"The demo's clouds", []string{"internal/cloudsim/rehearsal"}},
	{"Simulated services", []string{
		"internal/cloudsim/drivesim/...", "internal/cloudsim/dropboxsim", "internal/cloudsim/openaisim",
	}},
	{"What the simulated services share", []string{"internal/cloudsim", "internal/cloudsim/content"}},
}

// floorOf returns the index in floors of a package, whose path is below sweepd/, or -1.
func floorOf(path string) int {
	return slices.IndexFunc(floors, func(f floor) bool { return any(f.rooms, path) })
}

func TestImportsRunDownward(t *testing.T) {
	for _, p := range packages(t) {
		from := strings.TrimPrefix(p.ImportPath, "sweepd/")
		if floorOf(from) < 0 {
			t.Errorf("%s is on no floor: add it to the list, and run this package's tests with -update", from)
		}
		for _, imp := range p.Imports {
			to, ours := strings.CutPrefix(imp, "sweepd/")
			if ours && floorOf(to) <= floorOf(from) && !strings.HasPrefix(to, from+"/") {
				t.Errorf("%s imports %s, which is not below it", from, to)
			}
		}
	}
}

const (
	roomsBegin = "<!-- rooms: written by go test ./internal/testing/archtest -run Rooms -update -->\n"
	roomsEnd   = "<!-- end of rooms -->\n"
)

// The drawing of the rooms in docs/internals/design.md is made of the floors and the package comments.
func TestTheDrawingOfTheRoomsIsTheCode(t *testing.T) {
	const page = "../../../docs/internals/design.md"
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), roomsBegin)
	_, after, ok2 := strings.Cut(rest, roomsEnd)
	if !ok || !ok2 {
		t.Fatalf("%s has no place for the rooms", page)
	}
	want := before + roomsBegin + drawing(t) + roomsEnd + after
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if want != string(text) {
		t.Errorf("the rooms in %s are not those of the code: go test ./internal/testing/archtest -run Rooms -update",
			page)
	}
}

// drawing returns the floors with their packages, the sentence about each, and what each imports of ours.
func drawing(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	all := packages(t)
	for i, f := range floors {
		fmt.Fprintf(&b, "\n**%s**\n\n", f.name)
		for _, p := range all {
			path := strings.TrimPrefix(p.ImportPath, "sweepd/")
			if floorOf(path) != i {
				continue
			}
			var below []string
			for _, imp := range p.Imports {
				if to, ours := strings.CutPrefix(imp, "sweepd/"); ours {
					below = append(below, "`"+to+"`")
				}
			}
			fmt.Fprintf(&b, "- `%s` %s", path, synopsis(t, p))
			if len(below) > 0 {
				fmt.Fprintf(&b, " *Imports* %s.", strings.Join(below, ", "))
			}
			b.WriteString("\n")
		}
	}
	b.WriteString("\n")
	return b.String()
}

// synopsis returns the first sentence of a package comment without "Package name".
func synopsis(t *testing.T, p pkg) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(p.Dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.PackageClauseOnly|parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		if file.Doc == nil {
			continue
		}
		sentence := new(doc.Package).Synopsis(file.Doc.Text())
		for _, start := range []string{"Package " + file.Name.Name + " ", "Command sweepd "} {
			sentence = strings.TrimPrefix(sentence, start)
		}
		return sentence
	}
	t.Errorf("%s has no package comment", p.ImportPath)
	return ""
}

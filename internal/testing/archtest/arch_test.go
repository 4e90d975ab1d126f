// Package archtest checks which package may import what. Each wall names a package, an import that it must not have,
// and the reason; nothing else is enforced here.
package archtest

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// wall forbids packages matched by from to import packages matched by to. A pattern that ends in /... stands for the
// package and all below.
type wall struct {
	from, to string
	but      []string // packages matched by from to which the wall does not apply
	open     []string // packages matched by to that may be imported
	why      string
}

// texts is the package that is behind no wall against all of ours: a text is a value, which any package may return.
const texts = "sweepd/internal/language"

// online are the packages that may use the network.
var online = []string{
	"sweepd/internal/cloudsim/...",
	"sweepd/internal/cloud/cloudhttp",
	"sweepd/internal/cloud/dropboxaccount",
	"sweepd/internal/cloud/googleaccount",
	"sweepd/internal/cloud/provenance", // to OpenAI, pictures of storages for which the policy says so
	"sweepd/internal/notify",           // to the receivers in the policy; file names only if the policy allows them
	"sweepd/internal/cloudsim/rehearsal",
	"sweepd/internal/cloud/oauth",
	"sweepd/internal/systemd",  // to the machine's own service manager
	"sweepd/internal/status",   // a socket and loopback: it only answers
	"sweepd/internal/review",   // the same
	"sweepd/internal/postgres", // to the database that the user names as the record
	"sweepd/internal/testing/mailtest",
	"sweepd/providers/dropbox",
	"sweepd/providers/gdrive",
}

var walls = []wall{
	{from: "sweepd/providers", to: "sweepd/...", why: "the contract depends on no package that uses or implements it"},
	{
		from: "sweepd/...", to: "net/...", but: online, open: []string{"net/url", "net/netip"},
		why: "data leaves the machine only toward a storage or a receiver of messages that the policy names",
	},
	{
		from: "sweepd/internal/cloud/cloudhttp", to: "sweepd/...", open: []string{"sweepd/internal/secret"},
		why: "a transport depends on no cloud service",
	},
	{
		from: "sweepd/internal/cloud/oauth", to: "sweepd/...",
		open: []string{"sweepd/internal/cloud/cloudhttp", "sweepd/internal/durable", "sweepd/internal/secret"},
		why:  "a sign-in depends on no cloud service and no storage",
	},
	{
		from: "sweepd/...", to: "golang.org/x/oauth2/...",
		but: []string{
			"sweepd/internal/cloud/oauth", "sweepd/internal/cloud/googleaccount",
			"sweepd/internal/cloud/dropboxaccount",
		},
		why: "only the sign-in and the account packages obtain tokens",
	},
	{
		from: "sweepd/internal/cloud/googleaccount", to: "sweepd/...",
		open: []string{"sweepd/internal/cloud/cloudhttp", "sweepd/internal/secret", "sweepd/internal/cloud/oauth"},
		why:  "an account package serves the sign-in too, and depends on no storage",
	},
	{
		from: "sweepd/internal/cloud/dropboxaccount", to: "sweepd/...",
		open: []string{"sweepd/internal/cloud/cloudhttp", "sweepd/internal/secret", "sweepd/internal/cloud/oauth"},
		why:  "an account package serves the sign-in too, and depends on no storage",
	},
	{
		from: "sweepd/internal/cloud/provenance", to: "sweepd/...",
		open: []string{"sweepd/internal/cloud/cloudhttp", "sweepd/internal/secret"},
		why:  "it gets bytes to upload, and neither names nor reads a file",
	},
	{
		from: "sweepd/...", to: "sweepd/internal/cloud/provenance", but: []string{"sweepd/internal/app"},
		why: "only internal/app uploads pictures, by what the policy says",
	},
	{
		from: "sweepd/...", to: "github.com/openai/...",
		why: "OpenAI's SDK is used only by the tests of the module internal/testing/openaisdk: see dependencies.md",
	},
	{
		from: "sweepd/internal/status", to: "sweepd/...",
		why: "the state of a daemon is plain values, and showing it opens nothing",
	},
	{
		from: "sweepd/...", to: "github.com/prometheus/...", but: []string{"sweepd/internal/status"},
		why: "only internal/status serves metrics",
	},
	{
		from: "sweepd/...", to: "net/http/pprof", but: []string{"sweepd/internal/status"},
		why: "only the control socket and its page serve profiles",
	},
	{
		from: "sweepd/internal/notify", to: "sweepd/...", open: []string{"sweepd/internal/secret"},
		why: "the sender of a message does not depend on its subject",
	},
	{
		from: "sweepd/...", to: "github.com/nicholas-fedor/...", but: []string{"sweepd/internal/notify"},
		why: "only internal/notify sends messages",
	},
	{
		from: "sweepd/...", to: "github.com/wneessen/...", but: []string{"sweepd/internal/notify"},
		why: "only internal/notify sends messages",
	},
	{
		from: "sweepd/...", to: "github.com/godbus/...", but: []string{"sweepd/internal/notify"},
		why: "only internal/notify sends messages",
	},
	{from: "sweepd/internal/durable", to: "sweepd/...", why: "it writes files of any package"},
	{from: "sweepd/internal/secret", to: "sweepd/...", why: "a secret depends on no other package"},
	{from: "sweepd/internal/schedule", to: "sweepd/...", why: "a schedule does not depend on sweeping"},
	{from: texts, to: "sweepd/...", why: "every package may have texts, and they depend on none"},
	{from: texts, to: "os", why: "the user's language is an argument"},
	{
		from: "sweepd/...", to: "golang.org/x/text/language", but: []string{texts},
		why: "only internal/language knows the languages",
	},
	{from: "sweepd/internal/schedule", to: "os", why: "a due time is a pure function: it does no I/O"},
	{from: "sweepd/internal/systemd", to: "sweepd/...", why: "it passes plain values to the service manager"},
	{from: "sweepd/internal/event", to: "sweepd/...", why: "it lists the events of all packages, and logs none"},
	{
		from: "sweepd/internal/systemd", to: "net/...", open: []string{"net"},
		why: "it communicates only with this machine's systemd",
	},
	{
		from: "sweepd/...", to: "github.com/coreos/...", but: []string{"sweepd/internal/systemd"},
		why: "only internal/systemd communicates with systemd",
	},
	{
		from: "sweepd/...", to: "golang.org/x/time/...", but: []string{"sweepd/internal/cloud/cloudhttp"},
		why: "only the transport limits the rate of calls",
	},
	{from: "sweepd/internal/cloudsim", to: "sweepd/...", why: "it serves every simulated service, and depends on none"},
	{
		from: "sweepd/internal/cloudsim/drivesim", to: "sweepd/...", open: []string{"sweepd/internal/cloudsim/..."},
		why: "a simulated service is written from the service's API alone, not from our own code",
	},
	{
		from: "sweepd/internal/cloudsim/openaisim", to: "sweepd/...", open: []string{"sweepd/internal/cloudsim/..."},
		why: "a simulated service is written from the service's API alone, not from our own code",
	},
	{
		from: "sweepd/internal/cloudsim/rehearsal", to: "sweepd/...", open: []string{"sweepd/internal/cloudsim/..."},
		why: "the demo's clouds do not depend on the program that uses them",
	},
	{
		from: "sweepd/...", to: "sweepd/internal/cloudsim/...",
		but: []string{
			"sweepd/cmd/sweepd", "sweepd/internal/testing/cloudaudit", "sweepd/internal/cloudsim/rehearsal",
			"sweepd/internal/cloudsim/...",
		}, why: "code that sweeps does not depend on the simulated services",
	},
	{
		from: "sweepd/internal/cloudsim/dropboxsim", to: "sweepd/...", open: []string{"sweepd/internal/cloudsim/..."},
		why: "a simulated service is written from the service's API alone, not from our own code",
	},
	{from: "sweepd/internal/cloudsim/content", to: "sweepd/...", why: "it serves every simulated service, and " +
		"depends on none"},
	{
		from: "sweepd/internal/cloudsim/...", to: "github.com/dropbox/...",
		why: "the vendor's client tests the simulated service, so the service must not use it",
	},
	{
		from: "sweepd/internal/cloudsim/...", to: "google.golang.org/...",
		why: "the vendor's client tests the simulated service, so the service must not use it",
	},
	{
		from: "sweepd/providers/local", to: "sweepd/...",
		open: []string{
			"sweepd/providers", "sweepd/providers/local/guards", "sweepd/providers/local/roots", "sweepd/internal/disk",
			"sweepd/internal/watch", "sweepd/xdgtrash",
		},
		why: "a provider depends only on the contract and its own service",
	},
	{
		from: "sweepd/providers/local/guards", to: "sweepd/...",
		open: []string{
			"sweepd/providers", "sweepd/providers/local/mentions", "sweepd/providers/local/roots",
			"sweepd/internal/disk",
		},
		why: "a guard only reads: it depends on neither the listing nor the move",
	},
	{
		from: "sweepd/providers/local/roots", to: "sweepd/...", open: []string{
			"sweepd/providers",
			"sweepd/internal/disk",
		},
		why: "a root does not depend on its users",
	},
	{
		from: "sweepd/xdgtrash", to: "sweepd/...", open: []string{"sweepd/internal/disk"},
		why: "a trash is anybody's: it knows no journal, no policy and no contract",
	},
	{from: "sweepd/internal/disk", to: "sweepd/...", why: "the kernel is asked about files, not about sweeping"},
	{
		from: "sweepd/providers/gdrive", to: "sweepd/...",
		open: []string{
			"sweepd/providers", "sweepd/providers/cloudstorage", "sweepd/internal/cloud/cloudhttp",
			"sweepd/internal/cloud/googleaccount",
		},
		why: "a provider depends only on the contract, its own service and the code that all services share",
	},
	{
		from: "sweepd/providers/dropbox", to: "sweepd/...",
		open: []string{
			"sweepd/providers", "sweepd/providers/cloudstorage", "sweepd/internal/cloud/cloudhttp",
			"sweepd/internal/cloud/dropboxaccount",
		},
		why: "a provider depends only on the contract, its own service and the code that all services share",
	},
	{
		from: "sweepd/providers/cloudstorage", to: "sweepd/...", open: []string{"sweepd/providers"},
		why: "the code that all services share depends on none of them",
	},
	{
		from: "sweepd/...", to: "google.golang.org/...",
		but: []string{"sweepd/providers/gdrive", "sweepd/internal/cloud/googleaccount"},
		why: "only a service's provider, and the package of its accounts, uses the SDK of the service",
	},
	{
		from: "sweepd/...", to: "github.com/dropbox/...", but: []string{"sweepd/providers/dropbox"},
		why: "only a service's provider uses the SDK of the service",
	},
	{from: "sweepd/providers/local/mentions", to: "sweepd/...", why: "the names in a text do not depend on a storage"},
	{from: "sweepd/providers/local/mentions", to: "os", why: "it reads only through the reader that it receives"},
	{
		from: "sweepd/...", to: "github.com/go-git/...", but: []string{"sweepd/providers/local/guards"},
		why: "only a guard reads Git's index, and no package runs git",
	},
	{from: "sweepd/fingerprint/...", to: "sweepd/providers/...", why: "a verdict does not depend on a storage"},
	{from: "sweepd/fingerprint/...", to: "sweepd/policy/...", why: "a verdict does not depend on the policy"},
	{from: "sweepd/fingerprint/...", to: "os", why: "detectors read only through the reader that they receive"},
	{from: "sweepd/fingerprint/...", to: "net/...", why: "no information about a picture leaves the machine"},
	{
		from: "sweepd/export", to: "sweepd/...",
		open: []string{
			"sweepd/fingerprint", "sweepd/fingerprint/perceptual", "sweepd/internal/thumbnail", "sweepd/providers",
		},
		why: "an export is read without any storage, and does not depend on what is learned from it",
	},
	{
		from: "sweepd/documents", to: "sweepd/...", open: []string{"sweepd/fingerprint"},
		why: "a document is read without any storage, and does not depend on what is known of pictures",
	},
	{from: "sweepd/documents", to: "os", why: "a document is read only through the reader that it receives"},
	{
		from: "sweepd/known", to: "sweepd/...",
		open: []string{"sweepd/export", "sweepd/fingerprint", "sweepd/providers"},
		why:  "what is known of a picture does not depend on how it is stored, or on what is done with it",
	},
	{from: "sweepd/known", to: "os", why: "a look-up is a pure function: it does no I/O"},
	{from: "sweepd/policy/...", to: "os", why: "a decision is a pure function: it does no I/O"},
	{
		from: "sweepd/policy/...", to: "net/...", open: []string{"net/netip"},
		why: "a decision is a pure function: it does no I/O",
	},
	{from: "sweepd/policy/...", to: "sweepd/journal", why: "a decision is a pure function: it does no I/O"},
	{
		from: "sweepd/...", to: "sweepd/policy/policyfile",
		but: []string{"sweepd/cmd/sweepd", "sweepd/internal/app", "sweepd/internal/testing/cloudaudit"},
		why: "a decision does not depend on the notation of the policy",
	},
	{from: "sweepd/journal", to: "sweepd/sweeper", why: "the record does not depend on the engine that writes it"},
	{
		from: "sweepd/internal/conversations", to: "sweepd/...",
		open: []string{"sweepd/fingerprint", "sweepd/journal", "sweepd/known", "sweepd/providers"},
		why:  "conversations are told from the record, without a policy or the engine",
	},
	{
		from: "sweepd/internal/report", to: "sweepd/...",
		open: []string{"sweepd/fingerprint", "sweepd/journal", "sweepd/policy", "sweepd/providers", "sweepd/sweeper"},
		why:  "a report is made from the record, and opens no storage",
	},
	{from: "sweepd/internal/report", to: "os", why: "a report is written to the io.Writer of the caller"},
	{
		from: "sweepd/fingerprint/perceptual", to: "sweepd/...",
		why: "it computes with the pixels that it receives, and decodes no picture",
	},
	{
		from: "sweepd/internal/review", to: "sweepd/...",
		open: []string{
			"sweepd/fingerprint", "sweepd/internal/app", "sweepd/internal/report", "sweepd/internal/status",
			"sweepd/internal/thumbnail", "sweepd/journal", "sweepd/policy", "sweepd/providers", "sweepd/sweeper",
		},
		why: "a page shows and asks: the engine decides, and the app opens",
	},
	{
		from: "sweepd/...", to: "sweepd/internal/review", but: []string{"sweepd/cmd/sweepd", "sweepd/internal/daemon"},
		why: "only the program and the service have a page",
	},
	{from: "sweepd/internal/tui", to: "sweepd/...", why: "a list on a terminal does not depend on its subject"},
	{
		from: "sweepd/...", to: "github.com/gdamore/...", but: []string{"sweepd/internal/tui"},
		why: "only internal/tui takes over the terminal",
	},
	{from: "sweepd/internal/thumbnail", to: "sweepd/...", why: "it reads a picture as bytes, from any storage"},
	{from: "sweepd/internal/thumbnail", to: "os", why: "it reads only through the reader that it receives"},
	{
		from: "sweepd/...", to: "golang.org/x/image/...",
		but: []string{"sweepd/internal/thumbnail", "sweepd/internal/tui"}, // which shows thumbnails of ours
		why: "only internal/thumbnail decodes untrusted pictures, within its limits",
	},
	{
		from: "sweepd/...", to: "image/...",
		but: []string{
			"sweepd/internal/thumbnail", "sweepd/internal/cloudsim/rehearsal", "sweepd/internal/cloudsim/...",
			"sweepd/fingerprint/c2pa/c2patest", "sweepd/providers/providertest",
			"sweepd/internal/tui", // thumbnails of ours
		},
		why: "only internal/thumbnail decodes untrusted pictures, within its limits",
	},
	{
		from: "sweepd/...", to: "database/sql/...", but: []string{"sweepd/journal"},
		open: []string{"database/sql/driver"}, why: "SQL is only in the journal",
	},
	{
		from: "sweepd/...", to: "database/sql/driver", but: []string{"sweepd/journal", "sweepd/internal/postgres"},
		why: "SQL is only in the journal",
	},
	{
		from: "sweepd/...", to: "github.com/jackc/...",
		but: []string{
			"sweepd/journal", "sweepd/internal/postgres", "sweepd/internal/testing/postgrestest",
			"sweepd/internal/fleet", // its tables have turns and quotas, and nothing about a file
		},
		why: "SQL is only in the journal",
	},
	{
		from: "sweepd/...", to: "github.com/riverqueue/...", but: []string{"sweepd/internal/fleet"},
		why: "a queue wakes the workers of a fleet, and decides nothing",
	},
	{from: "sweepd/internal/postgres", to: "sweepd/...", why: "it opens connections, and knows no table"},
	{from: "sweepd/...", to: "sweepd/internal/testing/postgrestest", why: "test-only code never ships"},
	{from: "sweepd/...", to: "sweepd/internal/testing/mailtest", why: "test-only code never ships"},
	{from: "sweepd/...", to: "modernc.org/...", but: []string{"sweepd/journal"}, why: "SQL is only in the journal"},
	{
		from: "sweepd/...", to: "github.com/goccy/go-yaml/...",
		but: []string{"sweepd/policy/policyfile", "sweepd/fingerprint/filename"},
		why: "only policies and name lists are YAML",
	},
	{
		from: "sweepd/...", to: "sweepd/providers/local", but: []string{"sweepd/internal/app"},
		why: "only internal/app depends on the kinds of storage",
	},
	{
		from: "sweepd/...", to: "sweepd/providers/gdrive", but: []string{"sweepd/internal/app"},
		why: "only internal/app depends on the kinds of storage",
	},
	{from: "sweepd/internal/watch", to: "sweepd/...", why: "it reports hints, and depends on none of its users"},
	{
		from: "sweepd/...", to: "sweepd/internal/watch",
		but: []string{"sweepd/internal/daemon", "sweepd/providers/local"},
		why: "only a service waits",
	},
	{
		from: "sweepd/...", to: "sweepd/internal/systemd", but: []string{"sweepd/internal/daemon", "sweepd/cmd/sweepd"},
		why: "only a service has a service manager",
	},
	{
		from: "sweepd/...", to: "github.com/fsnotify/...", but: []string{"sweepd/internal/watch"},
		why: "only internal/watch receives file events, and they are only hints",
	},
	{from: "sweepd/...", to: "sweepd/cmd/...", why: "no package depends on the command line"},
	{
		from: "sweepd/...", to: "sweepd/internal/app",
		but: []string{
			"sweepd/cmd/sweepd", "sweepd/internal/daemon", "sweepd/internal/review", "sweepd/internal/fleet",
		},
		why: "only the program wires everything",
	},
	{
		from: "sweepd/...", to: "sweepd/internal/daemon", but: []string{"sweepd/cmd/sweepd", "sweepd/internal/fleet"},
		why: "only the command line starts the service, and no command depends on it",
	},
	{from: "sweepd/...", to: "sweepd/providers/providertest", why: "test-only code never ships"},
	{
		from: "sweepd/...", to: "sweepd/fingerprint/c2pa/c2patest", but: []string{"sweepd/internal/testing/cloudaudit"},
		why: "test-only code never ships",
	},
	{from: "sweepd/...", to: "sweepd/internal/testing/crashtest", why: "test-only code never ships"},
	{from: "sweepd/...", to: "sweepd/internal/testing/losefs", why: "test-only code never ships"},
	{from: "sweepd/...", to: "sweepd/internal/testing/cloudaudit", why: "test-only code never ships"},
	{from: "sweepd/...", to: "sweepd/internal/testing/e2e", why: "test-only code never ships"},
	{
		from: "sweepd/...", to: "sweepd/internal/testing/rotation", but: []string{"sweepd/internal/testing/cloudaudit"},
		why: "test-only code never ships",
	},
	{from: "sweepd/...", to: "sweepd/internal/cloudsim/discovery", why: "test-only code never ships"},
	{
		from: "sweepd/...", to: "github.com/hanwen/go-fuse/...", but: []string{"sweepd/internal/testing/losefs"},
		why: "only a test serves a file system",
	},
	{
		from: "sweepd/...", to: "testing",
		but: []string{
			"sweepd/internal/testing/cloudaudit", "sweepd/internal/testing/e2e", "sweepd/internal/testing/rotation",
			"sweepd/internal/testing/postgrestest", "sweepd/internal/testing/mailtest",
			"sweepd/providers/providertest", "sweepd/fingerprint/c2pa/c2patest", "sweepd/internal/cloudsim/discovery",
		},
		why: "test-only code never ships",
	},
	{from: "sweepd/...", to: "github.com/invopop/...", why: "the schema is generated by a test"},
}

// pkg is go list's description of a package.
type pkg struct {
	ImportPath string
	Dir        string
	Imports    []string
	GoFiles    []string
}

// packages returns the packages of the module. In what it returns, as in the walls, sweepd stands for the module's
// path.
func packages(t *testing.T) []pkg {
	t.Helper()
	const module = `"github.com/sweepd/sweepd`
	cmd := exec.Command("go", "list", "-json=ImportPath,Dir,Imports,GoFiles", module[1:]+"/...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	for dec := json.NewDecoder(strings.NewReader(strings.ReplaceAll(string(out), module, `"sweepd`))); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func matches(pattern, path string) bool {
	if base, ok := strings.CutSuffix(pattern, "/..."); ok {
		return path == base || strings.HasPrefix(path, base+"/")
	}
	return path == pattern
}

func any(patterns []string, path string) bool {
	for _, p := range patterns {
		if matches(p, path) {
			return true
		}
	}
	return false
}

func TestNoRoomImportsWhatItMustNot(t *testing.T) {
	met := map[int]bool{}
	for _, p := range packages(t) {
		for i, w := range walls {
			if !matches(w.from, p.ImportPath) {
				continue
			}
			met[i] = true
			for _, imp := range p.Imports {
				free := w.to == "sweepd/..." && imp == texts
				if matches(w.to, imp) && !free && !any(w.but, p.ImportPath) && !any(w.open, imp) {
					t.Errorf("%s imports %s: %s", p.ImportPath, imp, w.why)
				}
			}
		}
	}
	for i, w := range walls {
		if !met[i] {
			t.Errorf("the wall around %s matches no package: it was renamed", w.from)
		}
	}
}

// clocks are the packages that may read the clock.
var clocks = []string{"sweepd/cmd/sweepd", "sweepd/internal/testing/e2e", "sweepd/bench"}

func TestOnlyTheProgramAsksForTheTime(t *testing.T) {
	eachCall(t, func(p pkg, pos token.Position, name string) {
		if (name == "time.Now" || name == "time.Since" || name == "time.Until") && !any(clocks, p.ImportPath) {
			t.Errorf("%s: %s outside the program: time is an argument", pos, name)
		}
	})
}

// A recursive remove is the usual way in which cleaners delete the wrong files.
func TestThereIsNoRecursiveRemove(t *testing.T) {
	eachCall(t, func(_ pkg, pos token.Position, name string) {
		if strings.HasSuffix(name, ".RemoveAll") {
			t.Errorf("%s: %s", pos, name)
		}
	})
}

func TestNoPackageRunsCodeBeforeMain(t *testing.T) {
	eachFile(t, func(_ pkg, fset *token.FileSet, f *ast.File) {
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				t.Errorf("%s: an init function", fset.Position(fn.Pos()))
			}
		}
	})
}

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	said := map[string]bool{}
	var all []string
	eachFile(t, func(p pkg, _ *token.FileSet, f *ast.File) {
		if _, known := said[p.ImportPath]; !known {
			all = append(all, p.ImportPath)
		}
		said[p.ImportPath] = said[p.ImportPath] || f.Doc != nil
	})
	for _, path := range all {
		if !said[path] {
			t.Errorf("%s has no package comment", path)
		}
	}
}

// eachCall visits every selector x.Y in the production code. It also visits methods of values, which can only make a
// check too strict.
func eachCall(t *testing.T, visit func(pkg, token.Position, string)) {
	eachFile(t, func(p pkg, fset *token.FileSet, f *ast.File) {
		ast.Inspect(f, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := sel.X.(*ast.Ident); ok {
					visit(p, fset.Position(sel.Pos()), x.Name+"."+sel.Sel.Name)
				}
			}
			return true
		})
	})
}

func eachFile(t *testing.T, visit func(pkg, *token.FileSet, *ast.File)) {
	t.Helper()
	for _, p := range packages(t) {
		for _, name := range p.GoFiles {
			fset := token.NewFileSet()
			f, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil,
				parser.ParseComments|parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			visit(p, fset, f)
		}
	}
}

package systemdtest

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/internal/event"
	"github.com/sweepd/sweepd/internal/testing/markdown"
)

const units = "../../../deploy/systemd"

// services are the units of kind service.
var services = []string{"sweepd.service", "sweepd@.service", "user/sweepd.service"}

// lacking skips a test for want of something, and fails it where nothing may be wanting.
func lacking(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// tool is a program that systemd brings.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		lacking(t, "there is no "+name+" (systemd)")
	}
	return path
}

// The exposure of a service to attack by systemd's own reckoning, which is 9.6 for a unit that forbids nothing, is at
// most 1.8.
func TestUnitsForbidWhatIsNotNeeded(t *testing.T) {
	analyze := tool(t, "systemd-analyze")
	score := func(unit string) (string, error) {
		out, err := exec.Command(analyze, "security", "--offline=true", "--no-pager",
			"--threshold=18", unit).CombinedOutput()
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		return lines[len(lines)-1], err
	}
	for _, unit := range services {
		said, err := score(filepath.Join(units, unit))
		if err != nil {
			t.Errorf("%s: %v: %s", unit, err, said)
		}
		t.Log(unit, said)
	}
	bare := filepath.Join(t.TempDir(), "bare.service")
	if err := os.WriteFile(bare, []byte("[Service]\nType=notify\nExecStart=/bin/true\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if said, err := score(bare); err == nil {
		t.Errorf("a unit that forbids nothing passes too: %s", said)
	}
}

// No key of a unit is unknown to this systemd, and no dependency is missing.
func TestUnitsAreValid(t *testing.T) {
	analyze := tool(t, "systemd-analyze")
	verify := func(unit string, src []byte) ([]byte, error) {
		dir := t.TempDir()
		// a template needs a user
		path := filepath.Join(dir, strings.Replace(filepath.Base(unit), "@.", "@daemon.", 1))
		// which is not installed here
		src = bytes.ReplaceAll(src, []byte("/usr/bin/sweepd"), []byte("/bin/true"))
		err := errors.Join(
			// the socket's
			os.WriteFile(filepath.Join(dir, "sweepd.service"), []byte("[Service]\nExecStart=/bin/true\n"), 0o644),
			os.WriteFile(path, src, 0o644),
		)
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(analyze, "verify", "--man=no", "--recursive-errors=no", path)
		if strings.HasPrefix(unit, "user/") {
			cmd.Args = append(cmd.Args, "--user")
		}
		cmd.Env = append(os.Environ(), "XDG_RUNTIME_DIR="+dir)
		return cmd.CombinedOutput()
	}
	for _, unit := range append([]string{"sweepd.socket"}, services...) {
		src, err := os.ReadFile(filepath.Join(units, unit))
		if err != nil {
			t.Fatal(err)
		}
		if out, err := verify(unit, src); err != nil || len(out) > 0 {
			t.Errorf("%s: %v\n%s", unit, err, out)
		}
		if out, err := verify(unit, append(src, "\nNoSuchSetting=1\n"...)); err == nil && len(out) == 0 {
			t.Errorf("%s with a setting that there is not is valid too", unit)
		}
	}
	src, err := os.ReadFile(filepath.Join(units, services[0]))
	if err != nil {
		t.Fatal(err)
	}
	for _, added := range documented(t, "[Service]", "systemd.md", "google-drive.md") {
		if out, err := verify(services[0], slices.Concat(src, []byte("\n"+added))); err != nil || len(out) > 0 {
			t.Errorf("with %s: %v\n%s", added, err, out)
		}
	}
}

// documented returns the blocks of the pages in docs that begin with a text, at least one.
func documented(t *testing.T, begin string, names ...string) (blocks []string) {
	t.Helper()
	for _, name := range names {
		page, err := markdown.Read(filepath.Join("../../../docs", name))
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range page.Blocks() {
			if strings.HasPrefix(block.Text, begin) {
				blocks = append(blocks, block.Text)
			}
		}
	}
	if len(blocks) == 0 {
		t.Fatalf("%q: no block begins with %q", names, begin)
	}
	return blocks
}

// The units are for the files of different users, and agree in all other settings.
func TestUnitsAgree(t *testing.T) {
	differ := regexp.MustCompile(
		`^(Description|Documentation|Wants|After|WantedBy|User|Group|StateDirectory|StateDirectoryMode|` +
			`RuntimeDirectory|RuntimeDirectoryMode|PrivateUsers|PrivateIPC|ProtectHome|ReadWritePaths|` +
			`InaccessiblePaths|RemoveIPC)=`,
	)
	same := func(unit string) (lines []string) {
		src, err := os.ReadFile(filepath.Join(units, unit))
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(src)) {
			if line = strings.TrimSpace(line); line != "" && line[0] != '#' && !differ.MatchString(line) {
				lines = append(lines, line)
			}
		}
		return lines
	}
	first := strings.Join(same(services[0]), "\n")
	for _, unit := range services[1:] {
		if got := strings.Join(same(unit), "\n"); got != first {
			t.Errorf("%s says\n%s\n\nand %s\n%s", services[0], first, unit, got)
		}
	}
}

// journalctl takes the file with the explanations, each of an event.
func TestJournalctlTakesTheCatalog(t *testing.T) {
	src, err := os.ReadFile(filepath.Join(units, "sweepd.catalog"))
	if err != nil {
		t.Fatal(err)
	}
	journalctl := tool(t, "journalctl")
	root := t.TempDir()
	if err := errors.Join(
		os.MkdirAll(filepath.Join(root, "usr/lib/systemd/catalog"), 0o755),
		os.WriteFile(filepath.Join(root, "usr/lib/systemd/catalog/sweepd.catalog"), src, 0o644),
	); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(journalctl, "--update-catalog", "--root="+root).
		CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v: %s", err, out)
	}
	out, err := exec.Command(journalctl, "--list-catalog", "--root="+root).CombinedOutput()
	for _, k := range event.Kinds() {
		if err != nil || !strings.Contains(string(out), k.MessageID) {
			t.Errorf("journalctl does not know %s, %v", k.Name, err)
		}
	}
}

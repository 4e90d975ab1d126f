package systemdtest

import (
	"bytes"
	"debug/elf"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// TestPackage looks into the releases, which are made once for all that is asked of them.
func TestPackage(t *testing.T) {
	dir := releases(t)
	dist := filepath.Join(dir, first)
	deb := one(t, dist, "*_"+runtime.GOARCH+".deb")
	stage := filepath.Join(dist, "stage-"+runtime.GOARCH)
	t.Run("SaysNothingOfThisMachine", func(t *testing.T) {
		program := read(t, filepath.Join(stage, "sweepd"))
		for _, path := range []string{dir, os.Getenv("HOME") + "/"} {
			if bytes.Contains(program, []byte(path)) {
				t.Errorf("the program has %s in it", path)
			}
		}
	})
	t.Run("SaysFromWhatItWasBuilt", func(t *testing.T) {
		want := command(t, filepath.Join(dir, "source-"+first), "git", "log", "-1", "--abbrev=12",
			"--format=sweepd v"+first+" (%h, 2026-06-01T12:00:00Z), ")
		got := command(t, dir, filepath.Join(stage, "sweepd"), "version")
		if !strings.HasPrefix(got, strings.TrimSpace(want)) {
			t.Errorf("it says %q, and is of %s", got, want)
		}
	})
	t.Run("IsForItsMachine", func(t *testing.T) {
		for name, want := range map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64} {
			if name != runtime.GOARCH && !foreign() {
				continue
			}
			f, err := elf.Open(filepath.Join(dist, "stage-"+name, "sweepd"))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			if f.Machine != want {
				t.Errorf("%s: got %v", name, f.Machine)
			}
			if got := command(t, dist, "dpkg-deb", "--field", "sweepd_"+first+"-1_"+name+".deb", "Architecture",
				"Maintainer"); got != "Architecture: "+name+"\nMaintainer: "+maintainer+"\n" {
				t.Errorf("%s: got %s", name, got)
			}
		}
	})
	t.Run("HasSumsThatAreSigned", func(t *testing.T) { sums(t, dir, dist) })
	t.Run("HasWhatItShouldAsAnArchive", func(t *testing.T) { archive(t, dist) })
	t.Run("HasAListOfWhatIsLinked", func(t *testing.T) { linked(t, dist) })
	t.Run("HasWhatItShould", func(t *testing.T) {
		out, err := exec.Command("dpkg-deb", "--contents", deb).Output()
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for line := range strings.Lines(string(out)) {
			words := strings.Fields(line)
			if words[1] != "root/root" {
				t.Errorf("not root's: %s", line)
			}
			if path := strings.TrimPrefix(words[len(words)-1], "."); !strings.HasSuffix(path, "/") {
				got = append(got, path)
			}
		}
		manuals, err := filepath.Glob("../../../deploy/man/*.[158]")
		if err != nil || len(manuals) == 0 {
			t.Fatal(manuals, err)
		}
		want := []string{
			"/usr/bin/sweepd",
			"/usr/lib/systemd/system/sweepd.service", "/usr/lib/systemd/system/sweepd@.service",
			"/usr/lib/systemd/system/sweepd.socket",
			"/usr/lib/systemd/user/sweepd.service", "/usr/lib/systemd/catalog/sweepd.catalog",
			"/usr/lib/sysusers.d/sweepd.conf", "/usr/lib/tmpfiles.d/sweepd.conf",
			"/usr/share/bash-completion/completions/sweepd", "/usr/share/zsh/vendor-completions/_sweepd",
			"/usr/share/fish/vendor_completions.d/sweepd.fish",
			"/usr/share/sweepd/policy.schema.json", "/usr/share/sweepd/monitoring/alerts.yml",
			"/usr/share/sweepd/monitoring/grafana.json", "/usr/share/sweepd/examples/careful-start.yaml",
			"/usr/share/doc/sweepd/copyright", "/usr/share/doc/sweepd/NOTICE", "/usr/share/doc/sweepd/SECURITY.md",
		}
		for _, page := range manuals {
			want = append(want, "/usr/share/man/man"+filepath.Ext(page)[1:]+"/"+filepath.Base(page)+".gz")
		}
		for _, path := range want {
			if !slices.Contains(got, path) {
				t.Errorf("%s is not in it", path)
			}
		}
	})
	if !formats() {
		return
	}
	t.Run("IsTheSameTwice", func(t *testing.T) {
		command(t, dir, "diff", "--recursive", second, again)
	})
	t.Run("IsWhatRpmTakes", func(t *testing.T) {
		if _, err := exec.LookPath("rpm"); err != nil {
			lacking(t, "there is no rpm")
		}
		rpm, keys := one(t, dist, "*.x86_64.rpm"), t.TempDir()
		check := func() (string, error) {
			out, err := exec.Command("rpmkeys", "--dbpath", keys, "--checksig", rpm).CombinedOutput()
			return string(out), err
		}
		if out, err := check(); err == nil || !strings.Contains(out, "SIGNATURES NOT OK") {
			t.Errorf("without the key: %v: %s", err, out)
		}
		command(t, dir, "rpmkeys", "--dbpath", keys, "--import", filepath.Join(dist, "sweepd.asc"))
		if out, err := check(); err != nil || !strings.Contains(out, "digests signatures OK") {
			t.Errorf("with the key: %v: %s", err, out)
		}
		out, err := exec.Command("rpm", "--query", "--package", "--list", "--scripts", rpm).CombinedOutput()
		for _, want := range []string{
			"/usr/bin/sweepd\n", "/usr/share/zsh/site-functions/_sweepd\n", "postinstall scriptlet",
			"preuninstall scriptlet", "postuninstall scriptlet",
		} {
			if err != nil || !strings.Contains(string(out), want) {
				t.Errorf("%q is not in it, %v", want, err)
			}
		}
	})
	t.Run("IsWhatAnImageIsMadeOf", func(t *testing.T) { container(t, stage) })
}

// sums checks the sums as RELEASE.md has people check them.
func sums(t *testing.T, dir, dist string) {
	keyring := filepath.Join(dir, "maintainer/public.gpg")
	command(t, dist, "gpgv", "--keyring", keyring, "SHA256SUMS.asc", "SHA256SUMS")
	command(t, dist, "gpgv", "--keyring", keyring, "apt/dists/stable/Release.gpg", "apt/dists/stable/Release")
	command(t, dist, "gpgv", "--keyring", keyring, "--output", filepath.Join(t.TempDir(), "Release"),
		"apt/dists/stable/InRelease")
	listed := command(t, dist, "sha256sum", "--check", "--strict", "SHA256SUMS")
	for _, pattern := range []string{"*.tar.gz", "*.deb", "*.rpm", "*.cdx.json", "sweepd.asc"} {
		found, err := filepath.Glob(filepath.Join(dist, pattern))
		if err != nil || len(found) == 0 {
			t.Errorf("%s: %q, %v", pattern, found, err)
		}
		for _, path := range found {
			if !strings.Contains(listed, filepath.Base(path)+": OK\n") {
				t.Errorf("%s has no sum", path)
			}
		}
	}
	cmd := exec.Command("gpgv", "--keyring", filepath.Join(dir, "stranger/public.gpg"), "SHA256SUMS.asc", "SHA256SUMS")
	cmd.Dir = dist
	if out, err := cmd.CombinedOutput(); err == nil {
		t.Errorf("the sums are another key's too: %s", out)
	}
}

// archive unpacks the archive and runs what is in it.
func archive(t *testing.T, dist string) {
	dir := t.TempDir()
	name := "sweepd_" + first + "_linux_" + runtime.GOARCH
	command(t, dir, "tar", "--extract", "--file", filepath.Join(dist, name+".tar.gz"))
	if got := command(t, dir, filepath.Join(name, "sweepd"), "version"); !strings.HasPrefix(got, "sweepd v"+first) {
		t.Errorf("it says %q", got)
	}
	for _, file := range []string{"LICENSE", "NOTICE"} {
		if !bytes.Equal(read(t, filepath.Join(dir, name, file)), read(t, "../../../"+file)) {
			t.Errorf("%s in it is another", file)
		}
	}
	for _, file := range []string{
		"README.md", "SECURITY.md", "policy.schema.json", "docs/policy.md", "docs/internals/design.md",
		"man/sweepd-apply.1.gz",
		"completions/sweepd.bash", "completions/sweepd.fish", "completions/sweepd.zsh", "examples/careful-start.yaml",
	} {
		if _, err := os.Stat(filepath.Join(dir, name, file)); err != nil {
			t.Error(err)
		}
	}
}

// linked holds the SBOM to CycloneDX's own schema, and to what Go says is linked.
func linked(t *testing.T, dist string) {
	name := "sweepd_" + first + "_linux_" + runtime.GOARCH
	bom, err := jsonschema.UnmarshalJSON(bytes.NewReader(read(t, filepath.Join(dist, name+".cdx.json"))))
	if err != nil {
		t.Fatal(err)
	}
	if err := cycloneDX(t).Validate(bom); err != nil {
		t.Error(err)
	}
	text := string(read(t, filepath.Join(dist, name+".cdx.json")))
	program := filepath.Join(dist, "stage-"+runtime.GOARCH, "sweepd")
	if sum := strings.Fields(command(t, dist, "sha256sum", program))[0]; !strings.Contains(text, sum) {
		t.Errorf("it is not of the program with the sum %s", sum)
	}
	modules := 0
	for line := range strings.Lines(command(t, dist, "go", "version", "-m", program)) {
		words := strings.Fields(line)
		if len(words) < 3 || words[0] != "dep" {
			continue
		}
		modules++
		purl := fmt.Sprintf(`"purl": "pkg:golang/%s@%s"`, words[1], strings.ReplaceAll(words[2], "+", "%2B"))
		if !strings.Contains(text, purl) {
			t.Errorf("%s is not in it", purl)
		}
	}
	if modules < 20 {
		t.Errorf("go version -m names %d modules", modules)
	}
}

// cycloneDX is the schema that comes with the library in its module.
func cycloneDX(t *testing.T) *jsonschema.Schema {
	t.Helper()
	folder := strings.TrimSpace(command(t, "../../../deploy/package", "go", "list", "-m", "-f", "{{.Dir}}",
		"github.com/CycloneDX/cyclonedx-go"))
	compiler := jsonschema.NewCompiler()
	for _, file := range []string{"bom-1.6.schema.json", "spdx.schema.json", "jsf-0.82.schemax.json"} {
		schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(read(t, filepath.Join(folder, "schema", file))))
		if err != nil {
			t.Fatal(err)
		}
		url := "http://cyclonedx.org/schema/" + strings.Replace(file, "schemax", "schema", 1)
		if err := compiler.AddResource(url, schema); err != nil {
			t.Fatal(err)
		}
	}
	schema, err := compiler.Compile("http://cyclonedx.org/schema/bom-1.6.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// container builds the image as podman does, and runs it as its own user with no other file in sight.
func container(t *testing.T, stage string) {
	for _, name := range []string{"buildah", "umoci"} {
		if _, err := exec.LookPath(name); err != nil {
			lacking(t, "there is no "+name)
		}
	}
	if os.Geteuid() != 0 {
		lacking(t, "a root of its own takes root")
	}
	recipe, err := filepath.Abs("../../../deploy/Containerfile")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	do := func(name string, args ...string) string {
		cmd := exec.Command(name, args...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
		return string(out)
	}
	do("buildah", "--root", dir+"/root", "--runroot", dir+"/runroot", "--storage-driver", "vfs", "build",
		"--isolation", "chroot", "-f", recipe, "-t", "oci:"+dir+"/image:sweepd", stage)
	do("umoci", "unpack", "--image", dir+"/image:sweepd", dir+"/bundle")
	config := string(read(t, dir+"/bundle/config.json"))
	for _, want := range []string{`"uid": 65532`, `"STATE_DIRECTORY=/state"`, `"/usr/bin/sweepd"`} {
		if !strings.Contains(config, want) {
			t.Errorf("its config has no %s", want)
		}
	}
	for _, name := range []string{"LICENSE", "NOTICE"} {
		if !bytes.Equal(read(t, dir+"/bundle/rootfs/usr/share/doc/sweepd/"+name), read(t, "../../../"+name)) {
			t.Errorf("%s in it is another", name)
		}
	}
	run := func(args ...string) string {
		return do("chroot", append([]string{
			"--userspec=65532:65532", dir + "/bundle/rootfs", "/usr/bin/sweepd",
		}, args...)...)
	}
	if out := run("version"); !strings.HasPrefix(out, "sweepd ") {
		t.Errorf("it said %q", out)
	}
	t.Setenv("STATE_DIRECTORY", "/state")
	run("scan", "/etc/ssl/certs") // makes the record
	if fi, err := os.Stat(dir + "/bundle/rootfs/state/journal.db"); err != nil {
		t.Errorf("its state is not writable: %v, %v", fi, err)
	}
}

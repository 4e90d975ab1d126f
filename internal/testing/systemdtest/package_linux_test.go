package systemdtest

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// build makes the packages.
func build(t *testing.T) (dist string) {
	t.Helper()
	dist = t.TempDir()
	cmd := exec.Command("../../../deploy/package/build", dist)
	cmd.Env = append(os.Environ(), "GOFLAGS=") // of a test run: not of a release
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return dist
}

// one is the only file that matches.
func one(t *testing.T, dist, pattern string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dist, pattern))
	if err != nil || len(found) != 1 {
		t.Fatalf("%s: %q, %v", pattern, found, err)
	}
	return found[0]
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

// TestPackage builds the packages once for all that is asked of them.
func TestPackage(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the program for release")
	}
	for _, name := range []string{"git", "gzip", "dpkg-deb"} {
		if _, err := exec.LookPath(name); err != nil {
			lacking(t, "there is no "+name)
		}
	}
	dist := build(t)
	deb := one(t, dist, "*.deb")
	t.Run("IsTheSameTwice", func(t *testing.T) {
		again := build(t)
		for _, pattern := range []string{"*.deb", "*.rpm"} {
			if !bytes.Equal(read(t, one(t, dist, pattern)), read(t, one(t, again, pattern))) {
				t.Errorf("%s: two builds of one commit differ", pattern)
			}
		}
	})
	t.Run("SaysNothingOfThisMachine", func(t *testing.T) {
		where, err := filepath.Abs("../../..")
		if err != nil {
			t.Fatal(err)
		}
		program := read(t, one(t, dist, "stage-*/sweepd"))
		for _, path := range []string{where, dist} {
			if bytes.Contains(program, []byte(path)) {
				t.Errorf("the program has %s in it", path)
			}
		}
	})
	t.Run("SaysFromWhatItWasBuilt", func(t *testing.T) {
		git := exec.Command("git", "log", "-1", "--abbrev=12", "--date=format-local:%Y-%m-%dT%H:%M:%SZ",
			"--format=(%h, %cd)")
		git.Env = append(os.Environ(), "TZ=UTC")
		out, err := git.Output()
		if err != nil {
			t.Fatal(err)
		}
		got, err := exec.Command(one(t, dist, "stage-*/here"), "version").Output()
		if want := strings.TrimSpace(string(out)); err != nil || !strings.Contains(string(got), want) {
			t.Errorf("it says %q, %v, and is of %s", got, err, want)
		}
	})
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
	t.Run("IsWhatRpmTakes", func(t *testing.T) {
		if _, err := exec.LookPath("rpm"); err != nil {
			lacking(t, "there is no rpm")
		}
		rpm := one(t, dist, "*.rpm")
		if out, err := exec.Command("rpm", "--checksig", "--nosignature", rpm).CombinedOutput(); err != nil ||
			!strings.Contains(string(out), "digests OK") {
			t.Errorf("%v: %s", err, out)
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
	t.Run("IsWhatAnImageIsMadeOf", func(t *testing.T) { container(t, one(t, dist, "stage-*")) })
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

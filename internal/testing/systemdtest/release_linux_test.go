package systemdtest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/internal/testing/rotation"
)

// releasesVariable names the folder of the releases that all tests here share. One that is set beforehand is kept, for
// the next run.
const releasesVariable = "SWEEPD_RELEASES"

// TestMain makes the folder of the releases, and removes it. They are made when a test needs them.
func TestMain(m *testing.M) {
	os.Exit(func() int {
		if os.Getenv(releasesVariable) != "" {
			return m.Run()
		}
		dir, err := os.MkdirTemp("", "sweepd-releases")
		if err == nil {
			defer os.RemoveAll(dir)
			err = os.Setenv(releasesVariable, dir)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return m.Run()
	}())
}

// The releases that are made, by one key, of the files of this repository: "0.1.0" for this architecture and, if it is
// the turn of that, the other; "0.1.1" for this one; and "again", if it is the turn of every format, which is 0.1.1
// made in another folder.
const (
	first  = "0.1.0"
	second = "0.1.1"
	again  = "again"
)

const (
	maintainer = "sweepd trial <trial@sweepd.test>"
	stranger   = "stranger <stranger@sweepd.test>"
)

// releases returns the folder with the releases and, in "maintainer" and "stranger", the keys of gpg.
func releases(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("it builds the program for release")
	}
	for _, name := range []string{"git", "gpg", "gpgv", "dpkg-deb"} {
		if _, err := exec.LookPath(name); err != nil {
			lacking(t, "there is no "+name)
		}
	}
	dir := os.Getenv(releasesVariable)
	if _, err := os.Stat(filepath.Join(dir, "made")); err == nil {
		return dir
	}
	makeKey(t, filepath.Join(dir, "maintainer"), maintainer)
	makeKey(t, filepath.Join(dir, "stranger"), stranger)
	command(t, "../../../deploy/package", "env", "CGO_ENABLED=0", "go", "build", "-trimpath", "-o",
		filepath.Join(dir, "maker"), ".")
	native := "linux/" + runtime.GOARCH
	both := native
	if foreign() {
		both = "linux/amd64,linux/arm64"
	}
	type release struct{ name, version, systems string }
	all := []release{{first, first, both}, {second, second, native}}
	if formats() {
		all = append(all, release{again, second, native})
	}
	for _, r := range all {
		source := filepath.Join(dir, "source-"+r.name)
		snapshot(t, source, r.version)
		command(t, source, filepath.Join(dir, "maker"), "--to", filepath.Join(dir, r.name), "--for", r.systems,
			"--key", filepath.Join(dir, "maintainer/secret.asc"))
	}
	command(t, dir, "touch", "made")
	return dir
}

// foreign reports whether this run also makes a release for the other architecture, which compiles all packages once
// more: one run in 16 does, and ./test full.
func foreign() bool { return rotation.Turn("the other architecture", 16) }

// formats reports whether this run also tries what people get besides the .deb and the archive: the .rpm with its
// repository, and the image of a container. It makes one release twice as well, to compare the two. One run in four
// does so, and ./test full.
func formats() bool { return rotation.Turn("every package format", 4) }

// command runs a command in a folder and returns its output.
func command(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=", "LC_ALL=C.UTF-8") // GOFLAGS of a test run are not of a release
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// makeKey has gpg make a key that is older than every commit of a snapshot: secret.asc, public.asc for people and
// public.gpg for gpgv.
func makeKey(t *testing.T, dir, owner string) {
	t.Helper()
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	gpg := func(args ...string) {
		command(t, dir, "gpg", append([]string{
			"--homedir", dir, "--batch", "--quiet", "--yes", "--pinentry-mode", "loopback", "--passphrase", "",
		}, args...)...)
	}
	gpg("--faked-system-time", "20260101T000000", "--quick-gen-key", owner, "rsa3072", "sign", "never")
	gpg("--armor", "--output", "secret.asc", "--export-secret-keys")
	gpg("--armor", "--output", "public.asc", "--export")
	gpg("--output", "public.gpg", "--export")
	command(t, dir, "gpgconf", "--homedir", dir, "--kill", "all")
}

// snapshot makes a repository of the files here, as they are, in which a version is released. It is the same twice.
func snapshot(t *testing.T, dir, version string) {
	t.Helper()
	const root = "../../.."
	list := command(t, root, "git", "ls-files", "--cached", "--others", "--exclude-standard", "-z")
	for name := range strings.SplitSeq(strings.TrimRight(list, "\x00"), "\x00") {
		err := copyFile(filepath.Join(root, name), filepath.Join(dir, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // deleted, and not committed yet
			t.Fatal(err)
		}
	}
	changes := filepath.Join(dir, "CHANGELOG.md")
	text := regexp.MustCompile(`(?m)^## `).ReplaceAllString(string(read(t, changes)), "### ")
	text = strings.Replace(text, "\n### ", "\n## "+version+" - 2026-06-01\n\n### ", 1)
	if err := os.WriteFile(changes, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	command(t, dir, "git", "init", "--quiet", "--initial-branch=main")
	command(t, dir, "git", "add", "--all")
	command(t, dir, "env", "GIT_AUTHOR_DATE=2026-06-01T12:00:00Z", "GIT_COMMITTER_DATE=2026-06-01T12:00:00Z",
		"git", "-c", "user.name=trial", "-c", "user.email=trial@sweepd.test", "commit", "--quiet", "--message=trial")
	command(t, dir, "git", "tag", "v"+version)
}

func copyFile(from, to string) error {
	fi, err := os.Lstat(from)
	if err != nil {
		return err
	}
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.WriteFile(to, content, fi.Mode().Perm())
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

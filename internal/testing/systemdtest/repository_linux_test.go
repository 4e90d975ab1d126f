package systemdtest

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// Where a box has the repositories and the keys.
const (
	published = "/opt/sweepd"
	sources   = "/etc/apt/sources.list.d/sweepd.sources"
	dnfSource = "/etc/yum.repos.d/sweepd.repo"
)

// Repositories that nothing may be installed from: an index that was changed after it was signed, and packages that
// were changed after they were listed.
const (
	changedIndex    = "changed-index"
	changedPackages = "changed-packages"
)

// publish lays the repositories out in a folder as they would be on a web server, and the broken ones beside them.
func publish(t *testing.T, to string) {
	t.Helper()
	dir := releases(t)
	for name, from := range map[string]string{
		first: first, second: second, changedIndex: first, changedPackages: first,
	} {
		for _, kind := range []string{"apt", "rpm"} {
			if err := os.CopyFS(filepath.Join(to, name, kind), os.DirFS(filepath.Join(dir, from, kind))); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, owner := range []string{"maintainer", "stranger"} {
		if err := copyFile(filepath.Join(dir, owner, "public.asc"), filepath.Join(to, owner+".asc")); err != nil {
			t.Fatal(err)
		}
	}
	change(t, filepath.Join(to, changedIndex, "apt/dists/stable/main/binary-*/Packages*"))
	change(t, filepath.Join(to, changedIndex, "rpm/repodata/repomd.xml"))
	change(t, filepath.Join(to, changedPackages, "apt/pool/main/s/sweepd/*.deb"))
	change(t, filepath.Join(to, changedPackages, "rpm/*.rpm"))
}

// change changes one byte in the middle of each file that matches.
func change(t *testing.T, pattern string) {
	t.Helper()
	found, err := filepath.Glob(pattern)
	if err != nil || len(found) == 0 {
		t.Fatalf("%s: %q, %v", pattern, found, err)
	}
	for _, path := range found {
		content := read(t, path)
		content[len(content)/2] ^= 1
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// source has apt and dnf look into one repository, and trust one key, by the files that docs/systemd.md shows: only the
// places of the repository and of the key differ.
func (s *story) source(name, key string) {
	s.Helper()
	signer := fmt.Sprintf("%s/%s.asc", published, key)
	places := strings.NewReplacer("/etc/apt/keyrings/sweepd.asc", signer, "https://HOST/sweepd.asc", "file://"+signer,
		"https://HOST/", fmt.Sprintf("file://%s/%s/", published, name))
	for path, begin := range map[string]string{sources: "Types: deb", dnfSource: "[sweepd]"} {
		text := places.Replace(documented(s.T, begin, "systemd.md")[0])
		path = filepath.Join(s.root, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			s.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			s.Fatal(err)
		}
	}
}

// apt is apt-get with this source alone, without the triggers of other packages.
func (s *story) apt(args ...string) []string {
	return append([]string{
		"apt-get", "--yes", "--quiet", "-o", "Dir::Etc::sourcelist=" + sources, "-o", "Dir::Etc::sourceparts=-",
		"-o", "APT::Update::Error-Mode=any", "-o", "Dpkg::Options::=--no-triggers", "-o", "APT::Sandbox::User=root",
	}, args...)
}

// dnf is dnf with this source alone.
func (s *story) dnf(args ...string) []string {
	return append([]string{
		"dnf", "--assumeyes", "--quiet", "--releasever=1", "--disablerepo=*", "--enablerepo=sweepd",
		"--setopt=metadata_expire=0", "--setopt=skip_if_unavailable=False", "--setopt=install_weak_deps=False",
	}, args...)
}

// refused runs what must fail, and say why by one of the words.
func (s *story) refused(args []string, words ...string) {
	s.Helper()
	out, err := s.try(args...)
	for _, word := range words {
		if err != nil && strings.Contains(out, word) {
			return
		}
	}
	s.Errorf("%s: %v, want one of %q:\n%s", strings.Join(args, " "), err, words, out)
}

// A repository that is another's, or was changed on the way, installs nothing.
func (s *story) refuse() {
	s.source(first, "stranger")
	s.refused(s.apt("update"), "NO_PUBKEY", "is not signed")
	s.source(changedIndex, "maintainer")
	s.refused(s.apt("update"), "Hash Sum mismatch", "unexpected size")
	s.source(changedPackages, "maintainer")
	s.run(s.apt("update")...)
	s.refused(s.apt("install", "sweepd"), "Hash Sum mismatch", "unexpected size")
	if _, err := os.Stat(filepath.Join(s.root, "usr/bin/sweepd")); !os.IsNotExist(err) {
		s.Error("the program is there")
	}
}

// fetch installs from a repository as people do.
func (s *story) fetch(version string, args ...string) {
	s.Helper()
	s.source(version, "maintainer")
	s.run(s.apt("update")...)
	s.run(s.apt(append([]string{"install"}, args...)...)...)
	if out := s.run("sweepd", "version"); !strings.HasPrefix(out, "sweepd v"+version+" ") {
		s.Errorf("of version %s it says %q", version, out)
	}
}

// A program refuses the record of a newer one in words, and leaves it as it is.
func (s *story) downgrade() {
	journal := filepath.Join(s.root, "root/.local/state/sweepd/journal.db")
	s.run("sweepd", "scan", "/etc/ssl/certs") // makes the record
	before := read(s.T, journal)
	binary.BigEndian.PutUint32(
		before[60:],
		1000,
	) // as a newer one: https://sqlite.org/fileformat.html#user_version_number
	if err := os.WriteFile(journal, before, 0o600); err != nil {
		s.Fatal(err)
	}
	s.fetch(first, "--allow-downgrades", "sweepd="+first+"-1")
	for _, verb := range [][]string{{"sweepd", "history"}, {"sweepd", "apply", "--yes", "/etc/ssl/certs"}} {
		s.refused(verb, "install the version of sweepd that wrote the record")
	}
	if string(read(s.T, journal)) != string(before) {
		s.Error("the record was changed")
	}
}

// The .rpm installs, upgrades and goes like the .deb, from a repository that is signed. rpm has its own list of what is
// installed, so that in this box it begins with nothing.
func (s *story) rpm() {
	if _, err := s.try("sh", "-c", "command -v dnf"); err != nil {
		lacking(s.T, "there is no dnf")
	}
	if runtime.GOARCH != "amd64" && runtime.GOARCH != "arm64" {
		lacking(s.T, "no package is for this machine")
	}
	s.source(first, "stranger")
	s.refused(s.dnf("install", "sweepd"), "repomd.xml GPG signature verification error")
	s.source(changedIndex, "maintainer")
	s.refused(s.dnf("install", "sweepd"), "repomd.xml GPG signature verification error")
	s.source(changedPackages, "maintainer")
	s.refused(s.dnf("install", "sweepd"), "checksum", "Checksum")
	s.source(first, "maintainer")
	s.run(s.dnf("install", "sweepd")...)
	s.run("rpm", "--verify", "sweepd") // each file has the sum, the mode and the owner that the package says
	if out := s.run("sweepd", "version"); !strings.HasPrefix(out, "sweepd v"+first+" ") {
		s.Errorf("it says %q", out)
	}
	s.write("/var/lib/sweepd/stays", "", 0, 0o600)
	s.run("systemctl", "start", "sweepd.service")
	before := s.show("sweepd.service", "MainPID")
	s.source(second, "maintainer")
	s.run(s.dnf("upgrade", "sweepd")...)
	if out := s.run("sweepd", "version"); !strings.HasPrefix(out, "sweepd v"+second+" ") {
		s.Errorf("it says %q", out)
	}
	if after := s.show("sweepd.service", "MainPID"); after == before || after == "0" {
		s.Errorf("after the upgrade the service is process %s, before %s", after, before)
	}
	s.run(s.dnf("remove", "sweepd")...)
	if out, err := s.try("pgrep", "--list-full", "sweepd"); err == nil {
		s.Errorf("still running: %s", out)
	}
	if left := s.names("/var/lib/sweepd"); len(left) < 2 {
		s.Errorf("of the state there is left: %q", left)
	}
}

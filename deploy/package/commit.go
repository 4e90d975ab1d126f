package main

import (
	"debug/buildinfo"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// commit is what a release is made of.
type commit struct {
	root string    // the folder of the repository
	time time.Time // at which it was committed
}

// readCommit returns the commit that is checked out in the repository of the working folder. It returns an error if
// that is in no repository.
func readCommit() (c commit, err error) {
	if c.root, err = git("rev-parse", "--show-toplevel"); err != nil {
		return c, err
	}
	text, err := git("log", "-1", "--format=%ct")
	if err != nil {
		return c, err
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	c.time = time.Unix(seconds, 0).UTC()
	return c, err
}

// git runs git in the working folder and returns its output without the line's end.
func git(args ...string) (string, error) {
	out, err := exec.Command("git", args...).Output()
	if err != nil {
		return "", fmt.Errorf("git %s: %w (it is to be run inside of a clone)", strings.Join(args, " "), err)
	}
	return strings.TrimSpace(string(out)), nil
}

// compile builds the program for s. The environment is set so that the same commit gives the same bytes on every
// machine: no cgo, no flags or experiments of the user, and the oldest processors of each architecture. -s and -w leave
// out the symbol table and the debug information; stack traces stay whole.
func (c commit) compile(s system, path string) error {
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=true", "-ldflags=-s -w", "-o", path, "./cmd/sweepd")
	cmd.Dir = c.root
	cmd.Env = append(os.Environ(), "GOOS="+s.os, "GOARCH="+s.arch, "CGO_ENABLED=0",
		"GOFLAGS=", "GOEXPERIMENT=", "GOAMD64=v1", "GOARM64=v8.0") // as on any other machine
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building for %s: %w\n%s", s, err, out)
	}
	return nil
}

// released matches a tag that is no prerelease: MAJOR.MINOR.PATCH.
var released = regexp.MustCompile(`^[0-9]+\.[0-9]+\.[0-9]+$`)

// version returns the version that Go recorded in a program, without its "v": that of the commit's tag, or 0.0.0 with
// the commit's time and hash; "+dirty" marks files that no commit has. It also returns the error of checkVersion.
func (c commit) version(program string, signed bool) (string, error) {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return "", err
	}
	changes, err := os.ReadFile(filepath.Join(c.root, "CHANGELOG.md"))
	if err != nil {
		return "", err
	}
	version := strings.TrimPrefix(info.Main.Version, "v")
	return version, checkVersion(version, string(changes), signed)
}

// checkVersion returns the reason why a version may not be published; nil if it may: one of a tag needs its
// heading in the changelog, and only one of a tag is signed.
func checkVersion(version, changes string, signed bool) error {
	if !released.MatchString(version) {
		if signed {
			return fmt.Errorf("%s is no release: what is signed is made of a commit with a tag vMAJOR.MINOR.PATCH, "+
				"without changes since", version)
		}
		return nil
	}
	heading := `(?m)^## ` + regexp.QuoteMeta(version) + ` - [0-9]{4}-[0-9]{2}-[0-9]{2}$`
	if !regexp.MustCompile(heading).MatchString(changes) {
		return fmt.Errorf("CHANGELOG.md has no heading \"## %s - YYYY-MM-DD\"", version)
	}
	return nil
}

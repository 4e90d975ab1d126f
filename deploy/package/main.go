// Release builds sweepd for every system and writes what people install: archives, packages and, with a key, signed
// repositories for apt and for dnf. It is run by the script beside it; RELEASE.md has the steps.
//
// Made twice from one commit, all of it is the same to the last byte: no path of this machine is in it, and every time
// in it is the commit's.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// targets are the systems that NOTICE has the licences for, as the default of --for.
const targets = "linux/amd64,linux/arm64,darwin/arm64,windows/amd64"

// main prints the error of run and exits with status 1.
func main() {
	if err := run(os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

// run reads the flags and makes the release. The key is read, and checked against the commit's time, before anything is
// written. The errors are for a person at a terminal, who runs it once per release.
func run(args []string) error {
	flags := flag.NewFlagSet("deploy/package/release", flag.ContinueOnError)
	to := flags.String("to", "", "the folder to write to (default: dist in the repository)")
	keyFile := flags.String("key", "", "the OpenPGP key to sign with, for a release with repositories")
	passphrase := flags.String("passphrase", "", "a file with the passphrase of the key")
	list := flags.String("for", targets, "the systems to build for")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("what is %q? It takes flags only", flags.Arg(0))
	}
	c, err := readCommit()
	if err != nil {
		return err
	}
	r := &release{commit: c}
	if *keyFile != "" {
		if r.key, err = readKey(*keyFile, *passphrase, c.time); err != nil {
			return fmt.Errorf("%s: %w", *keyFile, err)
		}
	}
	if r.dir, err = makeDir(*to, c.root, r.key != nil); err != nil {
		return err
	}
	systems, err := parseSystems(*list)
	if err != nil {
		return err
	}
	return r.make(systems)
}

// makeDir makes the folder to write to and returns its absolute path. A signed release begins in an empty one, so that
// nothing of another version is published with it.
func makeDir(to, root string, empty bool) (dir string, err error) {
	if to == "" {
		to = filepath.Join(root, "dist")
	}
	if dir, err = filepath.Abs(to); err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	names, err := os.ReadDir(dir)
	if err == nil && empty && len(names) > 0 {
		err = fmt.Errorf("%s is not empty: a signed release takes a folder of its own", dir)
	}
	return dir, err
}

// system is an operating system and an architecture, as Go names them.
type system struct{ os, arch string }

// String returns the system as GOOS/GOARCH, the form of the list in --for.
func (s system) String() string { return s.os + "/" + s.arch }

// parseSystems reads a list like that of targets. A system that is not among them is an error, because its
// licences are not known.
func parseSystems(list string) (all []system, err error) {
	for name := range strings.SplitSeq(list, ",") {
		if !slices.Contains(strings.Split(targets, ","), name) {
			return nil, fmt.Errorf("%q is none of %s, for which NOTICE has the licences", name, targets)
		}
		os, arch, _ := strings.Cut(name, "/")
		all = append(all, system{os, arch})
	}
	return all, nil
}

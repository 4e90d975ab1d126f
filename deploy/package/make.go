package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// release is what is made of one commit. make sets version, common and files; the rest is set before.
type release struct {
	commit
	key     *key   // nil: nothing is signed
	dir     string // to write to
	version string
	common  string // a folder with what is the same for all systems

	mu    sync.Mutex
	files map[string][]byte // written files for people to fetch, by their names in dir
}

// make writes all that is made for the systems.
//
// The program is built for this machine first, because it prints the completions and has the version in it. Then
// the systems are made at the same time, and at the end the repositories and the sums, which need the files of
// all of them. The temporary folder is removed in any case; files in dir stay after an error.
func (r *release) make(systems []system) (err error) {
	if r.common, err = os.MkdirTemp("", "sweepd-release-"); err != nil {
		return err
	}
	defer os.RemoveAll(r.common)
	r.files = map[string][]byte{}
	here := filepath.Join(r.common, "here")
	if err := r.compile(system{runtime.GOOS, runtime.GOARCH}, here); err != nil {
		return err
	}
	if r.version, err = r.commit.version(here, r.key != nil); err != nil {
		return err
	}
	if err := r.makeCommon(here); err != nil {
		return err
	}
	var wg sync.WaitGroup
	errs := make([]error, len(systems))
	for i, s := range systems {
		wg.Go(func() { errs[i] = r.makeFor(s, here) })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return r.finish(systems)
}

// makeFor writes what one system gets: an archive and an SBOM, and for Linux the packages and the folder of the
// image too. It is called by several goroutines at once.
func (r *release) makeFor(s system, here string) error {
	stage := filepath.Join(r.common, s.os+"-"+s.arch)
	if s.os == "linux" {
		stage = filepath.Join(r.dir, "stage-"+s.arch)
	}
	program := filepath.Join(stage, s.program())
	if err := os.MkdirAll(stage, 0o755); err != nil {
		return err
	}
	if s == (system{runtime.GOOS, runtime.GOARCH}) {
		if err := copyFile(here, program, 0o755); err != nil {
			return err
		}
	} else if err := r.compile(s, program); err != nil {
		return err
	}
	if err := errors.Join(r.writeArchive(s, program), r.writeSBOM(s, program)); err != nil || s.os != "linux" {
		return err
	}
	if err := r.makeImageFolder(stage); err != nil {
		return err
	}
	return r.writePackages(s, stage)
}

// program returns the name of the program's file.
func (s system) program() string {
	if s.os == "windows" {
		return "sweepd.exe"
	}
	return "sweepd"
}

// finish writes the repositories and the sums, with their signatures. Without a key it writes the sums alone. The
// files of the repositories are not in the sums: signatures of their own cover them.
func (r *release) finish(systems []system) error {
	if r.key != nil {
		public, err := r.key.public()
		if err == nil {
			err = r.write("sweepd.asc", public)
		}
		err = errors.Join(err, r.writeApt(systems), r.writeDnf())
		if err != nil {
			return err
		}
	}
	var sums strings.Builder
	for _, name := range r.names("") {
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(r.files[name]), name)
	}
	if err := r.write("SHA256SUMS", []byte(sums.String())); err != nil || r.key == nil {
		return err
	}
	signature, err := r.key.armored([]byte(sums.String()))
	if err != nil {
		return err
	}
	return r.write("SHA256SUMS.asc", signature)
}

// names returns the names of the written files that end in suffix, sorted.
func (r *release) names(suffix string) (all []string) {
	for name := range r.files {
		if strings.HasSuffix(name, suffix) {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return all
}

// write writes a file for people to fetch, and keeps its content for the sums and the repositories. It is called
// by several goroutines at once.
func (r *release) write(name string, content []byte) error {
	r.mu.Lock()
	r.files[name] = content
	r.mu.Unlock()
	return writeFile(filepath.Join(r.dir, name), content)
}

// writeFile writes a file that everybody may read, and the folders that lead to it.
func writeFile(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o644)
}

// copyFile copies a file, and replaces one that is there already.
func copyFile(from, to string, mode os.FileMode) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	// Written anew, since what runs from a former build cannot be opened for writing.
	if err := os.RemoveAll(to); err != nil {
		return err
	}
	return os.WriteFile(to, content, mode)
}

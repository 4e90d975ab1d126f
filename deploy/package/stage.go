package main

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// makeCommon makes what goes with the program on every system: the completions, as the program that runs here
// prints them, and the man pages, compressed.
func (r *release) makeCommon(here string) error {
	for _, shell := range []string{"bash", "zsh", "fish"} {
		script, err := exec.Command(here, "completion", shell).Output()
		if err != nil {
			return fmt.Errorf("completions of %s: %w", shell, err)
		}
		if err := writeFile(filepath.Join(r.common, "sweepd."+shell), script); err != nil {
			return err
		}
	}
	pages, err := filepath.Glob(filepath.Join(r.root, "deploy/man/*.[158]"))
	if err != nil || len(pages) == 0 {
		return fmt.Errorf("%d man pages: %w", len(pages), cmp.Or(err, fs.ErrNotExist))
	}
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			return err
		}
		packed, err := zip(text)
		if err != nil {
			return err
		}
		if err := writeFile(filepath.Join(r.common, "man", filepath.Base(page)+".gz"), packed); err != nil {
			return err
		}
	}
	return nil
}

// zip compresses without a name and a time, so that the result depends on the content alone.
func zip(content []byte) ([]byte, error) {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := w.Write(content)
	err = errors.Join(err, w.Close())
	return out.Bytes(), err
}

// makeImageFolder completes the folder that deploy/Containerfile makes an image of: with time zones, roots of
// trust, the licences, and an empty folder for the state. Without roots of trust on this machine, as on macOS, it
// prints a notice and is no error.
func (r *release) makeImageFolder(stage string) error {
	if err := os.MkdirAll(filepath.Join(stage, "state"), 0o755); err != nil {
		return err
	}
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return err
	}
	zones := filepath.Join(string(bytes.TrimSpace(goroot)), "lib/time/zoneinfo.zip")
	for _, from := range []string{zones, filepath.Join(r.root, "LICENSE"), filepath.Join(r.root, "NOTICE")} {
		if err := copyFile(from, filepath.Join(stage, filepath.Base(from)), 0o644); err != nil {
			return err
		}
	}
	const roots = "/etc/ssl/certs/ca-certificates.crt"
	err = copyFile(roots, filepath.Join(stage, filepath.Base(roots)), 0o644)
	if os.IsNotExist(err) {
		fmt.Fprintln(os.Stderr, "no roots of trust on this", runtime.GOOS, "machine: no image can be made")
		return nil
	}
	return err
}

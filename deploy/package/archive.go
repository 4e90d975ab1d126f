package main

import (
	"archive/tar"
	"bytes"
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

// entry is a file of an archive: where it comes from, and where it goes. from is a path on this machine, to a path with
// slashes in the archive, mode the permissions.
type entry struct {
	from, to string
	mode     int64
}

// writeArchive writes the archive for those who use no package: the program and what goes with it in one folder.
// A pattern that matches no file is an error, so that a moved folder is noticed.
func (r *release) writeArchive(s system, program string) error {
	entries := []entry{{program, s.program(), 0o755}}
	add := func(folder, pattern string) error {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			return fmt.Errorf("%s: %d files: %w", pattern, len(found), cmp.Or(err, fs.ErrNotExist))
		}
		for _, from := range found {
			entries = append(entries, entry{from, path.Join(folder, filepath.Base(from)), 0o644})
		}
		return nil
	}
	for _, part := range [][2]string{
		{"completions", filepath.Join(r.common, "sweepd.*")},
		{"man", filepath.Join(r.common, "man/*.gz")},
		{"examples", filepath.Join(r.root, "deploy/examples/*.yaml")},
		{"", filepath.Join(r.root, "deploy/policy.schema.json")},
		{"", filepath.Join(r.root, "LICENSE")},
		{"", filepath.Join(r.root, "NOTICE")},
		{"", filepath.Join(r.root, "*.md")},
		{"docs", filepath.Join(r.root, "docs/*.md")},
		{"docs/internals", filepath.Join(r.root, "docs/internals/*.md")},
	} {
		if err := add(part[0], part[1]); err != nil {
			return err
		}
	}
	name := fmt.Sprintf("sweepd_%s_%s_%s", r.version, s.os, s.arch)
	content, err := r.pack(name, entries)
	if err != nil {
		return err
	}
	packed, err := zip(content)
	if err != nil {
		return err
	}
	return r.write(name+".tar.gz", packed)
}

// pack returns a tar archive of the entries in one folder, in their order. All is root's and of the commit's time. The
// format is USTAR, whose fields are all set here, so that two machines write the same bytes.
func (r *release) pack(folder string, entries []entry) ([]byte, error) {
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, e := range entries {
		content, err := os.ReadFile(e.from)
		if err != nil {
			return nil, err
		}
		if err := w.WriteHeader(&tar.Header{
			Name: path.Join(folder, e.to), Size: int64(len(content)), Mode: e.mode, ModTime: r.time,
			Uname: "root", Gname: "root", Format: tar.FormatUSTAR,
		}); err != nil {
			return nil, err
		}
		if _, err := w.Write(content); err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return out.Bytes(), err
}

package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/blakesmith/ar"
)

// writeApt writes a repository for apt, with the suite "stable" and the component "main", as
// https://wiki.debian.org/DebianRepository/Format has it. The packages must have been written. Release is signed
// twice, beside it (Release.gpg) and in one file with it (InRelease), because apt takes either.
func (r *release) writeApt(systems []system) error {
	indexes, architectures := map[string][]byte{}, []string{}
	for _, s := range systems {
		if s.os != "linux" {
			continue
		}
		list, err := r.aptPackages(r.names("_" + s.arch + ".deb"))
		if err != nil {
			return err
		}
		packed, err := zip(list)
		if err != nil {
			return err
		}
		folder := "main/binary-" + s.arch + "/"
		indexes[folder+"Packages"], indexes[folder+"Packages.gz"] = list, packed
		architectures = append(architectures, s.arch)
	}
	slices.Sort(architectures)
	top := r.aptRelease(indexes, architectures)
	inline, err := r.key.inline(top)
	if err != nil {
		return err
	}
	detached, err := r.key.armored(top)
	if err != nil {
		return err
	}
	indexes["Release"], indexes["Release.gpg"], indexes["InRelease"] = top, detached, inline
	for name, content := range indexes {
		if err := writeFile(filepath.Join(r.dir, "apt/dists/stable", name), content); err != nil {
			return err
		}
	}
	return nil
}

// aptPackages puts packages into the repository and returns the index that describes them: for each its own description
// with its place, size and checksum. The fields are those of https://wiki.debian.org/DebianRepository/Format, "Packages
// Indices".
func (r *release) aptPackages(names []string) ([]byte, error) {
	var list bytes.Buffer
	for _, name := range names {
		content := r.files[name]
		control, err := readControl(content)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		where := path.Join("pool/main/s/sweepd", name)
		if err := writeFile(filepath.Join(r.dir, "apt", where), content); err != nil {
			return nil, err
		}
		fmt.Fprintf(&list, "%s\nFilename: %s\nSize: %d\nSHA256: %x\n\n",
			strings.TrimSpace(control), where, len(content), sha256.Sum256(content))
	}
	return list.Bytes(), nil
}

// aptRelease returns the file that is signed. It has no Valid-Until: a repository of one release is not signed anew.
// Paths are relative to its own folder, and sorted, so that the same release gives the same bytes.
func (r *release) aptRelease(indexes map[string][]byte, architectures []string) []byte {
	var top bytes.Buffer
	fmt.Fprintf(&top, "Origin: sweepd\nLabel: sweepd\nSuite: stable\nCodename: stable\nVersion: %s\nDate: %s\n"+
		"Architectures: %s\nComponents: main\nDescription: sweepd %[1]s\nSHA256:\n",
		r.version, r.time.Format("Mon, 02 Jan 2006 15:04:05 UTC"), strings.Join(architectures, " "))
	for _, name := range slices.Sorted(maps.Keys(indexes)) {
		fmt.Fprintf(&top, " %x %d %s\n", sha256.Sum256(indexes[name]), len(indexes[name]), name)
	}
	return top.Bytes()
}

// readControl returns the description in a .deb: its file control, in control.tar.gz (deb(5)). nfpm compresses it with
// gzip; a package with another compression is an error (io.EOF).
func readControl(deb []byte) (string, error) {
	for members := ar.NewReader(bytes.NewReader(deb)); ; {
		header, err := members.Next()
		if err != nil {
			return "", fmt.Errorf("control.tar.gz: %w", err)
		}
		if strings.TrimSuffix(header.Name, "/") != "control.tar.gz" {
			continue
		}
		unpacked, err := gzip.NewReader(members)
		if err != nil {
			return "", err
		}
		for files := tar.NewReader(unpacked); ; {
			header, err := files.Next()
			if err != nil {
				return "", fmt.Errorf("control: %w", err)
			}
			if path.Clean(header.Name) == "control" {
				text, err := io.ReadAll(files)
				return string(text), errors.Join(err, unpacked.Close())
			}
		}
	}
}

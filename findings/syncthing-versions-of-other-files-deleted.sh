#!/bin/sh
# github.com/syncthing/syncthing v1.30.0
#
# Expected: the versioner "simple" keeps the given number of old versions of each file ("keep"), and deletes the older
# versions of that file only. Brackets, ? and * are usual characters of a file's name on Linux.
# Behaviour: when a file is archived, its old versions are searched with its name as a glob pattern. Archive of "logo
# [ab].png" finds the versions of "logo a.png" and "logo b.png" as one list, and deletes all but the last "keep" of that
# list: "logo a.png" has no version left. The versions of "logo [ab].png" itself are not found, so that more than "keep"
# stay. Clean, which runs once an hour or so, tells the files apart. No error or warning is reported.
# Workaround: no file names with these characters, or the versioner "trashcan", which searches nothing.
#
# Needs go and the Go module proxy.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=v1.30.0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.go <<'GO'
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/syncthing/syncthing/lib/config"
	"github.com/syncthing/syncthing/lib/versioner"
)

func check(err error) {
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(2)
	}
}

// left archives a new file of the name, and returns how many versions of each file stay.
func left(name string) string {
	folder, err := os.MkdirTemp(".", "folder")
	check(err)
	versions := filepath.Join(folder, ".stversions")
	check(os.Mkdir(versions, 0o755))
	others := []string{"logo a~%s.png", "logo b~%s.png", "logo [ab]~%s.png"}
	for _, form := range others {
		for _, at := range []string{"20260101-100000", "20260102-100000"} {
			check(os.WriteFile(filepath.Join(versions, fmt.Sprintf(form, at)), []byte(form), 0o644))
		}
	}
	check(os.WriteFile(filepath.Join(folder, name), []byte("new"), 0o644))
	v, err := versioner.New(config.FolderConfiguration{
		ID: "a", Path: folder, FilesystemType: config.FilesystemTypeBasic,
		Versioning: config.VersioningConfiguration{
			Type: "simple", Params: map[string]string{"keep": "2"}, FSType: config.FilesystemTypeBasic,
		},
	})
	check(err)
	check(v.Archive(name))
	entries, err := os.ReadDir(versions)
	check(err)
	count := map[string]int{}
	for _, entry := range entries {
		count[strings.Split(entry.Name(), "~")[0]]++
	}
	if _, err := os.Stat(filepath.Join(folder, name)); err == nil {
		check(fmt.Errorf("%s is not archived", name))
	}
	return fmt.Sprintf("logo a: %d, logo b: %d, logo [ab]: %d", count["logo a"], count["logo b"], count["logo [ab]"])
}

func main() {
	const all = "logo a: 2, logo b: 2, logo [ab]: 2"
	plain, brackets := left("logo b.png"), left("logo [ab].png")
	fmt.Println("keep 2, a third version of logo b.png:   ", plain)
	fmt.Println("keep 2, a third version of logo [ab].png:", brackets)
	fmt.Println("                                expected:", all)
	if plain != all {
		check(fmt.Errorf("the versioner does not keep two versions"))
	}
	if brackets != "logo a: 0, logo b: 2, logo [ab]: 3" {
		fmt.Println("changed")
		os.Exit(1)
	}
	fmt.Println("behaviour: the versions of logo a.png are deleted, although only logo [ab].png was archived")
}
GO

if ! { go mod init finding && go get "github.com/syncthing/syncthing@$version" && go mod tidy &&
	go build -o finding . ; } >log 2>&1; then
	cat log
	exit 2
fi
echo "version:  github.com/syncthing/syncthing $version, $(go env GOVERSION)"
./finding

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// dueFiles is the number of files of the rows that move or delete.
const dueFiles = 5000

// duePolicy trashes all of them, and purges them a second later.
const duePolicy = `version: 1
storages: {home: {type: local, roots: [%q]}}
rules: [{name: mine, when: {confidence: likely, derived: include}, do: trash}]
settle: 0s
trash: {ours: 1s}
limits: {share: 100%%, files: 1000000}
`

// due makes files in t.dir that are due, and the policy. They have sizes and dates of their own, as pictures have.
func (t trial) due() error {
	policy := t.dir + ".home/.config/sweepd/policy.yaml"
	if err := os.MkdirAll(filepath.Dir(policy), 0o700); err != nil {
		return err
	}
	for i := range dueFiles {
		at := newest.Add(-time.Duration(i) * time.Minute)
		content := append(append(png(nil, 1, 1, nil), iend...), make([]byte, i%4000)...)
		if err := write(t.dueFile(i), content, at); err != nil {
			return err
		}
	}
	return os.WriteFile(policy, fmt.Appendf(nil, duePolicy, t.dir), 0o600)
}

// iend is the end of a PNG, without which no name counts.
const iend = "\x00\x00\x00\x00IEND\xaeB`\x82"

// none returns an error if a file is left in one of the folders.
func none(folders ...string) error {
	for _, folder := range folders {
		files, err := filepath.Glob(filepath.Join(folder, "*.png"))
		if err == nil && len(files) > 0 {
			err = fmt.Errorf("%d files are left in %s", len(files), folder)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// gone returns an error if a file is left in its place.
func (t trial) gone() error {
	var folders []string
	for i := range 20 {
		folders = append(folders, filepath.Join(t.dir, fmt.Sprint(i)))
	}
	return none(folders...)
}

// dueFile returns the path of the file of number i.
func (t trial) dueFile(i int) string {
	return filepath.Join(t.dir, fmt.Sprint(i%20), fmt.Sprintf("ChatGPT Image Feb 5, 2026, %02d_%02d_%02d AM.png",
		i/3600+1, i/60%60, i%60))
}

// trashPut returns trash-put of trash-cli with the files as its arguments.
func (t trial) trashPut() *exec.Cmd {
	var files []string
	for i := range dueFiles {
		files = append(files, t.dueFile(i))
	}
	return t.in(exec.Command("trash-put", files...))
}

// copies copies the picture.
func (t trial) copies() error {
	content, err := os.ReadFile(t.picture)
	for i := 0; i < pictures && err == nil; i++ {
		err = write(t.copied(i), content, newest)
	}
	return err
}

// pictures is the number of copies.
const pictures = 300

// copied returns the path of the copy of number i.
func (t trial) copied(i int) string {
	return filepath.Join(t.dir, fmt.Sprintf("%03d%s", i, filepath.Ext(t.picture)))
}

// sha256sum returns sha256sum of the copies, on one processor.
func (t trial) sha256sum() *exec.Cmd {
	var files []string
	for i := range pictures {
		files = append(files, t.copied(i))
	}
	return exec.Command("sha256sum", files...)
}

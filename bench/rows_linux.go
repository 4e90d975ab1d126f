package main

import (
	"errors"
	"os/exec"
	"time"
)

// row is one line of the table. Everything of a row is run in turn: the build before, the build now, the peer.
type row struct {
	name, about string
	tree        string // the tree of files that it needs: mixed, tiny, or none
	// prepare makes what one run needs. It is not measured. nil: nothing.
	prepare func(trial) error
	// command is what is measured.
	command func(trial) *exec.Cmd
	picture bool // it needs -picture
	// check returns an error if the program has not done its work; nil: its exit status shows that.
	check func(trial) error
	// peer is the floor, or another program that does the same; nil: there is none. prepare is called for it too.
	peer func(trial) *exec.Cmd
}

// trial is one run of one program.
type trial struct {
	program string // the build of sweepd; of a peer, the build now
	tree    string // the folder with the row's tree of files
	dir     string // a folder of its own, empty at first
	picture string // the file of -picture
}

var rows = []row{
	{
		name: "version", about: "the program starts and ends",
		command: func(t trial) *exec.Cmd { return t.sweepd("version") },
	},
	{
		name: "empty", about: "a scan of an empty folder",
		command: func(t trial) *exec.Cmd { return t.sweepd("scan", "--json", t.dir) },
	},
	{
		name: "first", about: "first scan of 102,000 files; floor: 64 KiB of each image, 2 threads", tree: "mixed",
		command: func(t trial) *exec.Cmd { return t.sweepd("scan", "--json", t.tree) },
		peer:    func(t trial) *exec.Cmd { return t.floor("head") },
	},
	{
		name: "again", tree: "mixed",
		about:   "the same once more, nothing changed; floor: statx of each file, 2 threads",
		prepare: func(t trial) error { return t.sweepd("scan", "--json", t.tree).Run() },
		command: func(t trial) *exec.Cmd { return t.sweepd("scan", "--json", t.tree) },
		peer:    func(t trial) *exec.Cmd { return t.floor("stat") },
	},
	{
		name: "tiny", about: "first scan of 1,000,000 images of 67 bytes; floor: each read, 2 threads", tree: "tiny",
		command: func(t trial) *exec.Cmd { return t.sweepd("scan", "--json", t.tree) },
		peer:    func(t trial) *exec.Cmd { return t.floor("head") },
	},
	{
		name: "tiny-again", about: "the same once more, nothing changed; floor: statx of each", tree: "tiny",
		prepare: func(t trial) error { return t.sweepd("scan", "--json", t.tree).Run() },
		command: func(t trial) *exec.Cmd { return t.sweepd("scan", "--json", t.tree) },
		peer:    func(t trial) *exec.Cmd { return t.floor("stat") },
	},
	{
		name: "apply", about: "5,000 files in 20 folders go to the trash; peer: trash-put with the same files",
		prepare: trial.due,
		command: func(t trial) *exec.Cmd { return t.sweepd("apply", "--yes", "--json") },
		peer:    trial.trashPut,
		check:   trial.gone,
	},
	{
		name: "purge", about: "the same files are deleted from the trash",
		prepare: func(t trial) error {
			if err := t.due(); err != nil {
				return err
			}
			if err := t.sweepd("apply", "--yes", "--json").Run(); err != nil {
				return err
			}
			time.Sleep(1100 * time.Millisecond) // until they are due: trash: {ours: 1s}
			return nil
		},
		command: func(t trial) *exec.Cmd { return t.sweepd("trash", "purge", "--apply", "--json") },
		check:   func(t trial) error { return errors.Join(t.gone(), none(t.dir+".home/share/Trash/files")) },
	},
	{
		name: "copies", about: "first scan of 300 copies of the picture of -picture; peer: sha256sum", picture: true,
		prepare: trial.copies,
		command: func(t trial) *exec.Cmd { return t.sweepd("scan", "--json", t.dir) },
		peer:    trial.sha256sum,
	},
}

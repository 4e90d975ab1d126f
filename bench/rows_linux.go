package main

import (
	"os/exec"
)

// row is one line of the table. Everything of a row is run in turn: the build before, the build now, the peer.
type row struct {
	name, about string
	tree        string // the tree of files that it needs: mixed, tiny, or none
	// prepare makes what one run needs. It is not measured. nil: nothing.
	prepare func(trial) error
	// command is what is measured.
	command func(trial) *exec.Cmd
	// peer is the floor, or another program that does the same; nil: there is none. prepare is called for it too.
	peer func(trial) *exec.Cmd
}

// trial is one run of one program.
type trial struct {
	program string // the build of sweepd; of a peer, the build now
	tree    string // the folder with the row's tree of files
	dir     string // a folder of its own, empty at first
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
}

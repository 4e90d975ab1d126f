package losefs

import (
	"maps"
	"slices"
	"syscall"
	"time"
)

// sector is how many bytes a disk writes wholly or not at all.
const sector = 512

// rootID is the root directory's inode number in FUSE.
const rootID = 1

// disk is the content of a file system while the power is off: the durable states. It does not change, and may be
// mounted any number of times, also at once. Mounts share the states; only the current state of each mount is a copy.
type disk struct {
	inodes map[uint64]*inode
	next   uint64 // the next new inode number; none is reused
}

// format returns an empty disk.
func format(at time.Time) *disk {
	root := newInode(rootID, attr{mode: syscall.S_IFDIR | 0o700}, at)
	return &disk{inodes: map[uint64]*inode{rootID: root}, next: rootID + 1}
}

// inode is one file or directory: its current state for processes, and its state on the disk.
type inode struct {
	id      uint64
	now     state
	durable state
	writes  []write // of the bytes, since the last sync
}

// state is one state of an inode.
type state struct {
	attr
	data  []byte            // of a file
	names map[string]uint64 // of a directory
}

// attr are the attributes of an inode.
type attr struct {
	mode, uid, gid                    uint32
	born, modified, changed, accessed time.Time
}

// write is one change of a file's bytes.
type write struct {
	at   int
	data []byte
	size int // truncate to this instead; -1: no
}

// clone returns a copy that shares nothing with s.
func (s state) clone() state {
	return state{attr: s.attr, data: slices.Clone(s.data), names: maps.Clone(s.names)}
}

// isDir reports whether n is a directory; else it is a file, as there is nothing else.
func (n *inode) isDir() bool { return n.now.mode&syscall.S_IFMT == syscall.S_IFDIR }

// grow returns content with at least size bytes, new ones zero.
func grow(content []byte, size int) []byte {
	if size <= len(content) {
		return content
	}
	return append(content, make([]byte, size-len(content))...)
}

// newInode returns an empty file or directory. It exists on the disk as soon as one of its names is durable.
func newInode(id uint64, a attr, at time.Time) *inode {
	a.born, a.modified, a.changed, a.accessed = at, at, at, at
	n := &inode{id: id, now: state{attr: a}}
	if n.isDir() {
		n.now.names = map[string]uint64{}
	}
	n.durable = n.now.clone()
	return n
}

// clone returns a copy of a disk, so that a mount can change it.
func (d *disk) clone() *disk {
	c := &disk{inodes: make(map[uint64]*inode, len(d.inodes)), next: d.next}
	for id, n := range d.inodes {
		c.inodes[id] = &inode{id: id, now: n.durable.clone(), durable: n.durable}
		c.inodes[id].durable.names = maps.Clone(n.durable.names)
	}
	return c
}

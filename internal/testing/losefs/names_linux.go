package losefs

import (
	"syscall"

	"github.com/hanwen/go-fuse/v2/fuse"
	"golang.org/x/sys/unix"
)

// link gives an inode a name, which another inode may have had.
func (f *mounted) link(dir *inode, name string, n *inode) {
	f.drop(dir, name)
	f.volume.name(dir, name, n.id)
	f.links[n.id]++
	f.touch(dir, n)
}

// unlink removes a name.
func (f *mounted) unlink(dir *inode, name string) {
	f.drop(dir, name)
	f.volume.name(dir, name, 0)
}

// drop removes the link of the inode that has the name.
func (f *mounted) drop(dir *inode, name string) {
	if id, ok := dir.now.names[name]; ok {
		f.links[id]--
		f.touch(dir, f.volume.inodes[id])
	}
}

// touch sets the times for a change of a directory and of an inode in it.
func (f *mounted) touch(dir, n *inode) {
	now := f.now()
	dir.now.modified, dir.now.changed, n.now.changed = now, now, now
}

// create creates an inode with a name.
func (f *mounted) create(h *fuse.InHeader, name string, mode uint32, out *fuse.EntryOut) fuse.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	dir, _, status := f.child(h.NodeId, name)
	if status.Ok() {
		return fuse.Status(syscall.EEXIST)
	}
	if status != fuse.ENOENT || dir == nil {
		return status
	}
	if status := f.change(); !status.Ok() {
		return status
	}
	n := newInode(f.volume.next, attr{mode: mode, uid: h.Uid, gid: h.Gid}, f.now())
	f.volume.next++
	f.volume.inodes[n.id] = n
	f.link(dir, name, n)
	f.tell(n, out)
	return fuse.OK
}

// Create implements fuse.RawFileSystem, as do the methods below.
func (f *mounted) Create(_ <-chan struct{}, in *fuse.CreateIn, name string, out *fuse.CreateOut) fuse.Status {
	out.OpenFlags = fuse.FOPEN_KEEP_CACHE
	return f.create(&in.InHeader, name, in.Mode|syscall.S_IFREG, &out.EntryOut)
}

func (f *mounted) Mkdir(_ <-chan struct{}, in *fuse.MkdirIn, name string, out *fuse.EntryOut) fuse.Status {
	return f.create(&in.InHeader, name, in.Mode|syscall.S_IFDIR, out)
}

func (f *mounted) Link(_ <-chan struct{}, in *fuse.LinkIn, name string, out *fuse.EntryOut) fuse.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	dir, there, status := f.child(in.NodeId, name)
	switch {
	case there != nil:
		return fuse.Status(syscall.EEXIST)
	case f.options.NoLinks:
		return fuse.EPERM
	}
	n, found := f.find(in.Oldnodeid)
	if dir == nil || !found.Ok() {
		return max(status, found)
	}
	if status := f.change(); !status.Ok() {
		return status
	}
	f.link(dir, name, n)
	f.tell(n, out)
	return fuse.OK
}

func (f *mounted) Unlink(_ <-chan struct{}, h *fuse.InHeader, name string) fuse.Status {
	return f.remove(h, name)
}

func (f *mounted) Rmdir(_ <-chan struct{}, h *fuse.InHeader, name string) fuse.Status {
	return f.remove(h, name)
}

// remove removes a file's name, or an empty directory's; the kernel has checked which of the two it must be.
func (f *mounted) remove(h *fuse.InHeader, name string) fuse.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	dir, n, status := f.child(h.NodeId, name)
	if !status.Ok() {
		return status
	}
	if len(n.now.names) > 0 {
		return fuse.Status(syscall.ENOTEMPTY)
	}
	if status := f.change(); !status.Ok() {
		return status
	}
	f.unlink(dir, name)
	return fuse.OK
}

func (f *mounted) Rename(_ <-chan struct{}, in *fuse.RenameIn, from, to string) fuse.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	source, n, status := f.child(in.NodeId, from)
	if !status.Ok() {
		return status
	}
	target, there, status := f.child(in.Newdir, to)
	switch {
	case target == nil:
		return status
	case in.Flags&^unix.RENAME_NOREPLACE != 0, in.Flags != 0 && f.options.Replaces:
		return fuse.EINVAL
	case there != nil && in.Flags&unix.RENAME_NOREPLACE != 0:
		return fuse.Status(syscall.EEXIST)
	case there == n:
		return fuse.OK
	case there != nil && len(there.now.names) > 0:
		return fuse.Status(syscall.ENOTEMPTY)
	}
	if status := f.change(); !status.Ok() {
		return status
	}
	f.link(target, to, n)
	f.unlink(source, from)
	return fuse.OK
}

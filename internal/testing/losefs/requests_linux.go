package losefs

import (
	"maps"
	"slices"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fuse"
	"golang.org/x/sys/unix"
)

// fresh is how long the kernel may cache an answer. All changes pass through the kernel, so its cache stays true.
const fresh = time.Minute

// entry is one line of a directory.
type entry struct {
	name string
	id   uint64
}

// find returns an inode, or ENOENT, or EIO if there is no power.
func (f *mounted) find(id uint64) (*inode, fuse.Status) {
	if f.cut {
		return nil, fuse.EIO
	}
	n := f.volume.inodes[id]
	if n == nil {
		return nil, fuse.ENOENT
	}
	return n, fuse.OK
}

// child returns the inode of a name, or ENOENT.
func (f *mounted) child(dir uint64, name string) (parent, child *inode, status fuse.Status) {
	if parent, status = f.find(dir); !status.Ok() {
		return nil, nil, status
	}
	id, ok := parent.now.names[name]
	if !ok {
		return parent, nil, fuse.ENOENT
	}
	return parent, f.volume.inodes[id], fuse.OK
}

// Lookup implements fuse.RawFileSystem, as do the methods below.
func (f *mounted) Lookup(_ <-chan struct{}, h *fuse.InHeader, name string, out *fuse.EntryOut) fuse.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	_, n, status := f.child(h.NodeId, name)
	if status.Ok() {
		f.tell(n, out)
	}
	return status
}

func (f *mounted) GetAttr(_ <-chan struct{}, in *fuse.GetAttrIn, out *fuse.AttrOut) fuse.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	n, status := f.find(in.NodeId)
	if status.Ok() {
		f.describe(n, &out.Attr)
		out.SetTimeout(fresh)
	}
	return status
}

func (f *mounted) Statx(_ <-chan struct{}, in *fuse.StatxIn, out *fuse.StatxOut) fuse.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	n, status := f.find(in.NodeId)
	if !status.Ok() {
		return status
	}
	var a fuse.Attr
	f.describe(n, &a)
	out.SetTimeout(fresh)
	out.Statx = fuse.Statx{
		Mask: unix.STATX_BASIC_STATS | unix.STATX_BTIME, Blksize: a.Blksize, Nlink: a.Nlink, Uid: a.Uid, Gid: a.Gid,
		Mode: uint16(a.Mode), Ino: a.Ino, Size: a.Size, Blocks: a.Blocks,
		Atime: fuse.SxTime{Sec: a.Atime, Nsec: a.Atimensec}, Mtime: fuse.SxTime{Sec: a.Mtime, Nsec: a.Mtimensec},
		Ctime: fuse.SxTime{Sec: a.Ctime, Nsec: a.Ctimensec},
		Btime: fuse.SxTime{Sec: uint64(n.now.born.Unix()), Nsec: uint32(n.now.born.Nanosecond())},
	}
	return fuse.OK
}

// tell writes an inode into an answer.
func (f *mounted) tell(n *inode, out *fuse.EntryOut) {
	out.NodeId = n.id
	f.describe(n, &out.Attr)
	out.SetEntryTimeout(fresh)
	out.SetAttrTimeout(fresh)
}

// describe writes the attributes of an inode. A directory has two links, regardless of its content: programs must
// not derive the number of its subdirectories from that.
func (f *mounted) describe(n *inode, a *fuse.Attr) {
	s := &n.now
	size := uint64(len(s.data))
	*a = fuse.Attr{
		Ino: n.id, Size: size, Blocks: (size + sector - 1) / sector, Blksize: 4096,
		Mode: s.mode, Nlink: f.links[n.id], Owner: fuse.Owner{Uid: s.uid, Gid: s.gid},
	}
	if n.isDir() {
		a.Nlink = 2
	}
	a.SetTimes(&s.accessed, &s.modified, &s.changed)
}

func (f *mounted) SetAttr(_ <-chan struct{}, in *fuse.SetAttrIn, out *fuse.AttrOut) fuse.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	n, status := f.find(in.NodeId)
	if status.Ok() {
		status = f.change()
	}
	if !status.Ok() {
		return status
	}
	now := f.now()
	if mode, ok := in.GetMode(); ok {
		n.now.mode = n.now.mode&syscall.S_IFMT | mode
	}
	if uid, ok := in.GetUID(); ok {
		n.now.uid = uid
	}
	if gid, ok := in.GetGID(); ok {
		n.now.gid = gid
	}
	if t, ok := in.GetMTime(); ok {
		n.now.modified = t
	}
	if t, ok := in.GetATime(); ok {
		n.now.accessed = t
	}
	if size, ok := in.GetSize(); ok {
		n.write(write{size: int(size)})
		n.now.modified = now
	}
	n.now.changed = now
	f.describe(n, &out.Attr)
	out.SetTimeout(fresh)
	return fuse.OK
}

func (f *mounted) Access(<-chan struct{}, *fuse.AccessIn) fuse.Status { return fuse.OK } // default_permissions

func (f *mounted) StatFs(_ <-chan struct{}, _ *fuse.InHeader, out *fuse.StatfsOut) fuse.Status {
	const blocks = 1 << 20
	*out = fuse.StatfsOut{
		Blocks: blocks, Bfree: blocks / 2, Bavail: blocks / 2, Files: blocks, Ffree: blocks / 2, Bsize: 4096,
		Frsize: 4096, NameLen: 255,
	}
	return fuse.OK
}

func (f *mounted) Open(_ <-chan struct{}, in *fuse.OpenIn, out *fuse.OpenOut) fuse.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	_, status := f.find(in.NodeId)
	out.OpenFlags = fuse.FOPEN_KEEP_CACHE
	return status
}

func (f *mounted) Read(_ <-chan struct{}, in *fuse.ReadIn, buf []byte) (fuse.ReadResult, fuse.Status) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n, status := f.find(in.NodeId)
	if !status.Ok() {
		return nil, status
	}
	from := min(in.Offset, uint64(len(n.now.data)))
	return fuse.ReadResultData(buf[:copy(buf, n.now.data[from:])]), fuse.OK
}

func (f *mounted) Write(_ <-chan struct{}, in *fuse.WriteIn, data []byte) (uint32, fuse.Status) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n, status := f.find(in.NodeId)
	if status.Ok() && in.WriteFlags&fuse.WRITE_CACHE == 0 { // else a mapped page, whenever the kernel likes
		status = f.change()
	}
	if !status.Ok() {
		return 0, status
	}
	n.write(write{at: int(in.Offset), data: slices.Clone(data), size: -1})
	n.now.modified = f.now()
	n.now.changed = n.now.modified
	return uint32(len(data)), fuse.OK
}

// Fallocate extends a file with zeros, in one change.
func (f *mounted) Fallocate(_ <-chan struct{}, in *fuse.FallocateIn) fuse.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	n, status := f.find(in.NodeId)
	if status.Ok() && in.Mode != 0 {
		status = fuse.Status(syscall.EOPNOTSUPP)
	}
	if status.Ok() {
		status = f.change()
	}
	if !status.Ok() {
		return status
	}
	n.write(write{size: max(len(n.now.data), int(in.Offset+in.Length))})
	n.now.changed = f.now()
	return fuse.OK
}

func (f *mounted) Flush(<-chan struct{}, *fuse.FlushIn) fuse.Status { return fuse.OK }

func (f *mounted) Release(<-chan struct{}, *fuse.ReleaseIn) {}

func (f *mounted) Fsync(_ <-chan struct{}, in *fuse.FsyncIn) fuse.Status {
	const dataOnly = 1 // FUSE_FSYNC_FDATASYNC of the kernel's uapi/linux/fuse.h
	return f.sync(in.NodeId, in.FsyncFlags&dataOnly == 0)
}

func (f *mounted) FsyncDir(_ <-chan struct{}, in *fuse.FsyncIn) fuse.Status {
	return f.sync(in.NodeId, true)
}

// sync serves both syncs. They are changes themselves, so the power can be cut at one: nothing is durable then.
func (f *mounted) sync(id uint64, attributes bool) fuse.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	n, status := f.find(id)
	if status.Ok() {
		status = f.change()
	}
	if status.Ok() && n.isDir() {
		f.volume.syncDir(n)
	} else if status.Ok() {
		n.sync(attributes)
	}
	return status
}

func (f *mounted) OpenDir(_ <-chan struct{}, in *fuse.OpenIn, out *fuse.OpenOut) fuse.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	_, status := f.find(in.NodeId)
	f.handle++
	out.Fh = f.handle
	return status
}

// ReadDir returns the names that existed when the listing began.
func (f *mounted) ReadDir(_ <-chan struct{}, in *fuse.ReadIn, out *fuse.DirEntryList) fuse.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	dir, status := f.find(in.NodeId)
	if !status.Ok() {
		return status
	}
	if in.Offset == 0 {
		list := []entry{{".", dir.id}, {"..", dir.id}}
		for _, name := range slices.Sorted(maps.Keys(dir.now.names)) {
			list = append(list, entry{name, dir.now.names[name]})
		}
		f.lists[in.Fh] = list
	}
	list := f.lists[in.Fh]
	for i := in.Offset; i < uint64(len(list)); i++ {
		e := list[i]
		if !out.AddDirEntry(fuse.DirEntry{Name: e.name, Ino: e.id, Mode: f.volume.inodes[e.id].now.mode, Off: i + 1}) {
			break
		}
	}
	return fuse.OK
}

func (f *mounted) ReleaseDir(in *fuse.ReleaseIn) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.lists, in.Fh)
}

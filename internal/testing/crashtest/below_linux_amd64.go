package crashtest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// RunBelow is Run, but it calls fate for every call on a file below the directory dir, including calls that only
// open, look, list, read, map or lock. Files that a language's runtime uses for its own start are elsewhere, and so
// never counted. Close and the release of a lock are not counted either, because they leave no file open and no lock
// held regardless of their result. dir is absolute, clean, and contains no symbolic link.
func RunBelow(cmd *exec.Cmd, dir string, fate func(Call) Fate) (Result, error) {
	calls := places()
	return run(cmd, fate, func(tid int, regs *syscall.PtraceRegs) (string, bool) {
		call, known := calls[regs.Orig_rax]
		if !known || unlocks(tid, regs) {
			return "", false
		}
		path := call.at.of(tid, regs)
		return call.name, path == dir || strings.HasPrefix(path, dir+"/")
	})
}

// placed is a call, and which of its arguments name the file.
type placed struct {
	name string
	at   place
}

// place holds which argument of a call is a descriptor and which is a path relative to it; -1: neither.
type place struct{ fd, path int }

// The usual places of the file among the arguments.
var (
	byFD      = place{0, -1}
	byPath    = place{-1, 0}
	byBoth    = place{0, 1}
	byTarget  = place{-1, 1} // of symlink
	byTargets = place{1, 2}  // of symlinkat
)

// reading are the calls that only open, look, list, read, map or lock.
var reading = map[uint64]placed{
	unix.SYS_OPEN: {"open", byPath}, unix.SYS_OPENAT: {"openat", byBoth}, unix.SYS_OPENAT2: {"openat2", byBoth},
	unix.SYS_READ: {"read", byFD}, unix.SYS_PREAD64: {"pread64", byFD}, unix.SYS_READV: {"readv", byFD},
	unix.SYS_PREADV:     {"preadv", byFD},
	unix.SYS_GETDENTS64: {"getdents64", byFD}, unix.SYS_LSEEK: {"lseek", byFD}, unix.SYS_MMAP: {"mmap", place{4, -1}},
	unix.SYS_STAT: {"stat", byPath}, unix.SYS_LSTAT: {"lstat", byPath}, unix.SYS_FSTAT: {"fstat", byFD},
	unix.SYS_NEWFSTATAT: {"newfstatat", byBoth}, unix.SYS_STATX: {"statx", byBoth},
	unix.SYS_ACCESS: {"access", byPath}, unix.SYS_FACCESSAT: {"faccessat", byBoth},
	unix.SYS_FACCESSAT2: {"faccessat2", byBoth},
	unix.SYS_READLINK:   {"readlink", byPath}, unix.SYS_READLINKAT: {"readlinkat", byBoth},
	unix.SYS_STATFS: {"statfs", byPath}, unix.SYS_FSTATFS: {"fstatfs", byFD},
	unix.SYS_FCNTL: {"fcntl", byFD}, unix.SYS_FLOCK: {"flock", byFD},
	unix.SYS_GETXATTR: {"getxattr", byPath}, unix.SYS_LGETXATTR: {"lgetxattr", byPath},
	unix.SYS_FGETXATTR: {"fgetxattr", byFD},
	unix.SYS_LISTXATTR: {"listxattr", byPath}, unix.SYS_LLISTXATTR: {"llistxattr", byPath},
	unix.SYS_FLISTXATTR: {"flistxattr", byFD},
}

// named are the changing calls that do not have a descriptor first.
var named = map[uint64]place{
	unix.SYS_TRUNCATE: byPath, unix.SYS_RENAME: byPath, unix.SYS_UNLINK: byPath,
	unix.SYS_RMDIR: byPath, unix.SYS_MKDIR: byPath,
	unix.SYS_MKNOD: byPath, unix.SYS_CREAT: byPath, unix.SYS_CHMOD: byPath, unix.SYS_CHOWN: byPath,
	unix.SYS_SETXATTR: byPath,
	unix.SYS_LINK:     byPath, unix.SYS_SYMLINK: byTarget, unix.SYS_SYMLINKAT: byTargets,
	unix.SYS_RENAMEAT: byBoth, unix.SYS_RENAMEAT2: byBoth, unix.SYS_LINKAT: byBoth, unix.SYS_UNLINKAT: byBoth,
	unix.SYS_MKDIRAT: byBoth, unix.SYS_MKNODAT: byBoth, unix.SYS_FCHMODAT: byBoth, unix.SYS_FCHOWNAT: byBoth,
	unix.SYS_UTIMENSAT: byBoth,
}

// places returns all calls on files, by their numbers.
func places() map[uint64]placed {
	all := maps.Clone(reading)
	for number, name := range changing {
		at, ok := named[number]
		if !ok {
			at = byFD
		}
		all[number] = placed{name, at}
	}
	return all
}

// of returns the absolute path that a call acts on, or "" if it is not a file. It is as the process names it: a
// symbolic link in it is not resolved, but the folder of a relative path is.
func (p place) of(tid int, regs *syscall.PtraceRegs) string {
	args := [...]uint64{regs.Rdi, regs.Rsi, regs.Rdx, regs.R10, regs.R8, regs.R9}
	path := ""
	if p.path >= 0 {
		if path = text(tid, uintptr(args[p.path])); filepath.IsAbs(path) {
			return filepath.Clean(path)
		}
	}
	from := "cwd"
	if p.fd >= 0 {
		if fd := int32(args[p.fd]); fd != unix.AT_FDCWD {
			from = fmt.Sprint("fd/", fd)
		}
	}
	dir, err := os.Readlink(fmt.Sprintf("/proc/%d/%s", tid, from))
	if err != nil || !filepath.IsAbs(dir) { // no such descriptor; a pipe, a socket
		return ""
	}
	return filepath.Join(dir, path)
}

// unlocks reports whether the call releases a lock: flock(2), a lock or a lease of fcntl(2).
func unlocks(tid int, regs *syscall.PtraceRegs) bool {
	switch {
	case regs.Orig_rax == unix.SYS_FLOCK:
		return regs.Rsi&unix.LOCK_UN != 0
	case regs.Orig_rax == unix.SYS_FCNTL &&
		(regs.Rsi == unix.F_SETLK || regs.Rsi == unix.F_SETLKW || regs.Rsi == unix.F_OFD_SETLK):
		var kind [2]byte // struct flock begins with its l_type
		n, err := peek(tid, uintptr(regs.Rdx), kind[:])
		return err == nil && n == len(kind) && binary.NativeEndian.Uint16(kind[:]) == unix.F_UNLCK
	case regs.Orig_rax == unix.SYS_FCNTL && regs.Rsi == unix.F_SETLEASE:
		return regs.Rdx == unix.F_UNLCK
	}
	return false
}

// peek reads from the memory of a stopped thread.
func peek(tid int, at uintptr, into []byte) (int, error) {
	return unix.ProcessVMReadv(tid, []unix.Iovec{{Base: &into[0], Len: uint64(len(into))}},
		[]unix.RemoteIovec{{Base: at, Len: len(into)}}, 0)
}

// text returns a string from the memory of a stopped thread; "" if it cannot be read.
func text(tid int, at uintptr) string {
	const page = 4096
	var all []byte
	for len(all) < unix.PathMax && at != 0 {
		part := make([]byte, page-at%page) // the next page may not be there
		n, err := peek(tid, at, part)
		if err != nil {
			return ""
		}
		if end := bytes.IndexByte(part[:n], 0); end >= 0 {
			return string(append(all, part[:end]...))
		}
		all, at = append(all, part[:n]...), at+uintptr(n)
	}
	return string(all)
}

package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"path/filepath"
	"runtime"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"
)

// floorThreads is the number of threads of a floor.
const floorThreads = 2

// floor makes the system calls without which no scan is possible, and nothing else: it lists each folder, calls statx
// for each file, and for the kind head also reads the first 64 KiB of each image. It calls the kernel without Go's
// scheduler; a C program with the same calls takes as long.
func floor(kind, root string) error {
	w := &floorWalk{read: kind == "head", waiting: []string{root}}
	w.more.L = &w.mu
	var threads sync.WaitGroup
	for range floorThreads {
		threads.Go(func() {
			runtime.LockOSThread()
			w.work()
		})
	}
	threads.Wait()
	fmt.Printf("%d files, %d images, %d with a credential\n", w.files, w.images, w.found)
	return nil
}

// floorWalk is a stack of folders, and the counts.
type floorWalk struct {
	read bool

	mu                   sync.Mutex
	more                 sync.Cond
	waiting              []string
	busy                 int
	files, images, found int
}

func (w *floorWalk) work() {
	list, head := make([]byte, 64<<10), make([]byte, 64<<10)
	for {
		w.mu.Lock()
		for len(w.waiting) == 0 && w.busy > 0 {
			w.more.Wait()
		}
		if len(w.waiting) == 0 {
			w.more.Broadcast()
			w.mu.Unlock()
			return
		}
		dir := w.waiting[len(w.waiting)-1]
		w.waiting = w.waiting[:len(w.waiting)-1]
		w.busy++
		w.mu.Unlock()
		files, images, found := w.folder(dir, list, head)
		w.mu.Lock()
		w.files, w.images, w.found = w.files+files, w.images+images, w.found+found
		if w.busy--; w.busy == 0 {
			w.more.Broadcast()
		}
		w.mu.Unlock()
	}
}

// folder lists one folder.
func (w *floorWalk) folder(dir string, list, head []byte) (files, images, found int) {
	at, err := unix.Open(dir, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return
	}
	defer unix.Close(at)
	var about unix.Statx_t
	for {
		n, _, _ := unix.RawSyscall(unix.SYS_GETDENTS64, uintptr(at), address(list), uintptr(len(list)))
		if int(n) <= 0 {
			return
		}
		for entry := list[:n]; len(entry) > 0; entry = entry[binary.NativeEndian.Uint16(entry[16:]):] {
			name := entry[19 : 20+bytes.IndexByte(entry[19:], 0)] // with the NUL
			switch entry[18] {
			case unix.DT_DIR:
				if text := string(name[:len(name)-1]); text != "." && text != ".." {
					w.push(dir + "/" + text)
				}
			case unix.DT_REG:
				files++
				unix.RawSyscall6(unix.SYS_STATX, uintptr(at), address(name), unix.AT_SYMLINK_NOFOLLOW,
					unix.STATX_BASIC_STATS, uintptr(unsafe.Pointer(&about)), 0)
				if w.read && isImage(string(name[:len(name)-1])) {
					images++
					found += readHead(at, name, head)
				}
			}
		}
	}
}

func (w *floorWalk) push(dir string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.waiting = append(w.waiting, dir)
	w.more.Signal()
}

// readHead returns 1 if the first 64 KiB of the file mention a credential.
func readHead(at int, name, head []byte) int {
	const flags = unix.O_RDONLY | unix.O_NOFOLLOW | unix.O_CLOEXEC | unix.O_NOATIME
	fd, _, errno := unix.RawSyscall6(unix.SYS_OPENAT, uintptr(at), address(name), flags, 0, 0, 0)
	if errno != 0 {
		return 0
	}
	n, _, _ := unix.RawSyscall6(unix.SYS_PREAD64, fd, address(head), uintptr(len(head)), 0, 0, 0)
	unix.RawSyscall(unix.SYS_CLOSE, fd, 0, 0)
	if int(n) > 0 && bytes.Contains(head[:n], []byte("c2pa")) {
		return 1
	}
	return 0
}

// isImage reports whether a name has the ending of an image of the trees here.
func isImage(name string) bool {
	switch filepath.Ext(name) {
	case ".png", ".jpg", ".webp":
		return true
	}
	return false
}

// address returns where the bytes are, for a system call. b has one byte at least, and is used after the call.
func address(b []byte) uintptr { return uintptr(unsafe.Pointer(&b[0])) }

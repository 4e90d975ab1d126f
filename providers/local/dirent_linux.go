package local

import (
	"bytes"
	"encoding/binary"
	"errors"
)

var errDirent = errors.New("the file system gives malformed directory entries")

// Offsets in a struct linux_dirent64; see getdents64(2).
const (
	direntLength = 16
	direntType   = 18
	direntName   = 19
)

// dirent returns the first of the directory entries: its name with the NUL after it, its type, and the remaining
// entries.
func dirent(buf []byte) (name []byte, kind byte, rest []byte, err error) {
	if len(buf) <= direntName {
		return nil, 0, nil, errDirent
	}
	length := int(binary.NativeEndian.Uint16(buf[direntLength:]))
	if length <= direntName || length > len(buf) {
		return nil, 0, nil, errDirent
	}
	end := bytes.IndexByte(buf[direntName:length], 0)
	if end <= 0 {
		return nil, 0, nil, errDirent
	}
	return buf[direntName : direntName+end+1], buf[direntType], buf[length:], nil
}

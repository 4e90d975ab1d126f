package disk

import (
	"bytes"
	"encoding/binary"
	"errors"
)

// ErrDirent is returned for a buffer that does not have the form in getdents64(2).
var ErrDirent = errors.New("the file system gives malformed directory entries")

// Offsets in a struct linux_dirent64; see getdents64(2).
const (
	direntLength = 16
	direntType   = 18
	direntName   = 19
)

// Dirent returns the first of the directory entries: its name with the NUL after it, its type, and the remaining
// entries. All of them are parts of buf. It returns ErrDirent for an entry that is too short, reaches beyond buf,
// or has an empty name; the rest of buf must not be used then.
func Dirent(buf []byte) (name []byte, kind byte, rest []byte, err error) {
	if len(buf) <= direntName {
		return nil, 0, nil, ErrDirent
	}
	length := int(binary.NativeEndian.Uint16(buf[direntLength:]))
	if length <= direntName || length > len(buf) {
		return nil, 0, nil, ErrDirent
	}
	end := bytes.IndexByte(buf[direntName:length], 0)
	if end <= 0 {
		return nil, 0, nil, ErrDirent
	}
	return buf[direntName : direntName+end+1], buf[direntType], buf[length:], nil
}

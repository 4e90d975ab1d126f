package disk

import (
	"errors"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Identity is one state of one file, under its path. Times are nanoseconds since 1970. There is no device number: it
// changes at each start on btrfs, LVM and networks, and whenever a disk is plugged in, and the user's decisions about
// a file have to outlive that.
type Identity struct {
	Ino          uint64
	Born         int64
	Weak         bool // the file system keeps no birth times; born is 0
	Size         int64
	Mtime, Ctime int64
}

// append appends the text of String.
func (id Identity) append(b []byte) []byte {
	b = strconv.AppendUint(b, id.Ino, 16)
	b = append(b, '.')
	if !id.Weak {
		b = strconv.AppendInt(b, id.Born, 16)
	}
	for _, n := range [...]int64{id.Size, id.Mtime, id.Ctime} {
		b = append(b, '.')
		b = strconv.AppendInt(b, n, 16)
	}
	return b
}

// String returns the identity as a text: five hexadecimal numbers with dots between them, the second empty if there is
// no birth time.
func (id Identity) String() string {
	var buf [128]byte
	return string(id.append(buf[:0]))
}

// Is reports whether text is the text of id. It allocates nothing.
func (id Identity) Is(text string) bool {
	var buf [128]byte
	return string(id.append(buf[:0])) == text
}

// Lasting returns the part that a move within the file system does not change: renaming sets the change time.
func (id Identity) Lasting() Identity {
	id.Ctime = 0
	return id
}

// errRevision is returned for a text that Identity.String does not write.
var errRevision = errors.New("not a revision of a local file")

// ParseIdentity parses the output of String, and nothing else: a number with leading zeros or a plus sign is
// refused, so that each identity has one text.
func ParseIdentity(text string) (Identity, error) {
	f := strings.Split(text, ".")
	if len(f) != 5 {
		return Identity{}, errRevision
	}
	id := Identity{Weak: f[1] == ""}
	var errs [5]error
	id.Ino, errs[0] = strconv.ParseUint(f[0], 16, 64)
	if !id.Weak {
		id.Born, errs[1] = strconv.ParseInt(f[1], 16, 64)
	}
	id.Size, errs[2] = strconv.ParseInt(f[2], 16, 64)
	id.Mtime, errs[3] = strconv.ParseInt(f[3], 16, 64)
	id.Ctime, errs[4] = strconv.ParseInt(f[4], 16, 64)
	if errors.Join(errs[:]...) != nil || !id.Is(text) {
		return Identity{}, errRevision
	}
	return id, nil
}

// Identify returns the state of the file that s describes.
func Identify(s *unix.Statx_t) Identity {
	id := Identity{
		Ino: s.Ino, Size: int64(s.Size),
		Mtime: nanoseconds(s.Mtime), Ctime: nanoseconds(s.Ctime),
		Weak: s.Mask&unix.STATX_BTIME == 0,
	}
	if !id.Weak {
		id.Born = nanoseconds(s.Btime)
	}
	return id
}

// nanoseconds returns a time as nanoseconds since 1970.
func nanoseconds(t unix.StatxTimestamp) int64 { return t.Sec*1e9 + int64(t.Nsec) }

package local

import (
	"errors"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// identity is one state of one file, under its path. Times are nanoseconds since 1970. There is no device number: it
// changes at each start on btrfs, LVM and networks, and whenever a disk is plugged in, and the user's decisions about
// a file have to outlive that.
type identity struct {
	ino          uint64
	born         int64
	weak         bool // the file system keeps no birth times; born is 0
	size         int64
	mtime, ctime int64
}

// append appends the identity as a text: five hexadecimal numbers with dots between them, the second empty if
// there is no birth time.
func (id identity) append(b []byte) []byte {
	b = strconv.AppendUint(b, id.ino, 16)
	b = append(b, '.')
	if !id.weak {
		b = strconv.AppendInt(b, id.born, 16)
	}
	for _, n := range [...]int64{id.size, id.mtime, id.ctime} {
		b = append(b, '.')
		b = strconv.AppendInt(b, n, 16)
	}
	return b
}

func (id identity) String() string {
	var buf [128]byte
	return string(id.append(buf[:0]))
}

// is reports whether text is the text of id. It allocates nothing.
func (id identity) is(text string) bool {
	var buf [128]byte
	return string(id.append(buf[:0])) == text
}

// lasting returns the part that a move within the file system does not change: renaming sets the change time.
func (id identity) lasting() identity {
	id.ctime = 0
	return id
}

var errRevision = errors.New("not a revision of a local file")

// parseIdentity parses the output of String, and nothing else.
func parseIdentity(text string) (identity, error) {
	f := strings.Split(text, ".")
	if len(f) != 5 {
		return identity{}, errRevision
	}
	id := identity{weak: f[1] == ""}
	var errs [5]error
	id.ino, errs[0] = strconv.ParseUint(f[0], 16, 64)
	if !id.weak {
		id.born, errs[1] = strconv.ParseInt(f[1], 16, 64)
	}
	id.size, errs[2] = strconv.ParseInt(f[2], 16, 64)
	id.mtime, errs[3] = strconv.ParseInt(f[3], 16, 64)
	id.ctime, errs[4] = strconv.ParseInt(f[4], 16, 64)
	if errors.Join(errs[:]...) != nil || !id.is(text) {
		return identity{}, errRevision
	}
	return id, nil
}

// identify returns the state of the file that s describes.
func identify(s *unix.Statx_t) identity {
	id := identity{
		ino: s.Ino, size: int64(s.Size),
		mtime: nanoseconds(s.Mtime), ctime: nanoseconds(s.Ctime),
		weak: s.Mask&unix.STATX_BTIME == 0,
	}
	if !id.weak {
		id.born = nanoseconds(s.Btime)
	}
	return id
}

func nanoseconds(t unix.StatxTimestamp) int64 { return t.Sec*1e9 + int64(t.Nsec) }

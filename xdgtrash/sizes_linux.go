package xdgtrash

import (
	"strconv"
	"strings"

	"github.com/sweepd/sweepd/internal/disk"
)

// folderSize is one line of a bin's directorysizes.
type folderSize struct {
	size  int64 // bytes
	mtime int64 // of the .trashinfo, in seconds since 1970
}

// parseSizes parses a directorysizes file (Trash specification 1.0, "Directory size cache"): for each folder a
// line with its size, the time of its .trashinfo, and its percent-encoded name. It ignores malformed lines: the file
// is a cache, and other programs write it.
func parseSizes(content []byte) map[string]folderSize {
	sizes := map[string]folderSize{}
	for line := range strings.Lines(string(content)) {
		size, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		mtime, name, _ := strings.Cut(rest, " ")
		s, err1 := strconv.ParseInt(size, 10, 64)
		m, err2 := strconv.ParseInt(mtime, 10, 64)
		name, err3 := unescape(name)
		if err1 == nil && err2 == nil && err3 == nil && s >= 0 && name != "" {
			sizes[name] = folderSize{s, m}
		}
	}
	return sizes
}

// folderSize returns the size of the folder files/NAME from the bin's directorysizes, if that is about its present
// .trashinfo; otherwise 0.
func (l *listing) folderSize(name string) int64 {
	if l.sizes == nil {
		content, _ := l.content(l.dir, "directorysizes") // without it no size is known
		l.sizes = parseSizes(content)
	}
	info, err := disk.StatName(l.info, name+infoSuffix)
	if is, ok := l.sizes[name]; ok && err == nil && is.mtime == info.Mtime.Sec {
		return is.size
	}
	return 0
}

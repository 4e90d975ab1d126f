package content

import (
	"strconv"
	"strings"
)

// Range reads a header Range of one range (RFC 9110, 14.2) for content of that size, and returns the offset and
// the number of bytes. "" is all of it. ok is false if there is nothing to send: another unit, several ranges, a
// range behind the end, or one that is malformed. The services answer 416 for all of these, although the standard
// lets a server ignore a range that it cannot parse: a client that relies on that has a mistake.
func Range(header string, size int64) (off, n int64, ok bool) {
	spec, is := strings.CutPrefix(header, "bytes=")
	first, last, dash := strings.Cut(spec, "-")
	if header == "" {
		return 0, size, true
	}
	if !is || !dash || strings.Contains(spec, ",") {
		return 0, 0, false
	}
	if first == "" {
		n, err := strconv.ParseInt(last, 10, 64)
		n = min(n, size)
		return size - n, n, err == nil && n > 0
	}
	off, err := strconv.ParseInt(first, 10, 64)
	if err != nil || off < 0 || off >= size {
		return 0, 0, false
	}
	end := size - 1
	if last != "" {
		if end, err = strconv.ParseInt(last, 10, 64); err != nil || end < off {
			return 0, 0, false
		}
	}
	return off, min(end, size-1) - off + 1, true
}

package xdgtrash

import (
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// infoLimit is how many bytes of one .trashinfo are read or written at most.
const infoLimit = 1 << 20

// dateForm is DeletionDate's: local time without a zone (Trash specification 1.0, "Contents of a trash directory").
const dateForm = "2006-01-02T15:04:05"

// FormatInfo returns the content of the .trashinfo of one file. path is absolute in the home trash, and relative to
// the top of the volume in any other.
func FormatInfo(path string, deleted time.Time) []byte {
	return fmt.Appendf(nil, "[Trash Info]\nPath=%s\nDeletionDate=%s\n", escape(path), deleted.Format(dateForm))
}

// errInfo means that a file is not a .trashinfo, or none that can be followed.
var errInfo = errors.New("not a .trashinfo")

// ParseInfo parses a .trashinfo of any program. The path is absolute, or relative and without "..". A date that
// cannot be parsed is the zero time; if a key comes twice the first counts, as the specification requires. Errors are
// errInfo. zone is the zone of the date, which has none of its own.
func ParseInfo(content []byte, zone *time.Location) (path string, deleted time.Time, err error) {
	lines := strings.Split(string(content), "\n")
	if strings.TrimRight(lines[0], "\r ") != "[Trash Info]" {
		return "", time.Time{}, errInfo
	}
	seen := map[string]string{}
	for _, line := range lines[1:] {
		if strings.HasPrefix(line, "[") {
			break // another group
		}
		key, value, _ := strings.Cut(strings.TrimRight(line, "\r"), "=")
		if _, twice := seen[key]; !twice {
			seen[key] = value
		}
	}
	// A path that is not clean, that has a NUL byte or that leads upward with ".." is not followed.
	path, err = unescape(seen["Path"])
	if err != nil || path != filepath.Clean(path) || strings.IndexByte(path, 0) >= 0 ||
		path == "." || path == "/" || !filepath.IsAbs(path) && !filepath.IsLocal(path) {
		return "", time.Time{}, errInfo
	}
	deleted, err = time.ParseInLocation(dateForm, strings.TrimSpace(seen["DeletionDate"]), zone)
	if err != nil {
		deleted = time.Time{}
	}
	return path, deleted, nil
}

const hexDigits = "0123456789ABCDEF"

// escape percent-encodes every byte that is not a letter, a digit or an unmistakable mark of RFC 2396 section 2. It
// loses no byte, UTF-8 or not.
func escape(s string) string {
	var b strings.Builder
	b.Grow(2 * len(s))
	for _, c := range []byte(s) {
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("/-_.~", c) >= 0 {
			b.WriteByte(c)
		} else {
			b.Write([]byte{'%', hexDigits[c>>4], hexDigits[c&15]})
		}
	}
	return b.String()
}

// unescape undoes escape; it leaves any other byte as it is.
func unescape(s string) (string, error) {
	if strings.IndexByte(s, '%') < 0 {
		return s, nil
	}
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			b.WriteByte(s[i])
			continue
		}
		c, err := strconv.ParseUint(s[i+1:min(i+3, len(s))], 16, 8)
		if err != nil || i+3 > len(s) {
			return "", errInfo
		}
		b.WriteByte(byte(c))
		i += 2
	}
	return b.String(), nil
}

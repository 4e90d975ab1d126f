package xdgtrash

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/sweepd/sweepd/internal/disk"
)

// Receipt identifies one file in the bin. Names are bytes and JSON is text, so they are escaped as in a .trashinfo.
type Receipt struct {
	Bin  string `json:"bin"`
	Name string `json:"name"`           // in the bin's files folder
	Path string `json:"path"`           // where the file was, absolute
	ID   string `json:"id"`             // lasting identity, as a Revision
	Disk string `json:"disk,omitempty"` // of a bin on top of a volume; see disk.NameOf
}

// receipt returns the receipt of files/NAME, which was at the path.
func (b *bin) receipt(name, path string, id disk.Identity) string {
	return NewReceipt(b.path, b.disk, name, path, id)
}

// NewReceipt returns the receipt of a file in the trash directory bin, whose file system has the name disk.
func NewReceipt(bin, disk, name, path string, id disk.Identity) string {
	// strings always marshal
	text, _ := json.Marshal(Receipt{escape(bin), escape(name), escape(path), id.Lasting().String(), disk})
	return string(text)
}

// ParseReceipt parses a receipt and checks that it names one file in one bin.
func ParseReceipt(r string) (Receipt, disk.Identity, error) {
	bad := func(err error) (Receipt, disk.Identity, error) {
		return Receipt{}, disk.Identity{}, fmt.Errorf("not a receipt of a local trash: %w", err)
	}
	p, plain := plainReceipt(r)
	if !plain {
		p = Receipt{}
		if err := json.Unmarshal([]byte(r), &p); err != nil {
			return bad(err)
		}
	}
	id, err := disk.ParseIdentity(p.ID)
	if err != nil {
		return bad(err)
	}
	for _, field := range []*string{&p.Bin, &p.Name, &p.Path} {
		if *field, err = unescape(*field); err != nil || strings.IndexByte(*field, 0) >= 0 {
			return bad(errors.New("a name is not escaped as it should be"))
		}
	}
	if !cleanAbs(p.Bin) || !cleanAbs(p.Path) || !cleanAbs("/"+p.Name) || strings.Contains(p.Name, "/") ||
		id != id.Lasting() || strings.Trim(p.Disk, hexDigits+"abcdef") != "" {
		return bad(errors.New("a name leads elsewhere"))
	}
	return p, id, nil
}

// plainReceipt returns what a decoder of JSON does, for a receipt in exactly the form that NewReceipt writes. A purge
// parses each receipt three times, and a decoder takes five times as long.
func plainReceipt(r string) (p Receipt, plain bool) {
	f := strings.SplitN(r, `"`, 22)
	if len(f) != 17 && len(f) != 21 {
		return p, false
	}
	p = Receipt{Bin: f[3], Name: f[7], Path: f[11], ID: f[15]}
	form := `{"bin":"` + p.Bin + `","name":"` + p.Name + `","path":"` + p.Path + `","id":"` + p.ID
	if len(f) == 21 {
		p.Disk = f[19]
		form += `","disk":"` + p.Disk
	}
	escaped := func(c rune) bool { return c < ' ' || c > '~' || c == '\\' }
	return p, r == form+`"}` && !strings.ContainsFunc(r, escaped)
}

// cleanAbs reports whether p is an absolute, clean path of at least one element.
func cleanAbs(p string) bool { return filepath.IsAbs(p) && filepath.Clean(p) == p && len(p) > 1 }

// nameMax is the longest name that Linux file systems take, in bytes.
const nameMax = 255

// binName returns the name in the bin of a file called base that the operation key moves. It is the same in every
// attempt, so that recovery is a look-up, and never that of another file. It leaves room for ".trashinfo".
func binName(base, key string) string {
	ext := filepath.Ext(base)
	// This is not an extension but a dot in a sentence.
	if len(ext) > 16 {
		ext = ""
	}
	stem := base[:len(base)-len(ext)]
	room := nameMax - len(infoSuffix) - len(".") - len(key) - len(ext)
	if len(stem) > room {
		cut := room
		// A name of UTF-8 is cut between two characters.
		for cut > room-utf8.UTFMax && !utf8.RuneStart(stem[cut]) {
			cut--
		}
		stem = stem[:cut]
	}
	return stem + "." + key + ext
}

// infoSuffix is appended to a name in the bin to name its .trashinfo.
const infoSuffix = ".trashinfo"

// keyLength is the length of a Request's key, in bytes.
const keyLength = 26

// ValidKey reports whether key has the form of a Request's key: letters and digits only, so that it is harmless in a
// name.
func ValidKey(key string) bool {
	return len(key) == keyLength && strings.Trim(key, "abcdefghijklmnopqrstuvwxyz234567") == ""
}

// isBinName reports whether name has the form of binName's results, so that only this program can have made it.
func isBinName(name string) bool {
	stem := strings.TrimSuffix(name, filepath.Ext(name))
	return ValidKey(strings.TrimPrefix(filepath.Ext(stem), ".")) ||
		ValidKey(strings.TrimPrefix(filepath.Ext(name), "."))
}

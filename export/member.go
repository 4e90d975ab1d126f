package export

import (
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"strings"
)

// member is one file of an export.
type member struct {
	path         string // as in Image.Path
	size, packed int64  // bytes, and bytes in the zip
	open         func() (io.ReadCloser, error)
	// at returns the bytes for reading in any order. It is nil if they are compressed.
	at func() (io.ReaderAt, func(), error)
}

// The logical names of the JSON files that are read.
const (
	conversationsFile = "conversations.json"
	libraryFile       = "library_files.json"
	namesFile         = "conversation_asset_file_names.json"
	manifestFile      = "export_manifest.json"
)

// shard matches the base names of the JSON files that are read, and of parts of them.
var shard = regexp.MustCompile(`^(conversations|library_files|conversation_asset_file_names)(?:-(\d{3,9}))?\.json$`)

// logical returns the logical name of a file: "conversations.json" for conversations-000.json, and for any file that a
// manifest lists as a part of it. It is "" for files that are not read as JSON. The files of a person's own, which the
// privacy portal puts into a zip Files__*, are never evidence.
func (m member) logical(listed map[string]string) string {
	if m.personal() {
		return ""
	}
	if name := listed[m.path]; name != "" {
		return name
	}
	if found := shard.FindStringSubmatch(path.Base(m.path)); found != nil {
		return found[1] + ".json"
	}
	return ""
}

// personal reports whether m is in a zip or a folder Files__*.
func (m member) personal() bool {
	return strings.HasPrefix(m.path, "Files__") || strings.Contains(m.path, "/Files__")
}

// asset matches an id at the beginning of a file name.
var asset = regexp.MustCompile(`^file[-_][0-9A-Za-z]{1,64}`)

// idIn returns the id at the beginning of a name, in memory of its own, or "".
func idIn(name string) string { return strings.Clone(asset.FindString(name)) }

// uploadName matches the names of uploads of 2023: file-ID-NAME.
var uploadName = regexp.MustCompile(`^file-[0-9A-Za-z]+-.`)

// generatedFolder matches the folders in which generated pictures are named file-ID-UUID, much like uploads outside.
var generatedFolder = regexp.MustCompile(`(?:^|/)(?:dalle-generations|user-[^/]+)/[^/]+$`)

// uploadByName reports whether only an upload has that path. Uploads of 2025 are file_ID-sanitized.EXT.
func uploadByName(at string) bool {
	base := path.Base(at)
	return strings.Contains(base, "-sanitized.") || uploadName.MatchString(base) && !generatedFolder.MatchString(at)
}

// places claims the uploads that are known by their names.
func (x *reader) places(members []member) {
	for _, m := range members {
		id := idIn(path.Base(m.path))
		if id == "" || !uploadByName(m.path) {
			continue
		}
		if err := x.claim(id, claim{uploaded: true}); err != nil {
			x.problem(m.path, err)
			return
		}
	}
}

// visit reads m, or at most limit bytes of it, with read. A failure is a problem.
func (x *reader) visit(m member, limit int64, read func(io.Reader) error) {
	before := x.progress.Bytes
	r, err := m.open()
	if err == nil {
		err = errors.Join(read(&guard{r: r, x: x, packed: m.packed, limit: limit}), r.Close())
	}
	if err != nil {
		x.problem(m.path, err)
	}
	x.advance(before + m.size - x.progress.Bytes)
}

// guard reads a member within the limits, independent of its declared size, and until the context ends.
type guard struct {
	r                io.Reader
	x                *reader
	n, packed, limit int64
}

func (g *guard) Read(p []byte) (int, error) {
	if err := g.x.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := g.r.Read(p)
	g.n += int64(n)
	g.x.bytes += int64(n)
	g.x.advance(int64(n))
	if bad := g.check(); bad != nil {
		return 0, bad
	}
	return n, err
}

// check returns an error if more was read than the limits allow.
func (g *guard) check() error {
	switch l := g.x.limits; {
	case g.n > g.limit:
		return ErrTooLarge
	case g.n > l.Slack && g.n/l.Ratio > g.packed:
		return ErrBomb
	case g.x.bytes > l.Total:
		return fmt.Errorf("%w: all files together", ErrTooLarge)
	}
	return nil
}

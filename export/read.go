package export

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/sweepd/sweepd/internal/thumbnail"
)

// Options are the settings of a reading; the zero value is usable.
type Options struct {
	// Temp is the folder of the temporary files; "" is os.TempDir.
	Temp string
	// Progress is called often, by the goroutine that reads.
	Progress func(Progress)
	// Looks asks for Image.Look, for which pictures that were generated or uploaded are decoded.
	Looks bool
}

// Progress is how far a reading is.
type Progress struct {
	Bytes, Total int64 // unpacked; files that need not be read are not counted
	Images       int
}

// ReadZip reads the export in r, a zip file of size bytes. The error is that of ctx; all other failures are problems
// in the report.
func ReadZip(ctx context.Context, r io.ReaderAt, size int64, o Options) (*Report, error) {
	x := newReader(ctx, o, realistic())
	return x.read(x.unzip("", r, size))
}

// ReadFolder reads the export that was unpacked into root; it follows no symbolic link. Errors are as those of
// ReadZip.
func ReadFolder(ctx context.Context, root *os.Root, o Options) (*Report, error) {
	x := newReader(ctx, o, realistic())
	return x.read(x.walk(root))
}

// reader is one reading.
type reader struct {
	ctx    context.Context
	o      Options
	limits limits

	claims        map[string]*claim        // by the id of the picture
	conversations map[string]*Conversation // those with pictures, by their ids
	report        Report
	progress      Progress
	decoder       *thumbnail.Maker
	bytes         int64 // that were read, against limits.Total
	files         int   // that were listed, against limits.Members
	close         []func()

	head   [4096]byte // enough to show the type of a picture
	buffer [64 << 10]byte
}

func newReader(ctx context.Context, o Options, l limits) *reader {
	return &reader{
		ctx: ctx, o: o, limits: l, decoder: thumbnail.NewMaker(),
		claims: map[string]*claim{}, conversations: map[string]*Conversation{},
	}
}

// read reads the members of the source, and the parts among them.
func (x *reader) read(source []member) (*Report, error) {
	defer x.closeAll()
	members := x.withParts(source)
	listed := x.manifests(members)
	x.expect(members, listed)
	x.evidence(members, listed)
	x.pictures(members)
	x.settle()
	if err := x.ctx.Err(); err != nil {
		return nil, fmt.Errorf("read the export: %w", err)
	}
	return &x.report, nil
}

func (x *reader) closeAll() {
	for _, f := range slices.Backward(x.close) {
		f()
	}
}

// evidence reads all files with claims about pictures. The library comes before the conversations, because
// these have the titles of the conversations that the library names.
func (x *reader) evidence(members []member, listed map[string]string) {
	x.numbering(members, listed)
	x.places(members)
	for _, step := range []struct {
		logical string
		read    func(*stream) error
	}{
		{namesFile, x.originalNames}, {libraryFile, x.library}, {conversationsFile, x.conversationFile},
	} {
		for _, m := range members {
			if m.logical(listed) == step.logical {
				x.json(m, step.read)
			}
		}
	}
}

// json reads a member with read, to its end.
func (x *reader) json(m member, read func(*stream) error) {
	x.visit(m, x.limits.JSON, func(r io.Reader) error {
		s := newStream(x, m, r)
		if err := read(s); err != nil {
			return err
		}
		return s.end()
	})
}

// expect computes how much there is to read.
func (x *reader) expect(members []member, listed map[string]string) {
	x.progress = Progress{}
	for _, m := range members {
		if m.logical(listed) != "" || candidate(m.path) {
			x.progress.Total += m.size
		}
	}
}

// advance counts n bytes of progress.
func (x *reader) advance(n int64) {
	x.progress.Bytes += n
	x.progress.Images = len(x.report.Images)
	if x.o.Progress != nil {
		x.o.Progress(x.progress)
	}
}

// problem records that the member at path was not read because of err.
func (x *reader) problem(path string, err error) {
	if len(x.report.Problems) < x.limits.Problems && x.ctx.Err() == nil {
		x.report.Problems = append(x.report.Problems, Problem{path, typed(err)})
	}
}

// typed returns err as one that wraps a Fault.
func typed(err error) error {
	if fault := Fault(""); errors.As(err, &fault) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrUnreadable, err)
}

// settle gives the pictures their final origins: the bytes of an upload are an upload under any name.
func (x *reader) settle() {
	uploads := map[[32]byte]bool{}
	for _, i := range x.report.Images {
		if i.Origin == Uploaded {
			uploads[i.SHA256] = true
		}
	}
	for n, i := range x.report.Images {
		if uploads[i.SHA256] {
			x.report.Images[n].Origin = Uploaded
		}
	}
	for _, c := range x.claims {
		if c.origin() == Generated && !c.present {
			x.report.Absent++
		}
	}
	slices.SortFunc(x.report.Images, func(a, b Image) int { return strings.Compare(a.Path, b.Path) })
}

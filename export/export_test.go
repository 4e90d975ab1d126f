package export

import (
	"context"
	"io"
	"os"
)

// Limits are the bounds of a reading, which tests lower.
type Limits = limits

// ReadZipWithin is ReadZip with other limits.
func ReadZipWithin(ctx context.Context, r io.ReaderAt, size int64, o Options, lower func(*Limits)) (*Report, error) {
	l := realistic()
	lower(&l)
	x := newReader(ctx, o, l)
	return x.read(x.unzip("", r, size))
}

// ReadFolderWithin is ReadFolder with other limits.
func ReadFolderWithin(ctx context.Context, root *os.Root, o Options, lower func(*Limits)) (*Report, error) {
	l := realistic()
	lower(&l)
	x := newReader(ctx, o, l)
	return x.read(x.walk(root))
}

package cloudstorage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/sweepd/sweepd/providers"
)

// atOnce is up to how many bytes are fetched before ReadRange returns, so that it can repeat the request if the
// answer was cut short.
const atOnce = 1 << 20

// tries is how many requests ReadRange makes for one range at most.
const tries = 3

// ReadRange returns a reader of n bytes at off; open requests just that range, of one state of the file. Up to atOnce
// bytes are fetched before it returns, by several requests if need be: the reader of an answer that was cut short
// returns an error, as a Body does. An error of open itself is final, because the transport has repeated what may be
// repeated.
func ReadRange(
	ctx context.Context, off, n int64, open func() (io.ReadCloser, error),
) (io.ReadCloser, error) {
	switch err := ctx.Err(); {
	case err != nil:
		return nil, err
	case off < 0:
		return nil, providers.ErrChanged
	case n <= 0:
		return Empty(), nil
	case n > atOnce:
		return open()
	}
	for i := 1; ; i++ {
		rc, err := open()
		if err != nil {
			return nil, err
		}
		b, err := io.ReadAll(rc)
		err = errors.Join(err, rc.Close())
		if err == nil {
			return io.NopCloser(bytes.NewReader(b)), nil
		}
		if i == tries || ctx.Err() != nil {
			return nil, err
		}
	}
}

// Empty returns a reader of no bytes: the range is beyond the end of the file.
func Empty() io.ReadCloser { return io.NopCloser(strings.NewReader("")) }

// errShort: the connection ended before the range did.
var errShort = errors.New("the answer was cut short")

// body is what Body returns.
type body struct {
	rc   io.ReadCloser
	left int64
}

// Body returns a reader of the next n bytes of rc, which is the body of an answer that promised as many. If there are
// fewer, its error is not io.EOF. Its Close closes rc.
func Body(rc io.ReadCloser, n int64) io.ReadCloser { return &body{rc, n} }

// Read returns io.EOF only after all n bytes.
func (b *body) Read(p []byte) (int, error) {
	if b.left == 0 {
		return 0, io.EOF
	}
	n, err := b.rc.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	// An early end is an error, also if the same call has returned bytes.
	if b.left > 0 && (errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)) {
		return n, fmt.Errorf("%w: %d bytes are missing", errShort, b.left)
	}
	if b.left == 0 {
		err = nil // the next Read ends it
	}
	return n, err
}

func (b *body) Close() error { return b.rc.Close() }

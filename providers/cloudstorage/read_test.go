package cloudstorage

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/sweepd/sweepd/providers"
)

// answers opens one body after another, each of which promised ten bytes; the last one again and again.
type answers struct {
	bodies []string
	opened int
	closed int
	fails  error // of Close
}

func (a *answers) open() (io.ReadCloser, error) {
	b := a.bodies[min(a.opened, len(a.bodies)-1)]
	a.opened++
	return Body(&closer{strings.NewReader(b), a}, 10), nil
}

type closer struct {
	io.Reader
	of *answers
}

func (c *closer) Close() error {
	c.of.closed++
	return c.of.fails
}

const whole, short = "0123456789", "01234"

func TestARangeThatWasCutShortIsRequestedAgain(t *testing.T) {
	for _, c := range []struct {
		bodies []string
		want   string // "": an error
		opened int
	}{
		{[]string{whole}, whole, 1},
		{[]string{whole + "more"}, whole, 1},
		{[]string{short, whole}, whole, 2},
		{[]string{short, "", whole}, whole, 3},
		{[]string{short, short, short, whole}, "", 3},
	} {
		a := &answers{bodies: c.bodies}
		rc, err := ReadRange(t.Context(), 0, 10, a.open)
		var got []byte
		if err == nil {
			got, err = io.ReadAll(rc)
		}
		if string(got) != c.want || (err == nil) != (c.want != "") || a.opened != c.opened || a.closed != c.opened {
			t.Errorf("%q: got %q, %v by %d requests of which %d were closed; want %q by %d",
				c.bodies, got, err, a.opened, a.closed, c.want, c.opened)
		}
	}
}

func TestABodyThatCannotBeClosedIsNotTaken(t *testing.T) {
	a := &answers{bodies: []string{whole}, fails: errBroken}
	if _, err := ReadRange(t.Context(), 0, 10, a.open); !errors.Is(err, errBroken) || a.opened != tries {
		t.Errorf("got %v after %d requests, want the error of the last Close", err, a.opened)
	}
}

// The transport has sent again what may be sent again.
func TestARequestThatFailsIsNotMadeAgain(t *testing.T) {
	opened := 0
	_, err := ReadRange(t.Context(), 0, 10, func() (io.ReadCloser, error) { opened++; return nil, errBroken })
	if !errors.Is(err, errBroken) || opened != 1 {
		t.Errorf("got %v after %d requests, want the error of the first", err, opened)
	}
}

func TestNothingIsRequestedForNothing(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for name, c := range map[string]struct {
		ctx    context.Context
		off, n int64
		want   error
	}{
		"no bytes":               {t.Context(), 5, 0, nil},
		"fewer than none":        {t.Context(), 5, -1, nil},
		"before the file begins": {t.Context(), -1, 10, providers.ErrChanged},
		"after the end":          {ended, 0, 10, context.Canceled},
	} {
		a := &answers{bodies: []string{whole}}
		rc, err := ReadRange(c.ctx, c.off, c.n, a.open)
		if !errors.Is(err, c.want) || a.opened != 0 {
			t.Errorf("%s: got %v after %d requests, want %v", name, err, a.opened, c.want)
		}
		if c.want == nil && iotest.TestReader(rc, nil) != nil {
			t.Errorf("%s: got bytes", name)
		}
	}
}

func TestAnEndedContextEndsTheRequests(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	a := &answers{bodies: []string{short}}
	_, err := ReadRange(ctx, 0, 10, func() (io.ReadCloser, error) { cancel(); return a.open() })
	if !errors.Is(err, errShort) || a.opened != 1 {
		t.Errorf("got %v after %d requests, want the error of the first", err, a.opened)
	}
}

func TestALongRangeIsReadAsItComes(t *testing.T) {
	a := &answers{bodies: []string{short, whole}}
	rc, err := ReadRange(t.Context(), 0, atOnce+1, a.open)
	if err != nil || a.closed != 0 {
		t.Fatalf("got %v, %d bodies closed; want a body that is open", err, a.closed)
	}
	if got, err := io.ReadAll(rc); !errors.Is(err, errShort) || string(got) != short || a.opened != 1 {
		t.Errorf("got %q, %v by %d requests; want what there is and an error", got, err, a.opened)
	}
	if err := rc.Close(); err != nil || a.closed != 1 {
		t.Errorf("closing: %v, %d bodies closed", err, a.closed)
	}
}

// A picture that ends too early would be taken for one without a credential.
func TestABodyThatIsCutShortHasNoEnd(t *testing.T) {
	for name, r := range map[string]io.Reader{
		"at its end":       strings.NewReader(short),
		"byte by byte":     iotest.OneByteReader(strings.NewReader(short)),
		"with its end":     iotest.DataErrReader(strings.NewReader(short)),
		"in its midst":     io.MultiReader(strings.NewReader(short), iotest.ErrReader(io.ErrUnexpectedEOF)),
		"empty":            strings.NewReader(""),
		"one byte less":    strings.NewReader(whole[:9]),
		"by another fault": io.MultiReader(strings.NewReader(short), iotest.ErrReader(errBroken)),
	} {
		_, err := io.ReadAll(Body(io.NopCloser(r), 10))
		if err == nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: got %v, want an error that is no end of file", name, err)
		}
	}
}

func TestABodyHasTheBytesThatWerePromised(t *testing.T) {
	for name, r := range map[string]io.Reader{
		"just these":   strings.NewReader(whole),
		"more":         strings.NewReader(whole + whole),
		"then a fault": io.MultiReader(strings.NewReader(whole), iotest.ErrReader(errBroken)),
	} {
		if err := iotest.TestReader(Body(io.NopCloser(r), 10), []byte(whole)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	withEnd := Body(io.NopCloser(iotest.DataErrReader(strings.NewReader(whole))), 10)
	if got, err := io.ReadAll(withEnd); err != nil || string(got) != whole {
		t.Errorf("with its end: got %q, %v", got, err)
	}
	if err := iotest.TestReader(Empty(), nil); err != nil {
		t.Error(err)
	}
}

package providertest_test

import (
	"context"
	"errors"
	"io"
	"iter"
	"testing"
	"time"

	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/providertest"
)

// memory is the harness of the in-memory driver.
type memory struct{ a *providertest.Account }

func (h memory) Open(*testing.T) providers.Driver { return providertest.NewMemory(h.a) }
func (h memory) Path(name string) string          { return "/root/" + name }
func (h memory) Write(_ *testing.T, name string, content []byte) {
	h.a.Write(h.Path(name), content, time.Unix(1_700_000_000, 0).UTC())
}

func (h memory) Discard(_ *testing.T, name string) {
	h.a.Person(h.Path(name), time.Unix(1_700_000_000, 0).UTC())
}

func (h memory) Remove(_ *testing.T, name string) { h.a.Remove(h.Path(name)) }

func TestMemoryKeepsEveryPromise(t *testing.T) {
	providertest.Run(t, func(*testing.T) providertest.Harness { return memory{providertest.NewAccount()} })
}

func TestARemoteMemoryKeepsEveryPromise(t *testing.T) {
	providertest.Run(t, func(*testing.T) providertest.Harness {
		a := providertest.NewAccount()
		a.Remote()
		a.Undated()
		return memory{a}
	})
}

// reading has the memory driver's methods that change nothing; the rest is Unsupported.
type reading struct {
	providers.Unsupported
	m *providertest.Memory
}

func (r reading) Can() providers.Can { return 0 }
func (r reading) Changes(ctx context.Context, since providers.Cursor) iter.Seq2[providers.Change, error] {
	return r.m.Changes(ctx, since)
}

func (r reading) Stat(ctx context.Context, ref providers.Ref) (providers.Entry, error) {
	return r.m.Stat(ctx, ref)
}

func (r reading) ReadRange(
	ctx context.Context, ref providers.Ref, rev providers.Revision, off, n int64,
) (io.ReadCloser, error) {
	return r.m.ReadRange(ctx, ref, rev, off, n)
}

func (r reading) Guards(
	ctx context.Context, ref providers.Ref, rev providers.Revision, of []providers.Guard,
) ([]providers.Held, error) {
	return r.m.Guards(ctx, ref, rev, of)
}
func (r reading) Close() error { return nil }

type readingHarness struct{ memory }

func (h readingHarness) Open(*testing.T) providers.Driver {
	return reading{m: providertest.NewMemory(h.a)}
}

func TestADriverWithoutAbilitiesKeepsEveryPromise(t *testing.T) {
	providertest.Run(t, func(*testing.T) providertest.Harness {
		return readingHarness{memory{providertest.NewAccount()}}
	})
}

func TestAnExpiredCursorIsErrExpired(t *testing.T) {
	a := providertest.NewAccount()
	d := providertest.NewMemory(a)
	var next providers.Cursor
	for c := range d.Changes(t.Context(), "") {
		next = c.Next
	}
	a.Expire()
	for _, err := range d.Changes(t.Context(), next) {
		if !errors.Is(err, providers.ErrExpired) {
			t.Errorf("got %v, want ErrExpired", err)
		}
	}
}

func TestFaultsFireAtTheirCall(t *testing.T) {
	a := providertest.NewAccount()
	a.Write("/root/a.png", []byte("a"), time.Unix(1, 0))
	boom := errors.New("boom")
	e := first(t, providertest.NewMemory(a))

	early := providertest.NewFaulty(providertest.NewMemory(a), providertest.Fault{Method: "Trash", Nth: 2, Err: boom})
	if _, err := early.Trash(t.Context(), "k", e.Ref, "wrong"); !errors.Is(err, providers.ErrChanged) {
		t.Errorf("first call: got %v, want ErrChanged", err)
	}
	if _, err := early.Trash(t.Context(), "k", e.Ref, e.Revision); !errors.Is(err, boom) || len(a.Bin()) != 0 {
		t.Errorf("second call: got %v with %d in the bin, want boom and nothing moved", err, len(a.Bin()))
	}
	late := providertest.NewFaulty(providertest.NewMemory(a),
		providertest.Fault{Method: "Trash", Err: boom, Late: true})
	if _, err := late.Trash(t.Context(), "k", e.Ref, e.Revision); !errors.Is(err, boom) || len(a.Bin()) != 1 {
		t.Errorf("late: got %v with %d in the bin, want boom and the file moved", err, len(a.Bin()))
	}
	if got := late.Calls("Trash"); got != 1 {
		t.Errorf("got %d calls, want 1", got)
	}
}

func TestAFaultCutsAListing(t *testing.T) {
	a := providertest.NewAccount()
	for _, name := range []string{"/root/a", "/root/b", "/root/c"} {
		a.Write(name, nil, time.Unix(1, 0))
	}
	d := providertest.NewFaulty(providertest.NewMemory(a),
		providertest.Fault{Method: "Changes", Nth: 3, Err: io.ErrUnexpectedEOF})
	n, last := 0, error(nil)
	for _, err := range d.Changes(t.Context(), "") {
		n, last = n+1, err
	}
	if n != 3 || !errors.Is(last, io.ErrUnexpectedEOF) {
		t.Errorf("got %d elements, the last %v; want 3 and the fault", n, last)
	}
}

func first(t *testing.T, d providers.Driver) providers.Entry {
	t.Helper()
	for c, err := range d.Changes(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		return c.Entry
	}
	return providers.Entry{}
}

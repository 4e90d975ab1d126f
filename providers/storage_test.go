package providers_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/providertest"
)

// record is a Recorder that remembers, and can fail.
type record struct {
	mu                sync.Mutex
	lines             []string // "begin trash /root/a.png", "end <error>"
	open              map[string]providers.Op
	beginErr, endErr  error
	beforeBeginReturn func()
	confirmErr        error
	fenced            func() error // nil: it never is
}

func (r *record) Fenced(string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fenced != nil {
		return r.fenced()
	}
	return nil
}

func (r *record) Confirm(_ context.Context, storage string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, "confirm "+storage)
	return r.confirmErr
}

func (r *record) Begin(_ context.Context, op providers.Op) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.beginErr != nil {
		return "", r.beginErr
	}
	if r.beforeBeginReturn != nil {
		r.beforeBeginReturn()
	}
	key := fmt.Sprintf("key%d", len(r.lines))
	r.lines = append(r.lines, fmt.Sprintf("begin %s %s", op.Kind, op.Entry.Path))
	r.open[key] = op
	return key, nil
}

func (r *record) End(ctx context.Context, key string, o providers.Outcome) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := errors.Join(r.endErr, ctx.Err()); err != nil {
		return err
	}
	if o.Err == nil && (r.open[key].Kind == providers.OpRestore) != (o.Restored.Revision != "") {
		return fmt.Errorf("%s ended with %+v restored", r.open[key].Kind, o.Restored)
	}
	delete(r.open, key)
	r.lines = append(r.lines, fmt.Sprintf("end %v", o.Err))
	return nil
}

// guarded is a storage over /root with one file, and what watches it.
func guarded(
	t *testing.T, faults ...providertest.Fault,
) (*providers.Storage, *providertest.Account, *record, providers.Entry) {
	t.Helper()
	a := providertest.NewAccount()
	a.Write("/root/a.png", []byte("a"), time.Unix(1, 0))
	r := &record{open: map[string]providers.Op{}}
	s, err := providers.NewStorage("home", providertest.NewFaulty(providertest.NewMemory(a), faults...),
		providers.Options{Roots: []string{"/root"}, Recorder: r})
	if err != nil {
		t.Fatal(err)
	}
	return s, a, r, entry(t, s, "/root/a.png")
}

func entry(t *testing.T, s *providers.Storage, path string) providers.Entry {
	t.Helper()
	for c, err := range s.Changes(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		if c.Entry.Path == path {
			return c.Entry
		}
	}
	t.Fatalf("%s is not listed", path)
	return providers.Entry{}
}

func (r *record) is(t *testing.T, want ...string) {
	t.Helper()
	if !slices.Equal(r.lines, want) {
		t.Errorf("the record is %q, want %q", r.lines, want)
	}
}

func TestTrashRecordsTheIntentBeforeAndTheOutcomeAfter(t *testing.T) {
	s, a, r, e := guarded(t)
	r.beforeBeginReturn = func() {
		if len(a.Bin()) != 0 {
			t.Error("the file was moved before the intent was durable")
		}
	}
	receipt, err := s.Trash(t.Context(), e, providers.Cause{})
	if err != nil || receipt == "" {
		t.Fatalf("got %q, %v", receipt, err)
	}
	r.is(t, "begin trash /root/a.png", "end <nil>")
	r.beforeBeginReturn = nil
	back, err := s.Restore(t.Context(), e, receipt, providers.Cause{})
	if err != nil || back.Path != e.Path {
		t.Fatalf("got %+v, %v", back, err)
	}
	r.is(t, "begin trash /root/a.png", "end <nil>", "begin restore /root/a.png", "end <nil>")
}

// asking is a driver that asks before it changes something, as one whose calls wait.
type asking struct{ providers.Driver }

func (d asking) Trash(
	ctx context.Context, key string, ref providers.Ref, rev providers.Revision,
) (providers.Receipt, error) {
	if err := providers.Fenced(ctx); err != nil {
		return "", err
	}
	return d.Driver.Trash(ctx, key, ref, rev)
}

// A lease may be lost between the intent and the change, and while the driver waits for its turn.
func TestNothingIsChangedOnceTheLeaseIsLost(t *testing.T) {
	lost := errors.New("the lease is lost")
	s, a, r, e := guarded(t)
	receipt, err := s.Trash(t.Context(), e, providers.Cause{})
	if err != nil {
		t.Fatal(err)
	}
	a.Write("/root/b.png", []byte("b"), time.Unix(1, 0))
	b := entry(t, s, "/root/b.png")
	r.lines, r.fenced = nil, func() error { return lost }
	_, trash := s.Trash(t.Context(), b, providers.Cause{})
	_, restore := s.Restore(t.Context(), e, receipt, providers.Cause{})
	purge, empty := s.Purge(t.Context(), e, receipt, providers.Cause{}), s.EmptyTrash(t.Context(), providers.Cause{})
	for what, err := range map[string]error{"trash": trash, "restore": restore, "purge": purge, "empty": empty} {
		if !errors.Is(err, lost) {
			t.Errorf("%s: got %v, want %v", what, err, lost)
		}
	}
	r.is(t, "begin trash /root/b.png", "end the lease is lost", "begin restore /root/a.png", "end the lease is lost",
		"begin purge /root/a.png", "end the lease is lost", "begin empty ", "end the lease is lost")
	if _, there := a.Content("/root/b.png"); !there || len(a.Bin()) != 1 {
		t.Errorf("a file was moved: the bin has %q", a.Bin())
	}
	if err := providers.Fenced(t.Context()); err != nil {
		t.Errorf("of no operation: %v", err)
	}
}

func TestADriverCanAskWhetherTheLeaseIsLost(t *testing.T) {
	_, a, r, e := guarded(t)
	s, err := providers.NewStorage("home", asking{providertest.NewMemory(a)},
		providers.Options{Roots: []string{"/root"}, Recorder: r})
	if err != nil {
		t.Fatal(err)
	}
	lost, asked := errors.New("the lease is lost"), 0
	r.fenced = func() error {
		if asked++; asked == 1 { // before the driver is called
			return nil
		}
		return lost
	}
	if _, err := s.Trash(t.Context(), e, providers.Cause{}); !errors.Is(err, lost) {
		t.Errorf("got %v, want %v", err, lost)
	}
	r.is(t, "begin trash /root/a.png", "end the lease is lost")
}

func TestWithoutARecorderNothingCanBeChanged(t *testing.T) {
	_, a, _, e := guarded(t)
	s, _ := providers.NewStorage("home", providertest.NewMemory(a), providers.Options{Roots: []string{"/root"}})
	_, trash := s.Trash(t.Context(), e, providers.Cause{})
	_, restore := s.Restore(t.Context(), e, "x", providers.Cause{})
	_, finish := s.Finish(t.Context(), "key", providers.Op{Kind: providers.OpTrash, Entry: e})
	for op, err := range map[string]error{
		"trash": trash, "restore": restore, "finish": finish,
		"purge": s.Purge(t.Context(), e, "x", providers.Cause{}), "empty": s.EmptyTrash(t.Context(), providers.Cause{}),
	} {
		if !errors.Is(err, providers.ErrReadOnly) {
			t.Errorf("%s: got %v, want ErrReadOnly", op, err)
		}
	}
	if _, there := a.Content("/root/a.png"); !there {
		t.Error("the file is gone")
	}
}

func TestTrashOutsideTheRootsIsRefused(t *testing.T) {
	s, a, r, e := guarded(t)
	for _, path := range []string{
		"/rootling/b.png", "/other/b.png", "/root", "/root/../etc/b.png", "root/b.png", "/root//b.png",
	} {
		a.Write(path, []byte("b"), time.Unix(1, 0))
		if _, err := s.Trash(t.Context(), entry(t, s, path), providers.Cause{}); !errors.Is(err, providers.ErrOutside) {
			t.Errorf("%s: got %v, want ErrOutside", path, err)
		}
	}
	e.Path = "/elsewhere/a.png" // an entry that lies about its path
	if _, err := s.Trash(t.Context(), e, providers.Cause{}); !errors.Is(err, providers.ErrOutside) {
		t.Errorf("got %v, want ErrOutside", err)
	}
	r.is(t)
	if len(a.Bin()) != 0 {
		t.Errorf("the trash holds %q", a.Bin())
	}
}

func TestTrashOfAChangedFileIsRefusedAndNotRecorded(t *testing.T) {
	s, a, r, e := guarded(t)
	a.Write("/root/a.png", []byte("b"), time.Unix(2, 0))
	if _, err := s.Trash(t.Context(), e, providers.Cause{}); !errors.Is(err, providers.ErrChanged) {
		t.Errorf("got %v, want ErrChanged", err)
	}
	e.Revision = ""
	if _, err := s.Trash(t.Context(), e, providers.Cause{}); !errors.Is(err, providers.ErrChanged) {
		t.Errorf("without a revision: got %v, want ErrChanged", err)
	}
	r.is(t)
}

func TestAFileThatAGuardHoldsStaysUnlessAPersonApproves(t *testing.T) {
	_, a, r, e := guarded(t)
	s, _ := providers.NewStorage("home", providertest.NewMemory(a), providers.Options{
		Roots: []string{"/root"}, Recorder: r, Protect: []providers.Guard{providers.GuardGit},
	})
	a.Hold(e.Path, providers.Held{Guard: providers.GuardTagged, Why: language.Verbatim("it has a " +
		"star")}) // a guard that is off
	if held, err := s.Guards(t.Context(), e); err != nil || len(held) > 0 {
		t.Errorf("got %v, %v; want nothing of a guard that is off", held, err)
	}
	a.Hold(e.Path, providers.Held{Guard: providers.GuardGit, Why: language.Verbatim("Git tracks it")})
	if _, err := s.Trash(t.Context(), e, providers.Cause{}); !errors.Is(err, providers.ErrProtected) ||
		!strings.Contains(err.Error(), "Git tracks it") {
		t.Errorf("got %v, want ErrProtected with the reason", err)
	}
	r.is(t)
	if _, err := s.Trash(t.Context(), e, providers.Cause{Approved: true}); err != nil {
		t.Errorf("approved: %v", err)
	}
	r.is(t, "begin trash /root/a.png", "end <nil>")
}

func TestAGuardThatFailsHoldsTheFile(t *testing.T) {
	_, a, r, e := guarded(t)
	broken := errors.New("the index cannot be read")
	s, _ := providers.NewStorage("home",
		providertest.NewFaulty(providertest.NewMemory(a), providertest.Fault{Method: "Guards", Err: broken}),
		providers.Options{Roots: []string{"/root"}, Recorder: r, Protect: providers.AllGuards()})
	if _, err := s.Trash(t.Context(), e, providers.Cause{}); !errors.Is(err, broken) {
		t.Errorf("got %v, want the guard's error", err)
	}
	r.is(t)
}

func TestNothingMovesWhenTheIntentCannotBeRecorded(t *testing.T) {
	s, a, r, e := guarded(t)
	r.beginErr = errors.New("disk full")
	_, err := s.Trash(t.Context(), e, providers.Cause{})
	if !errors.Is(err, r.beginErr) || !strings.Contains(err.Error(), "/root/a.png") {
		t.Errorf("got %v, want the recorder's error with the path", err)
	}
	if len(a.Bin()) != 0 {
		t.Error("the file was moved")
	}
}

func TestARefusalByTheDriverIsAnOutcome(t *testing.T) {
	s, _, r, e := guarded(t, providertest.Fault{Method: "Trash", Err: providers.ErrBusy})
	if _, err := s.Trash(t.Context(), e, providers.Cause{}); !errors.Is(err, providers.ErrBusy) {
		t.Errorf("got %v, want ErrBusy", err)
	}
	r.is(t, "begin trash /root/a.png", "end the file is being written")
}

func TestAnOutcomeThatCannotBeRecordedIsSaidBesideTheErrorOfTheFile(t *testing.T) {
	s, _, r, e := guarded(t, providertest.Fault{
		Method: "Trash", Err: &fs.PathError{Op: "open", Path: "/root/a.png", Err: fs.ErrNotExist},
	})
	r.endErr = errors.New("disk full")
	_, err := s.Trash(t.Context(), e, providers.Cause{})
	for _, want := range []error{fs.ErrNotExist, providers.ErrUnrecorded, r.endErr} {
		if !errors.Is(err, want) {
			t.Errorf("got %v, want %v too", err, want)
		}
	}
	want := "trash \"/root/a.png\": file does not exist\nthe outcome could not be recorded: disk full"
	if err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
}

func TestTheOutcomeIsRecordedEvenWhenTheContextHasEnded(t *testing.T) {
	s, _, r, e := guarded(t)
	ctx, cancel := context.WithCancel(t.Context())
	r.beforeBeginReturn = cancel
	if _, err := s.Trash(ctx, e, providers.Cause{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	r.is(t, "begin trash /root/a.png", "end context canceled")
}

func TestAnUncertainTrashStaysOpenUntilFinishLooks(t *testing.T) {
	s, a, r, e := guarded(t, providertest.Fault{Method: "Trash", Err: providers.ErrUncertain, Late: true},
		providertest.Fault{Method: "Settle", Nth: 1, Err: errors.New("not reachable")},
		providertest.Fault{
			Method: "Settle", Nth: 2, Err: fmt.Errorf("%w: %w", providers.ErrUncertain, providers.ErrChanged),
		})
	if _, err := s.Trash(t.Context(), e, providers.Cause{}); !errors.Is(err, providers.ErrUncertain) {
		t.Errorf("got %v, want ErrUncertain", err)
	}
	r.is(t, "begin trash /root/a.png")
	for range 2 {
		if _, err := s.Finish(t.Context(), "key0", r.open["key0"]); err == nil || len(r.open) != 1 {
			t.Errorf("got %v with %d open, want an error and the record still open", err, len(r.open))
		}
	}
	receipt, err := s.Finish(t.Context(), "key0", r.open["key0"])
	if err != nil || receipt == "" || len(a.Bin()) != 1 {
		t.Errorf("got %q, %v with %d in the bin", receipt, err, len(a.Bin()))
	}
	r.is(t, "begin trash /root/a.png", "end <nil>")
}

func TestFinishAbandonsATrashThatMovedNothing(t *testing.T) {
	s, a, r, e := guarded(t)
	if _, err := s.Finish(t.Context(), "key9",
		providers.Op{Kind: providers.OpTrash, Storage: "home", Entry: e}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want fs.ErrNotExist", err)
	}
	if len(a.Bin()) != 0 || len(r.lines) != 1 || !strings.HasPrefix(r.lines[0], "end ") {
		t.Errorf("the trash holds %q and the record is %q; want nothing moved and the end recorded", a.Bin(), r.lines)
	}
}

func TestFinishRepeatsARestoreAndNeverAPurge(t *testing.T) {
	s, a, r, e := guarded(t)
	receipt, err := s.Trash(t.Context(), e, providers.Cause{})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second finds it done
		r.open["k"] = providers.Op{Kind: providers.OpRestore}
		if _, err := s.Finish(t.Context(), "k",
			providers.Op{Kind: providers.OpRestore, Storage: "home", Entry: e, Receipt: receipt}); err != nil {
			t.Errorf("restore: %v", err)
		}
	}
	if _, there := a.Content("/root/a.png"); !there {
		t.Error("the file was not restored")
	}
	if receipt, err = s.Trash(t.Context(), entry(t, s, e.Path), providers.Cause{}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Finish(t.Context(), "k", providers.Op{
		Kind: providers.OpPurge, Storage: "home", Entry: e, Receipt: receipt,
	}); !errors.Is(err, providers.ErrInterrupted) {
		t.Errorf("purge: got %v, want ErrInterrupted", err)
	}
	if len(a.Bin()) != 1 {
		t.Errorf("the trash holds %q, want the file still there", a.Bin())
	}
	driver := providertest.NewMemory(a)
	if err := driver.Purge(t.Context(), receipt); err != nil {
		t.Fatal(err)
	}
	r.open["k"] = providers.Op{Kind: providers.OpPurge}
	if _, err := s.Finish(t.Context(), "k",
		providers.Op{Kind: providers.OpPurge, Storage: "home", Entry: e, Receipt: receipt}); err != nil {
		t.Errorf("a purge that was carried out: got %v, want it done", err)
	}
	if _, err := s.Finish(t.Context(), "k",
		providers.Op{Kind: providers.OpEmpty}); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("empty: got %v, want errors.ErrUnsupported", err)
	}
	if got := r.lines[len(r.lines)-1]; !strings.HasPrefix(got, "end ") {
		t.Errorf("the last line is %q", got)
	}
}

func TestACallThatCannotBeUndoneIsConfirmedAfterTheIntent(t *testing.T) {
	s, a, r, e := guarded(t)
	receipt, err := s.Trash(t.Context(), e, providers.Cause{})
	if err != nil {
		t.Fatal(err)
	}
	r.lines, r.confirmErr = nil, errors.New("the lease is lost")
	if err := s.Purge(t.Context(), e, receipt, providers.Cause{}); !errors.Is(err, r.confirmErr) {
		t.Errorf("Purge: got %v, want why it is not confirmed", err)
	}
	if err := s.EmptyTrash(t.Context(), providers.Cause{}); !errors.Is(err, r.confirmErr) {
		t.Errorf("EmptyTrash: got %v, want why it is not confirmed", err)
	}
	if len(a.Bin()) != 1 {
		t.Errorf("the trash holds %q, want the file still there", a.Bin())
	}
	r.is(t, "begin purge /root/a.png", "confirm home", "end the lease is lost", "begin empty ", "confirm home",
		"end the lease is lost")
	r.lines, r.confirmErr = nil, nil
	if err := s.Purge(t.Context(), e, receipt, providers.Cause{}); err != nil || len(a.Bin()) != 0 {
		t.Errorf("once confirmed: got %v, and the trash holds %q", err, a.Bin())
	}
	r.is(t, "begin purge /root/a.png", "confirm home", "end <nil>")
}

func TestAnOutcomeThatCannotBeRecordedIsAnErrorWithTheReceipt(t *testing.T) {
	s, _, r, e := guarded(t)
	r.endErr = errors.New("disk full")
	receipt, err := s.Trash(t.Context(), e, providers.Cause{})
	if receipt == "" || !errors.Is(err, r.endErr) {
		t.Errorf("got %q, %v; want the receipt and the recorder's error", receipt, err)
	}
	if len(r.open) != 1 {
		t.Error("the record is closed")
	}
}

func TestErrorsSayWhatWasBeingDoneToWhat(t *testing.T) {
	for _, c := range []struct{ err, want string }{
		{
			(&providers.Error{Op: "trash", Storage: "home", Path: "/a\x1b", Err: fs.ErrExist}).Error(),
			`trash "/a\x1b": file already exists`,
		},
		{
			(&providers.Error{Op: "empty", Storage: "home", Err: fs.ErrPermission}).Error(),
			"empty home: permission denied",
		},
		{
			(&providers.UnlistedError{Path: "/a\n", Err: fs.ErrPermission}).Error(),
			`cannot list "/a\n": permission denied`,
		},
	} {
		if c.err != c.want {
			t.Errorf("got %s, want %s", c.err, c.want)
		}
	}
}

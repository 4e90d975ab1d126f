package journal

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"regexp"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sweepd/sweepd/providers"
)

var _ providers.Recorder = (*Journal)(nil)

// gather reads a listing to its end.
func gather[T any](t testing.TB, seq iter.Seq2[T, error]) (all []T) {
	t.Helper()
	for one, err := range seq {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, one)
	}
	return all
}

// keysOf returns the keys of the operations that f selects.
func keysOf(t testing.TB, j *Journal, f Filter) (keys []string) {
	t.Helper()
	for _, o := range gather(t, j.Operations(t.Context(), f)) {
		keys = append(keys, o.Key)
	}
	return keys
}

// did records an operation that succeeded.
func did(t testing.TB, j *Journal, op providers.Op, r providers.Receipt) string {
	t.Helper()
	key := must(j.Begin(t.Context(), op))(t)
	if err := j.End(t.Context(), key, providers.Outcome{Receipt: r}); err != nil {
		t.Fatal(err)
	}
	return key
}

func TestAMoveIsToldWithTheHashesOfTheFile(t *testing.T) {
	j := newJournal(t)
	sums := providers.Hashes{SHA256: [32]byte{1, 31: 2}, ContentHash: [32]byte{3}}
	e := providers.Entry{Ref: "a", Revision: "1", Path: "/a", Size: 7, Modified: noon, Hashes: sums}
	did(t, j, trashOf(e), "bin/a")
	e.Hashes = providers.Hashes{SHA256: [32]byte{9}}
	did(t, j, trashOf(e), "bin/b")
	did(t, j, trashOf(file("c", "1")), "bin/c")
	change(t, j, `UPDATE moved SET sha256 = x'0102' WHERE operation = 2`)
	var got []providers.Hashes
	for _, o := range gather(t, j.Operations(t.Context(), Filter{})) {
		if o.Op.Entry.Hashes != (providers.Hashes{}) {
			t.Errorf("the entry of %s has hashes, which no line of the chain has", o.Op.Entry.Path)
		}
		got = append(got, o.Sums)
	}
	// One was changed since, and one was not known.
	if want := []providers.Hashes{sums, {}, {}}; !slices.Equal(got, want) {
		t.Errorf("got %x, want %x", got, want)
	}
}

func TestAnOperationIsToldAsItWasRecorded(t *testing.T) {
	j := newJournal(t)
	op := trashOf(providers.Entry{
		Ref: "a\xff\x00b", Revision: "\x80\n", Path: "/p/\xfe\t'x'", Size: 7, Modified: noon, Weak: true,
	})
	op.Cause.Reasons, op.Cause.Approved = []string{"one", "two \"quoted\""}, true
	key := must(j.Begin(t.Context(), op))(t)
	if !regexp.MustCompile(`^[a-z2-7]{26}$`).MatchString(key) {
		t.Errorf("key %q is not 26 characters of a-z2-7", key)
	}
	if err := j.End(t.Context(), key, providers.Outcome{Receipt: "bin/\xff"}); err != nil {
		t.Fatal(err)
	}
	want := []Operation{
		{Key: key, Op: op, Began: noon.Add(time.Second), Ended: noon.Add(2 * time.Second), Receipt: "bin/\xff"},
	}
	got := gather(t, j.Operations(t.Context(), Filter{}))
	if d := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Operation{})); d != "" {
		t.Error(d)
	}
}

func TestAnOperationThatFailedKeepsTheTextAndTheKindOfItsError(t *testing.T) {
	j := newJournal(t)
	for _, kind := range append(slices.Collect(valuesOf(kinds())), errors.New("a disk on fire")) {
		opErr := fmt.Errorf("trash %q: %w", "a\xffb", kind)
		key := must(j.Begin(t.Context(), trashOf(file("a", "1"))))(t)
		if err := j.End(t.Context(), key, providers.Outcome{Err: opErr}); err != nil {
			t.Fatal(err)
		}
		got := gather(t, j.Operations(t.Context(), Filter{Key: key}))[0]
		if got.Err == nil || got.Err.Error() != opErr.Error() || got.Ended.IsZero() {
			t.Errorf("got %v at %v, want %v", got.Err, got.Ended, opErr)
		}
		if known := kindOf(kind) != ""; errors.Is(got.Err, kind) != known {
			t.Errorf("%v: got kind told %t, want %t", kind, !known, known)
		}
	}
	if got := keysOf(t, j, Filter{InTrash: true}); got != nil {
		t.Errorf("in the trash: got %q, want none", got)
	}
}

func valuesOf(m map[string]error) iter.Seq[error] {
	return func(yield func(error) bool) {
		for _, v := range m {
			if !yield(v) {
				return
			}
		}
	}
}

func TestAnOperationWithoutAnEndIsOpen(t *testing.T) {
	j := newJournal(t)
	open := must(j.Begin(t.Context(), trashOf(file("a", "1"))))(t)
	did(t, j, trashOf(file("b", "1")), "r")
	other := trashOf(file("c", "1"))
	other.Storage = "drive"
	must(j.Begin(t.Context(), other))(t)
	if got := keysOf(t, j, Filter{Storage: "home", Open: true}); !slices.Equal(got, []string{open}) {
		t.Errorf("got %q, want %q", got, open)
	}
}

func TestTheFirstOutcomeStands(t *testing.T) {
	j := newJournal(t)
	key := did(t, j, trashOf(file("a", "1")), "r")
	if err := j.End(t.Context(), key, providers.Outcome{Receipt: "r"}); err != nil {
		t.Errorf("the same again: got %v, want nil", err)
	}
	if err := j.End(t.Context(), key, providers.Outcome{Receipt: "s"}); err == nil {
		t.Error("another receipt: got nil, want an error")
	}
	if err := j.End(t.Context(), key, providers.Outcome{Err: providers.ErrBusy}); err == nil {
		t.Error("an error after a success: got nil, want an error")
	}
	if err := j.End(t.Context(), "nonesuch", providers.Outcome{Receipt: "r"}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an unknown key: got %v, want %v", err, fs.ErrNotExist)
	}
	got := gather(t, j.Operations(t.Context(), Filter{}))
	if len(got) != 1 || got[0].Receipt != "r" || got[0].Err != nil {
		t.Errorf("got %+v, want one done with receipt r", got)
	}
}

func TestAnOutcomeIsRecordedAfterTheContextHasEnded(t *testing.T) {
	j := newJournal(t)
	key := must(j.Begin(t.Context(), trashOf(file("a", "1"))))(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := j.End(ctx, key, providers.Outcome{Receipt: "r"}); err != nil {
		t.Errorf("End: got %v, want nil", err)
	}
	if _, err := j.Begin(ctx, trashOf(file("b", "1"))); !errors.Is(err, context.Canceled) {
		t.Errorf("Begin: got %v, want %v", err, context.Canceled)
	}
}

func TestWhatIsRestoredOrPurgedIsNoLongerInTheTrash(t *testing.T) {
	for _, test := range []struct {
		kind   providers.OpKind
		opErr  error
		remain int // of two
	}{
		{providers.OpRestore, nil, 1},
		{providers.OpPurge, nil, 1},
		{providers.OpEmpty, nil, 0},
		{providers.OpRestore, fs.ErrExist, 2},
		{providers.OpPurge, providers.ErrChanged, 2},
		{providers.OpEmpty, errors.ErrUnsupported, 2},
	} {
		t.Run(fmt.Sprint(test.kind, test.opErr), func(t *testing.T) {
			j := newJournal(t)
			key := did(t, j, trashOf(file("a", "1")), "bin/a")
			did(t, j, trashOf(file("b", "1")), "bin/b")
			elsewhere := trashOf(file("a", "1"))
			elsewhere.Storage = "drive"
			did(t, j, elsewhere, "bin/a")
			op := providers.Op{Kind: test.kind, Storage: "home", Entry: file("a", "1"), Receipt: "bin/a"}
			if test.kind == providers.OpEmpty {
				op.Entry, op.Receipt = providers.Entry{}, ""
			}
			undo := must(j.Begin(t.Context(), op))(t)
			if got := keysOf(t, j, Filter{Storage: "home", InTrash: true}); len(got) != 2 {
				t.Errorf("while it is under way: got %q, want two", got)
			}
			if err := j.End(t.Context(), undo, providers.Outcome{Receipt: op.Receipt, Err: test.opErr}); err != nil {
				t.Fatal(err)
			}
			if got := keysOf(t, j, Filter{Storage: "home", InTrash: true}); len(got) != test.remain {
				t.Errorf("in the trash: got %q, want %d", got, test.remain)
			}
			if got := keysOf(t, j, Filter{Storage: "drive", InTrash: true}); len(got) != 1 {
				t.Errorf("in another storage's trash: got %q, want one", got)
			}
			if err := whole(t.Context(), j); err != nil {
				t.Error(err)
			}
			resolved := gather(t, j.Operations(t.Context(), Filter{Key: key}))[0]
			if want := test.remain < 2; (resolved.Resolved == test.kind) != want ||
				resolved.ResolvedAt.IsZero() == want {
				t.Errorf("got resolved by %q at %v, want %t", resolved.Resolved, resolved.ResolvedAt, want)
			}
		})
	}
}

func TestAReceiptThatComesAgainIsOfTheLaterOperation(t *testing.T) {
	j := newJournal(t)
	first := did(t, j, trashOf(file("a", "1")), "bin/a")
	did(t, j, providers.Op{Kind: providers.OpRestore, Storage: "home", Receipt: "bin/a"}, "bin/a")
	second := did(t, j, trashOf(file("a", "2")), "bin/a")
	if got := keysOf(t, j, Filter{InTrash: true}); !slices.Equal(got, []string{second}) {
		t.Errorf("got %q, want %q and not %q", got, second, first)
	}
}

func TestOnlyWhatWasInTheTrashBeforeIsResolved(t *testing.T) {
	j := newJournal(t)
	restore := must(j.Begin(t.Context(), providers.Op{Kind: providers.OpRestore, Storage: "home", Receipt: "bin/a"}))(t)
	later := did(t, j, trashOf(file("a", "1")), "bin/a")
	meanwhile := must(j.Begin(t.Context(), trashOf(file("b", "1"))))(t)
	empty := must(j.Begin(t.Context(), providers.Op{Kind: providers.OpEmpty, Storage: "home"}))(t)
	for key, r := range map[string]providers.Receipt{restore: "bin/a", meanwhile: "bin/b"} {
		if err := j.End(t.Context(), key, providers.Outcome{Receipt: r}); err != nil {
			t.Fatal(err)
		}
	}
	equal(t, "begun after the restore", keysOf(t, j, Filter{InTrash: true}), []string{later, meanwhile})
	if err := j.End(t.Context(), empty, providers.Outcome{}); err != nil {
		t.Fatal(err)
	}
	equal(t, "ended after the emptying began", keysOf(t, j, Filter{InTrash: true}), []string{meanwhile})
	if err := whole(t.Context(), j); err != nil {
		t.Error(err)
	}
}

func TestAnEmptyReceiptResolvesNothing(t *testing.T) {
	j := newJournal(t)
	key := did(t, j, trashOf(file("a", "1")), "")
	did(t, j, providers.Op{Kind: providers.OpPurge, Storage: "home"}, "")
	equal(t, "in the trash", keysOf(t, j, Filter{InTrash: true}), []string{key})
}

func TestOperationsAreChosenByEveryFieldOfTheFilter(t *testing.T) {
	j := newJournal(t)
	var keys []string
	for i := range 250 { // more than two pages
		op := trashOf(file(fmt.Sprintf("f%d", i%50), fmt.Sprint(i)))
		op.Cause.Run = int64(1 + i%2)
		keys = append(keys, did(t, j, op, providers.Receipt(fmt.Sprint(i))))
	}
	odd := func(k []string) (o []string) {
		for i := 1; i < len(k); i += 2 {
			o = append(o, k[i])
		}
		return o
	}
	backwards := slices.Clone(keys)
	slices.Reverse(backwards)
	for name, test := range map[string]struct {
		f    Filter
		want []string
	}{
		"all":          {Filter{}, keys},
		"newest first": {Filter{Newest: true}, backwards},
		"a run":        {Filter{Run: 2, InTrash: true}, odd(keys)},
		"a path": {
			Filter{Path: "/pictures/f7", Newest: true}, []string{keys[207], keys[157], keys[107], keys[57], keys[7]},
		},
		"a storage's trash": {Filter{Storage: "home", InTrash: true}, keys},
		"another storage":   {Filter{Storage: "drive"}, nil},
		"an unknown run":    {Filter{Run: 3}, nil},
		"part of a path":    {Filter{Path: "/pictures/f"}, nil},
		"open, none":        {Filter{Open: true}, nil},
		"the key and more":  {Filter{Key: keys[1], Run: 1}, nil},
	} {
		if d := cmp.Diff(test.want, keysOf(t, j, test.f)); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func TestTheJournalIsWrittenToWhileOperationsAreRead(t *testing.T) {
	j := newJournal(t)
	for i := range 250 {
		did(t, j, trashOf(file(fmt.Sprint(i), "1")), providers.Receipt(fmt.Sprint(i)))
	}
	n := 0
	for o, err := range j.Operations(t.Context(), Filter{InTrash: true}) {
		if err != nil {
			t.Fatal(err)
		}
		did(t, j, providers.Op{Kind: providers.OpPurge, Storage: "home", Receipt: o.Receipt}, o.Receipt)
		n++
	}
	if left := keysOf(t, j, Filter{InTrash: true}); n != 250 || left != nil {
		t.Errorf("got %d purged and %d left, want 250 and none", n, len(left))
	}
}

func TestCallsThatWaitTogetherShareOneCommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		var batches []int
		c := newCommitter(func(batch []int) error {
			<-gate
			batches = append(batches, len(batch))
			return nil
		})
		go c.do(t.Context(), 0)
		synctest.Wait() // the first is being committed
		var all sync.WaitGroup
		for i := range 64 {
			all.Go(func() {
				if err := c.do(context.Background(), i); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		close(gate)
		all.Wait()
		c.close()
		if want := []int{1, 64}; !slices.Equal(batches, want) {
			t.Errorf("got commits of %v, want %v", batches, want)
		}
	})
}

func TestACommitThatFailsAcknowledgesNoneOfItsCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("no space")
		gate := make(chan struct{})
		c := newCommitter(func([]int) error { <-gate; return broken })
		var all sync.WaitGroup
		for i := range 10 {
			all.Go(func() {
				if err := c.do(context.Background(), i); !errors.Is(err, broken) {
					t.Errorf("got %v, want %v", err, broken)
				}
			})
		}
		synctest.Wait()
		close(gate)
		all.Wait()
		c.close()
		if err := c.do(t.Context(), 0); !errors.Is(err, fs.ErrClosed) {
			t.Errorf("after close: got %v, want %v", err, fs.ErrClosed)
		}
	})
}

func TestOneRefusedOutcomeDoesNotRefuseTheOthers(t *testing.T) {
	j := newJournal(t)
	key := must(j.Begin(t.Context(), trashOf(file("a", "1"))))(t)
	bad := &record{at: noon, key: "nonesuch", receipt: []byte("r")}
	good := &record{at: noon, key: key, receipt: []byte("r")}
	r := must(newRecorder(t.Context(), j.write, j.d, j.chain))(t)
	if err := r.commit([]*record{bad, good}); err != nil ||
		!errors.Is(bad.refused, fs.ErrNotExist) || good.refused != nil {
		t.Errorf("got %v, refused %v and %v, want only the first refused: %v", err, bad.refused,
			good.refused, fs.ErrNotExist)
	}
	if got := keysOf(t, j, Filter{InTrash: true}); !slices.Equal(got, []string{key}) {
		t.Errorf("got %q, want %q", got, key)
	}
}

func TestAFullDiskIsAnErrorAndNothingIsAcknowledged(t *testing.T) {
	ofSQLite(t)
	j := newJournal(t)
	before := did(t, j, trashOf(file("a", "1")), "r")
	var pages int
	if err := j.write.QueryRow("PRAGMA page_count").Scan(&pages); err != nil {
		t.Fatal(err)
	}
	limit := func(n int) { must(j.write.Exec(fmt.Sprintf("PRAGMA max_page_count = %d", n)))(t) }
	limit(pages) // no page more: SQLITE_FULL
	acknowledged, failed := []string{before}, 0
	for i := range 200 {
		if key, err := j.Begin(t.Context(), trashOf(file(fmt.Sprint(i), "1"))); err == nil {
			acknowledged = append(acknowledged, key)
		} else {
			failed++
		}
	}
	if failed == 0 {
		t.Fatal("the disk was never full")
	}
	if got := keysOf(t, j, Filter{}); !slices.Equal(got, acknowledged) {
		t.Errorf("got %d operations, want the %d acknowledged", len(got), len(acknowledged))
	}
	limit(1 << 20)
	if _, err := j.Begin(t.Context(), trashOf(file("z", "1"))); err != nil {
		t.Errorf("with space again: got %v, want nil", err)
	}
}

func TestAFileThatCannotBeWrittenIsAnError(t *testing.T) {
	ofSQLite(t)
	j := newJournal(t)
	key := must(j.Begin(t.Context(), trashOf(file("a", "1"))))(t)
	must(j.write.Exec("PRAGMA query_only = 1"))(t)
	if key, err := j.Begin(t.Context(), trashOf(file("b", "1"))); err == nil {
		t.Errorf("Begin: got %q, want an error", key)
	}
	if err := j.End(t.Context(), key, providers.Outcome{Receipt: "r"}); err == nil {
		t.Error("End: got nil, want an error")
	}
	if got := keysOf(t, j, Filter{Open: true}); !slices.Equal(got, []string{key}) {
		t.Errorf("got %q open, want %q", got, key)
	}
}

func TestAFileThatWasRestoredIsOneToKeep(t *testing.T) {
	j := newJournal(t)
	back := providers.Entry{Ref: "a", Revision: "as it is back", Modified: noon}
	for _, end := range []struct {
		outcome providers.Outcome
		want    Override
	}{
		{providers.Outcome{Receipt: "r", Restored: back, Err: providers.ErrBusy}, NoOverride},
		{providers.Outcome{Receipt: "r", Restored: back}, Keep},
	} {
		key, err := j.Begin(t.Context(),
			providers.Op{
				Kind:    providers.OpRestore,
				Storage: "home",
				Entry:   providers.Entry{Ref: "a", Revision: "old"},
				Receipt: "r",
			})
		if err != nil {
			t.Fatal(err)
		}
		if err := j.End(t.Context(), key, end.outcome); err != nil {
			t.Fatal(err)
		}
		if got, err := j.Override(t.Context(), back); got != end.want || err != nil {
			t.Errorf("after a restore that ended with %v: got %q, %v, want %q", end.outcome.Err, got, err, end.want)
		}
	}
}

// An operation that a process began and did not end is ended by another process.
func TestWhatAnotherProcessBeganIsEndedAsItHappened(t *testing.T) {
	for name, want := range map[string]providers.Outcome{
		"done":   {Receipt: "it is there"},
		"failed": {Err: fs.ErrNotExist},
	} {
		t.Run(name, func(t *testing.T) {
			path := newPath(t)
			j := openAt(t, path)
			key := must(j.Begin(t.Context(), trashOf(file("a.png", "1"))))(t)
			if err := j.Close(); err != nil {
				t.Fatal(err)
			}
			j = openAt(t, path)
			if err := j.End(t.Context(), key, want); err != nil {
				t.Fatal(err)
			}
			op := gather(t, j.Operations(t.Context(), Filter{Key: key}))[0]
			if op.Ended.IsZero() || op.Receipt != want.Receipt || !errors.Is(op.Err, want.Err) {
				t.Errorf("got %+v", op)
			}
			must(j.Verify(t.Context()))(t)
		})
	}
}

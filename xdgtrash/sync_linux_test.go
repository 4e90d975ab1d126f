//go:build linux

package xdgtrash

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

// opened is a file, and a second descriptor of it.
func opened(t *testing.T, name string) (one, two int) {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	must(t, os.WriteFile(path, nil, 0o600))
	var fds [2]int
	for i := range fds {
		f, err := os.Open(path)
		must(t, err)
		t.Cleanup(func() { f.Close() })
		fds[i] = int(f.Fd())
	}
	return fds[0], fds[1]
}

func TestCallersWhoComeDuringARoundShareTheNextOne(t *testing.T) {
	a, again := opened(t, "a")
	b, _ := opened(t, "b")
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var synced []int
		release := make(chan struct{})
		s := syncer{fsync: func(fd int) error {
			mu.Lock()
			synced = append(synced, fd)
			first := len(synced) == 1
			mu.Unlock()
			if first {
				<-release
			}
			return nil
		}}
		var group sync.WaitGroup
		call := func(fds ...int) {
			group.Go(func() {
				if err := s.sync(fds...); err != nil {
					t.Error(err)
				}
			})
			synctest.Wait()
		}
		call(a) // starts at once: no caller waits for others
		if !slices.Equal(synced, []int{a}) {
			t.Errorf("synced %v, want %d at once", synced, a)
		}
		call(b, a)
		call(again, b)
		call(a)
		if len(synced) != 1 {
			t.Errorf("synced %v while a round was under way", synced)
		}
		close(release)
		group.Wait()
		// The second round: b and a first, once though two callers gave a, then the
		// seconds. Those of one turn are synced together, in no order.
		got, turn := synced[1:], func(fds ...int) []int { return slices.Sorted(slices.Values(fds)) }
		if len(got) != 4 || !slices.Equal(turn(got[:2]...), turn(b, again)) ||
			!slices.Equal(turn(got[2:]...), turn(a, b)) {
			t.Errorf("synced %v, want %d and %d, then %d and %d", got, b, again, a, b)
		}
	})
}

func TestAFailedSyncReachesThoseWhoGaveTheFileAndNobodyElse(t *testing.T) {
	a, again := opened(t, "a")
	b, _ := opened(t, "b")
	broken := errors.New("broken")
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		var calls, failures atomic.Int64
		s := syncer{fsync: func(fd int) error {
			if calls.Add(1) == 1 {
				<-release
			}
			if (fd == a || fd == again) && failures.Add(1) == 1 { // a file's error is reported once
				return broken
			}
			return nil
		}}
		errs := make([]error, 5)
		var group sync.WaitGroup
		for i, fds := range [][]int{{b}, {a}, {again, b}, {b}, {b, -1}} {
			group.Go(func() { errs[i] = s.sync(fds...) })
			synctest.Wait()
		}
		close(release)
		group.Wait()
		for i, want := range []bool{false, true, true, false, true} {
			if (errs[i] != nil) != want {
				t.Errorf("caller %d: got %v, want an error: %v", i, errs[i], want)
			}
		}
		if err := s.sync(b); err != nil {
			t.Errorf("a round later: %v", err)
		}
	})
}

func TestManyCallersAreAllServed(t *testing.T) {
	f, err := os.Open(t.TempDir())
	must(t, err)
	defer f.Close()
	var s syncer
	var group sync.WaitGroup
	for range 64 {
		group.Go(func() {
			for range 20 {
				if err := s.sync(int(f.Fd()), int(f.Fd())); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
}

package xdgtrash

import (
	"sync"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/disk"
)

// syncer makes files and folders durable for many callers at once. A disk takes about as long for one fsync as for
// many: while one round of callers is synced, the next ones gather, and then share a round. A round never waits for
// more callers. The zero value is ready.
type syncer struct {
	fsync func(fd int) error // nil except in tests: fsync(2)

	// mu guards the fields below, and the callers of rounds that have not begun.
	mu   sync.Mutex
	busy bool   // a round is under way, or may begin
	next *round // gathers callers; nil: the next caller begins one
}

// round is a group of callers whose descriptors are synced together.
type round struct {
	callers []*waiting
	start   chan struct{} // closed when the round before is over
	// done is closed when the round is over; each caller then returns its own error.
	done chan struct{}
}

// waiting is one caller's descriptors, and the first error.
type waiting struct {
	fds []int
	err error
}

// sync makes the files of the descriptors durable, each only after those before it. If the fsync of a descriptor
// fails, only the callers that passed it, or another of the same file, get the error. The descriptors must stay open
// until sync returns.
func (s *syncer) sync(fds ...int) error {
	w := &waiting{fds: fds}
	s.mu.Lock()
	r, first := s.next, s.next == nil
	if first {
		r = &round{start: make(chan struct{}), done: make(chan struct{})}
		s.next = r
		if !s.busy {
			s.busy = true
			close(r.start)
		}
	}
	r.callers = append(r.callers, w)
	s.mu.Unlock()
	// The first caller of a round syncs the files of all others.
	if !first {
		<-r.done
		return w.err
	}
	<-r.start
	s.mu.Lock()
	s.next = nil
	s.mu.Unlock()
	s.run(r)
	close(r.done)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.busy = s.next != nil; s.busy {
		close(s.next.start)
	}
	return w.err
}

// run syncs all callers' first descriptors, then all callers' second ones, and so on, each file once in each turn.
func (s *syncer) run(r *round) {
	for n, more := 0, true; more; n++ {
		more = false
		turn, known := map[file][]*waiting{}, map[int]file{}
		var order []file
		for _, w := range r.callers {
			// After an error the caller's other descriptors are left out, because each may only follow those
			// before it.
			if w.err != nil || n >= len(w.fds) {
				continue
			}
			more = true
			f, ok := known[w.fds[n]]
			if !ok { // most callers share the descriptors of the bin's folders
				st, err := disk.StatOpen(w.fds[n])
				if err != nil {
					w.err = err
					continue
				}
				f = file{unix.Mkdev(st.Dev_major, st.Dev_minor), st.Ino}
				known[w.fds[n]] = f
			}
			if turn[f] == nil {
				order = append(order, f)
			}
			turn[f] = append(turn[f], w)
		}
		if len(order) > 1 {
			for _, f := range order {
				// A hint: writing starts while the first fsync waits for the log. If it fails, the fsync returns the
				// error.
				_ = unix.SyncFileRange(turn[f][0].fds[n], 0, 0, unix.SYNC_FILE_RANGE_WRITE)
			}
		}
		var group sync.WaitGroup
		for _, f := range order { // together: a disk takes flushes that wait for it as one
			group.Go(func() {
				err := s.one(turn[f][0].fds[n])
				for _, w := range turn[f] {
					w.err = err
				}
			})
		}
		group.Wait()
	}
}

// file identifies the file of a descriptor.
type file struct{ dev, ino uint64 }

// one syncs one file. A signal does not end it.
func (s *syncer) one(fd int) error {
	fsync := s.fsync
	if fsync == nil {
		fsync = unix.Fsync
	}
	_, err := disk.Again(func() (int, error) { return 0, fsync(fd) })
	return err
}

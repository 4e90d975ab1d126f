package guards

import (
	"runtime"
	"sync"
)

// Singleflight lets goroutines that ask the same at the same time share one look. Each gets the answer of a look that
// began after it had asked, so its answer is never older than one of its own. The zero value is ready.
type Singleflight[A any] struct {
	mu   sync.Mutex
	next map[string]*look[A] // looks that have not begun, by their subjects
}

// look is one look at a subject, shared by those that ask for it.
type look[A any] struct {
	askers int
	answer A
	done   chan struct{} // closed when there is an answer
}

// Do returns the result of at, which one of the waiting callers calls with their number. It lets runnable goroutines
// that are about to ask run first, and waits for no other reason.
func (t *Singleflight[A]) Do(about string, at func(askers int) A) A {
	t.mu.Lock()
	if l := t.next[about]; l != nil {
		l.askers++
		t.mu.Unlock()
		<-l.done
		return l.answer
	}
	l := &look[A]{askers: 1, done: make(chan struct{})}
	if t.next == nil {
		t.next = map[string]*look[A]{}
	}
	t.next[about] = l
	t.mu.Unlock()
	runtime.Gosched()
	t.mu.Lock()
	delete(t.next, about) // callers that come now are too late for this one
	askers := l.askers
	t.mu.Unlock()
	l.answer = at(askers)
	close(l.done)
	return l.answer
}

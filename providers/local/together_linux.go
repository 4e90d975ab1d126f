package local

import (
	"runtime"
	"sync"
)

// together lets those who ask the same at the same time share one look. Each
// gets the answer of a look that began after it had asked, so that nobody's is
// older than if it had looked itself. The zero value is ready.
type together[A any] struct {
	mu   sync.Mutex
	next map[string]*look[A] // have not begun, by what they are about
}

type look[A any] struct {
	askers int
	answer A
	done   chan struct{} // closed when there is an answer
}

// ask returns what at returned, which it calls with the number of those who
// are waiting, for one of them. Those who are about to ask run first; for no
// other reason does anybody wait.
func (t *together[A]) ask(about string, at func(askers int) A) A {
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
	delete(t.next, about) // who comes now comes too late for this one
	askers := l.askers
	t.mu.Unlock()
	l.answer = at(askers)
	close(l.done)
	return l.answer
}

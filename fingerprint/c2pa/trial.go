package c2pa

import (
	"sync/atomic"
	"time"
)

// trial is the result of checking the active manifest's binding to the file and its timestamp.
type trial struct {
	// bound is nil, errOpen, or the reason why the binding does not hold. at and by belong to a timestamp that is
	// valid: stamped is nil.
	bound   error
	is      bound
	at      time.Time
	by      string
	stamped error
}

// prove hashes the file while it verifies the signatures. If a signature fails, it stops hashing.
func (e *exam) prove(s *source, sp *span, active *node, mediaType string) trial {
	var t trial
	if active.err != nil {
		// Credential.holds concludes on this credential without a look at these two.
		t.bound, t.stamped = errStopped, errNoToken
		return t
	}
	var stop atomic.Bool
	verify := func() {
		for _, n := range e.nodes {
			n.verify()
		}
		if active.err != nil {
			stop.Store(true)
			return
		}
		t.at, t.by, t.stamped = e.v.stamp(active.sig, active.m.claim)
	}
	if e.headerOnly {
		verify()
		t.is, t.bound = e.bind(s, sp, active, mediaType, &stop)
		return t
	}
	// Both run at once, because hashing mostly waits for the file.
	done := make(chan struct{})
	go func() {
		defer close(done)
		verify()
	}()
	is, err := e.bind(s, sp, active, mediaType, &stop)
	<-done
	t.is, t.bound = is, err
	return t
}

// bind checks the binding of the active manifest, and hashes the file unless headerOnly is set.
func (e *exam) bind(s *source, sp *span, active *node, mediaType string, stop *atomic.Bool) (bound, error) {
	b, err := bindingOf(active.m, active.claim.Alg, mediaType)
	if err != nil {
		return bound{}, err
	}
	buf := e.v.buffers.Get().(*[bufferSize]byte)
	defer e.v.buffers.Put(buf)
	return b.check(s, sp, mediaType, e.headerOnly, buf[:], stop)
}

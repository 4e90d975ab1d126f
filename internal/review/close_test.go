package review

import (
	"testing"
	"time"
)

// A request that outlives the three seconds that the server gives it uses the App, and waits for the engine.
func TestCloseWaitsForARequestThatWaitsForTheEngine(t *testing.T) {
	s, err := New(t.Context(), newDesk(t).server.o) // one that no cleanup closes again
	if err == nil {
		err = s.Look()
	}
	if err != nil {
		t.Fatal(err)
	}
	s.engine.Lock() // a first request is at work
	closed, served, using := make(chan error, 1), make(chan error, 1), make(chan bool)
	go func() { closed <- s.Close() }()
	<-s.ctx.Done()
	time.Sleep(10 * time.Millisecond) // Close waits for the engine now; if it does not yet, the test shows less
	go func() {
		_, done := s.use()
		defer done()
		close(using)
		s.engine.Lock()
		defer s.engine.Unlock()
		served <- nil
	}()
	<-using
	s.engine.Unlock()
	for _, ended := range []chan error{served, closed} {
		select {
		case err := <-ended:
			if err != nil {
				t.Errorf("close: %v", err)
			}
		case <-time.After(10 * time.Second):
			t.Fatal("the request and Close wait for each other")
		}
	}
}

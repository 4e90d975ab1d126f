package cloudstorage

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/sweepd/sweepd/providers"
)

// service answers with the number of the request; asking takes a while.
type service struct {
	at    time.Time
	takes time.Duration
	asked int
	err   error

	meanwhile func() // what happens while the service is asked
}

func (s *service) now() time.Time { return s.at }

func (s *service) ask(context.Context, providers.Ref) (int, error) {
	s.asked++
	s.at = s.at.Add(s.takes)
	if s.meanwhile != nil {
		s.meanwhile()
	}
	return s.asked, s.err
}

func newService() (*service, *StatCache[int]) {
	s := &service{at: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)}
	return s, NewStatCache(s.now, s.ask)
}

// recent fails unless the answer is that of the nth request.
func (s *service) recent(t *testing.T, c *StatCache[int], ref providers.Ref, nth int) {
	t.Helper()
	if got, err := c.Recent(t.Context(), ref); err != nil || got != nth || s.asked != nth {
		t.Errorf("got the answer to request %d of %d, %v; want that to request %d", got, s.asked, err, nth)
	}
}

func TestAnAnswerIsReusedForLessThanASecond(t *testing.T) {
	s, c := newService()
	s.recent(t, c, "a", 1)
	s.at = s.at.Add(time.Second - 1)
	s.recent(t, c, "a", 1)
	s.at = s.at.Add(1)
	s.recent(t, c, "a", 2)
	s.recent(t, c, "b", 3)
}

// The service may have read the file's state at any moment of the request.
func TestTheAgeOfAnAnswerCountsFromBeforeTheRequest(t *testing.T) {
	s, c := newService()
	s.takes = 600 * time.Millisecond
	s.recent(t, c, "a", 1)
	s.at = s.at.Add(399 * time.Millisecond)
	s.recent(t, c, "a", 1)
	s.at = s.at.Add(time.Millisecond)
	s.recent(t, c, "a", 2)
	s.takes = time.Minute
	s.recent(t, c, "slow", 3)
	s.recent(t, c, "slow", 4)
}

func TestAnAnswerFromTheFutureIsNotReused(t *testing.T) {
	s, c := newService()
	s.recent(t, c, "a", 1)
	s.at = s.at.Add(-1)
	s.recent(t, c, "a", 2)
}

func TestAForgottenAnswerIsNotReused(t *testing.T) {
	s, c := newService()
	s.recent(t, c, "a", 1)
	c.Forget("b")
	s.recent(t, c, "a", 1)
	c.Forget("a")
	s.recent(t, c, "a", 2)
}

// The answer of a request that was sent before a move, and arrives after it, is of the file before the move.
func TestAnAnswerThatWasUnderWayWhenItsFileWasForgottenIsNotReused(t *testing.T) {
	s, c := newService()
	s.meanwhile = func() { c.Forget("b") }
	s.recent(t, c, "a", 1)
	s.recent(t, c, "a", 1)
	s.meanwhile = func() {
		c.Forget("c")
		c.Put("c", 0, s.at) // as the move's own answer says
	}
	s.recent(t, c, "c", 2)
	s.meanwhile = nil
	if got, err := c.Recent(t.Context(), "c"); err != nil || got != 0 {
		t.Errorf("got the answer to request %d, %v; want the move's", got, err)
	}
	c.Forget("c")
	s.recent(t, c, "c", 3)
	if len(c.looks) != 0 {
		t.Errorf("%d requests are under way, want none", len(c.looks))
	}
}

func TestALookAsksEvenIfThereIsAnAnswer(t *testing.T) {
	s, c := newService()
	s.recent(t, c, "a", 1)
	if got, err := c.Look(t.Context(), "a"); err != nil || got != 2 {
		t.Errorf("got the answer to request %d, %v; want a second one", got, err)
	}
	s.recent(t, c, "a", 2)
}

func TestAnAnswerOfAnotherCallIsAsOldAsItsCallerSays(t *testing.T) {
	s, c := newService()
	c.Put("a", 0, s.at.Add(-999*time.Millisecond))
	s.recent(t, c, "a", 0)
	s.at = s.at.Add(time.Millisecond)
	s.recent(t, c, "a", 1)
}

func TestAnErrorIsNoAnswer(t *testing.T) {
	s, c := newService()
	s.err = errors.New("out of order")
	for range 2 {
		if got, err := c.Recent(t.Context(), "a"); !errors.Is(err, s.err) || got != 0 {
			t.Errorf("got %d, %v; want the service's error alone", got, err)
		}
	}
	s.err = nil
	s.recent(t, c, "a", 3)
}

func TestAnEndedContextGetsNoAnswer(t *testing.T) {
	s, c := newService()
	s.recent(t, c, "a", 1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got, err := c.Recent(ctx, "a"); !errors.Is(err, context.Canceled) || got != 0 || s.asked != 1 {
		t.Errorf("got %d, %v after %d requests; want the context's error", got, err, s.asked)
	}
}

func TestOldAnswersAreRemovedAndOthersAreNot(t *testing.T) {
	s, c := newService()
	for i := range maxStats {
		s.recent(t, c, providers.Ref(fmt.Sprint("old ", i)), i+1)
	}
	s.at = s.at.Add(time.Second)
	for i := range maxStats + 1 {
		s.recent(t, c, providers.Ref(fmt.Sprint("new ", i)), maxStats+i+1)
	}
	for i := range maxStats + 1 {
		if got, ok := c.get(providers.Ref(fmt.Sprint("new ", i))); !ok || got != maxStats+i+1 {
			t.Fatalf("new %d: got %d, %v", i, got, ok)
		}
	}
	if len(c.all) != maxStats+1 {
		t.Errorf("%d answers are kept, want the %d new ones", len(c.all), maxStats+1)
	}
}

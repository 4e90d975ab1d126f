package watch

import "time"

// settle waits until it is quiet, but not for ever. It belongs to one goroutine, which reads the two timers.
type settle struct {
	quiet *time.Timer // fires when nothing was touched for a while
	most  *time.Timer // fires when it has not been quiet for four times that
	while time.Duration
	since bool // something was touched
}

// newSettle returns a settle whose timers stand still until touch.
func newSettle(while time.Duration) *settle {
	s := &settle{time.NewTimer(while), time.NewTimer(while), while, false}
	s.rest()
	return s
}

// touch notes that something has just happened.
func (s *settle) touch() {
	s.quiet.Reset(s.while)
	if !s.since {
		s.most.Reset(4 * s.while)
		s.since = true
	}
}

// rest stops the timers until the next touch.
func (s *settle) rest() {
	s.quiet.Stop()
	s.most.Stop()
	s.since = false
}

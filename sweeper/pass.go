package sweeper

import (
	"sync"

	"github.com/sweepd/sweepd/providers"
)

// pass is one listing, from a cursor to its end or to where it broke off.
type pass struct {
	since   providers.Cursor
	expired bool // the cursor is too old to continue from
	broken  bool // a place, or the rest, was not listed
	partial bool // and it is not only an empty root
	ended   bool // the last element was a checkpoint

	at      providers.Cursor // of the last checkpoint before anything broke; "": none
	passed  int64            // files named
	counted int64            // of those, before the last checkpoint
	seen    int64            // files of any kind
	plain   int64            // known images that are not from ChatGPT

	// In a listing that continues from a cursor, turns counts the mentions of each file: a feed may name a file
	// twice, and workers overtake each other. It is nil for a listing from the beginning.
	mu    sync.Mutex
	turns map[providers.Ref]int
}

// newPass returns the state of a listing from that cursor; "" is the beginning.
func newPass(since providers.Cursor) *pass {
	p := &pass{since: since}
	if since != "" {
		p.turns = map[providers.Ref]int{}
	}
	return p
}

// complete reports whether the listing named everything that is there, or that changed.
func (p *pass) complete() bool { return p.ended && !p.broken && !p.expired }

// whole reports whether everything could be seen. An empty root counts as seen, although nothing is concluded from
// it.
func (p *pass) whole() bool { return p.complete() || p.broken && !p.partial && !p.expired }

// note counts one element of the listing.
func (p *pass) note(c providers.Change) {
	p.ended = c.Checkpoint()
	switch {
	case !p.ended && !c.Gone:
		p.passed++
	// A file that is gone is not counted.
	case !p.ended:
	case p.since != "":
		p.seen = c.Seen // by the cursor's count
	default:
		p.seen += c.Seen
	}
	if p.ended {
		p.counted = p.passed
		// After a gap the position stays before it, so that the next listing begins there.
		if !p.broken {
			p.at = c.Next
		}
	}
}

// mention counts a mention of the file and returns its number. It calls do under the lock, so that no worker with an
// earlier mention acts in between.
func (p *pass) mention(ref providers.Ref, do func()) (turn int) {
	if p.turns == nil {
		do()
		return 0
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.turns[ref]++
	do()
	return p.turns[ref]
}

// ifLatest calls do and returns true, unless the file was mentioned again since.
func (p *pass) ifLatest(l listed, do func()) bool {
	if p.turns == nil {
		do()
		return true
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.turns[l.Ref] != l.turn {
		return false
	}
	do()
	return true
}

// mentioned reports whether the listing named the file.
func (p *pass) mentioned(ref providers.Ref) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.turns[ref] > 0
}

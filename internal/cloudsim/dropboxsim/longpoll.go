package dropboxsim

import (
	"context"
	"time"
)

// longpoll serves files/list_folder/longpoll: it answers when something has changed after the cursor, or when the
// time is over. The service adds up to 90 seconds to that; here it is always a third of them.
//
// timeout is from 30 to 480 seconds, 30 if it is absent. The request carries no token: the cursor alone is enough
// to learn that something has changed, but not what. An invalidated cursor is reset here too.
func longpoll(c *call) (any, error) {
	in := struct {
		Cursor  string `json:"cursor"`
		Timeout *int   `json:"timeout"`
	}{}
	if err := c.args(&in); err != nil {
		return nil, err
	}
	timeout := 30
	if in.Timeout != nil {
		timeout = *in.Timeout
	}
	if timeout < 30 || timeout > 480 {
		return nil, badInput("request body: timeout: %d is not within the range [30, 480]", timeout)
	}
	ctx, over := context.WithCancel(c.r.Context())
	defer over()
	go func() {
		c.d.roof.Wait(ctx, time.Duration(timeout+30)*time.Second)
		over()
	}()
	for {
		changed, next, err := c.d.changedSince(in.Cursor)
		if err != nil || changed {
			return map[string]any{"changes": changed}, err
		}
		select {
		case <-next:
		case <-ctx.Done():
			return map[string]any{"changes": false}, nil
		}
	}
}

// changedSince reports whether a listing would have something after a cursor; if not, next is closed at the next
// change of anything in its tree. It takes the lock.
func (d *Dropbox) changedSince(s string) (changed bool, next <-chan struct{}, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	cur, err := d.unseal(s)
	if err != nil {
		return false, nil, err
	}
	t, now := d.trees[cur.Tree], d.now()
	if t.slots[cur.Path] == nil {
		return true, nil, nil
	}
	cur.walk(t, func(s *slot) bool {
		changed = d.shows(cur, t, s, now)
		return !changed
	})
	return changed, t.changed, nil
}

package sweeper

import (
	"fmt"
	"strings"

	"sweepd/policy"
)

// LimitError refuses a plan as a whole, before its first deletion.
type LimitError struct{ Reasons []string }

func (e *LimitError) Error() string {
	return "the plan is over the policy's limits: " + strings.Join(e.Reasons, "; ")
}

// Over checks p against the limits and returns a *LimitError or nil. The
// limits for files and bytes apply to all that is trashed, and again to all
// that is purged; the share applies to what is trashed in each storage, of the
// files that were seen there.
func (p *Plan) Over(l policy.Limits) error {
	var reasons []string
	for _, part := range []struct {
		doing string
		items []Item
	}{{"trash", p.Trash}, {"purge", p.Purge}} {
		for _, r := range l.Check(len(part.items), Bytes(part.items), 0) {
			reasons = append(reasons, fmt.Sprintf("%s %s", part.doing, r))
		}
	}
	in := map[string]int{}
	for _, it := range p.Trash {
		in[it.Storage]++
	}
	for _, sc := range p.Scope {
		n := in[sc.Storage]
		if l.OverShare(n, sc.Seen) {
			reasons = append(reasons, fmt.Sprintf("trash %d of the %d files of %s", n, sc.Seen, sc.Storage))
		} else if int64(n) > sc.Seen {
			reasons = append(reasons, fmt.Sprintf("trash %d files of %s, of which only %d were seen", n, sc.Storage, sc.Seen))
		}
		delete(in, sc.Storage)
	}
	if len(in) > 0 {
		reasons = append(reasons, "trash files of a storage that was not scanned")
	}
	if len(reasons) > 0 {
		return &LimitError{reasons}
	}
	return nil
}

package sweeper

import (
	"slices"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
)

// Hold puts those of the found files on hold that look due by themselves and are not in the plan: last copies, and
// files from which the scan of their folder keeps sweepd.
func (p *Plan) Hold(found []Found) {
	type file struct {
		storage string
		ref     providers.Ref
	}
	in, spared := map[file]bool{}, map[file]policy.Decision{}
	for _, it := range p.Trash {
		in[file{it.Storage, it.Entry.Ref}] = true
	}
	for _, it := range p.Spared {
		spared[file{it.Storage, it.Entry.Ref}] = it.Decision
	}
	for i, f := range found {
		if key := (file{f.Storage, f.Entry.Ref}); f.Decision.Action == policy.Trash && !in[key] {
			d := &found[i].Decision
			d.Action, d.ReasonCode = policy.Hold, policy.ReasonUnlisted
			d.Reasons = append(slices.Clone(d.Reasons), language.Messagef("the scan of its folder was incomplete"))
			if last, ok := spared[key]; ok {
				*d = last
			}
		}
	}
}

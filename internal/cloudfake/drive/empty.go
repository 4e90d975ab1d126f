package drive

import "context"

// startEmptying takes note of all that is in a's trash, or in that of a shared
// drive; it is deleted little by little while other requests are served.
func (d *Drive) startEmptying(a *Account, s *SharedDrive) {
	list := a.files
	if s != nil {
		list = s.files
	}
	for _, f := range list {
		if f.explicit && (s != nil || f.owner == a) {
			a.emptying = append(a.emptying, f)
		}
	}
}

// emptySome deletes at most n of what a's emptying took note of. What has been
// restored in the meantime stays.
func (d *Drive) emptySome(ctx context.Context, a *Account, n int) {
	for ; n > 0 && len(a.emptying) > 0; n-- {
		f := a.emptying[0]
		a.emptying = a.emptying[1:]
		if !f.gone && f.explicit {
			d.remove(actor{ctx: context.WithoutCancel(ctx), a: a}, f)
		}
	}
}

package drive

// startEmptying takes note of all that is in who's trash, or in that of a shared
// drive; it is deleted little by little while other requests are served, and in
// the record each deletion belongs to the request that asked for it.
func (d *Drive) startEmptying(who actor, s *SharedDrive) {
	list := who.a.files
	if s != nil {
		list = s.files
	}
	who.a.emptier = who
	for _, f := range list {
		if f.explicit && (s != nil || f.owner == who.a) {
			who.a.emptying = append(who.a.emptying, f)
		}
	}
}

// emptySome deletes at most n of what a's emptying took note of. What has been
// restored in the meantime stays.
func (d *Drive) emptySome(a *Account, n int) {
	for ; n > 0 && len(a.emptying) > 0; n-- {
		f := a.emptying[0]
		a.emptying = a.emptying[1:]
		if !f.gone && f.explicit {
			d.remove(a.emptier, f)
		}
	}
}

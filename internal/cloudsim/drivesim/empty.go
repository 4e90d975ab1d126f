package drivesim

// startEmptying collects everything in who's trash, or in that of a shared drive. It is deleted gradually while
// other requests are served; in the record each deletion belongs to the request that asked for it.
//
// The trash is the files that were trashed themselves, also those that the user has trashed in a browser a moment
// ago. Files below a trashed folder go with the folder. A file that is trashed later is not collected.
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

// emptySome deletes at most n of the collected files. A file that was restored in the meantime stays, and one
// that was deleted otherwise is skipped.
func (d *Drive) emptySome(a *Account, n int) {
	for ; n > 0 && len(a.emptying) > 0; n-- {
		f := a.emptying[0]
		a.emptying = a.emptying[1:]
		if !f.gone && f.explicit {
			d.remove(a.emptier, f)
		}
	}
}

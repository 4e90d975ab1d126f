package policy

// Access is what an account must let sweepd do, the least first.
type Access int

// The accesses; each includes those before it.
const (
	AccessScan  Access = iota // list and read
	AccessTrash               // move to the trash and back
	AccessPurge               // delete from the trash for good
)

func (a Access) String() string { return [...]string{"scan", "trash", "purge"}[a] }

// Access is the least that the policy needs of a storage: AccessPurge if
// anything may be purged, and can be there; AccessTrash if a rule that can be about it trashes, or
// reviews, because what a person approves goes to the trash; else AccessScan,
// and so of a storage that the policy does not name.
func (p *Policy) Access(storage string) Access {
	if _, known := p.Storages[storage]; !known {
		return AccessScan
	}
	if p.TrashOf(storage) != (TrashAges{}) {
		return AccessPurge
	}
	for _, r := range p.Rules {
		if r.Do != Keep && r.about(storage) {
			return AccessTrash
		}
	}
	return AccessScan
}

// Paths reports whether anything depends on the folders that the files of an
// account are in: its roots, what it excludes, or a path that a rule asks for.
// Where nothing does, nobody need find out.
func (p *Policy) Paths(storage string) bool {
	st := p.Storages[storage]
	if !st.whole() || len(st.Exclude) > 0 {
		return true
	}
	for _, r := range p.Rules {
		if r.asks.path && r.about(storage) {
			return true
		}
	}
	return false
}

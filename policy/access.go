package policy

// Access is the permission that sweepd needs in an account, in ascending order.
type Access int

// The accesses; each includes those before it.
const (
	AccessScan  Access = iota // list and read
	AccessTrash               // move to the trash and back
	AccessPurge               // delete from the trash for good
)

// String returns the access as messages have it.
func (a Access) String() string { return [...]string{"scan", "trash", "purge"}[a] }

// Access returns the least access that the policy needs to a storage: AccessPurge if something may be purged and the
// storage can do so; AccessTrash if a rule that can match its files trashes or reviews, because a reviewed file goes
// to the trash when the user approves it; else AccessScan. It returns AccessScan for a storage that the policy does
// not name.
func (p *Policy) Access(storage string) Access {
	if _, known := p.Storage(storage); !known {
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

// Paths reports whether a decision depends on the folders of an account's files: through its roots, its exclude
// patterns, or a path in a rule. If not, the provider need not find the folders.
func (p *Policy) Paths(storage string) bool {
	st, _ := p.Storage(storage)
	if !st.whole() || len(st.Exclude) > 0 {
		return true
	}
	for _, r := range p.Rules {
		if r.When.asksPath() && r.about(storage) {
			return true
		}
	}
	return false
}

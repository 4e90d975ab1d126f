package policy

import (
	"slices"
	"strings"
)

// A fleet is a storage of the type Workspace or DropboxTeam. It stands for one storage for each of its members, which
// has the name FLEET/ADDRESS and follows from the fleet and the address alone. So the policy stays the same whoever
// joins or leaves, and the directory decides only which of these storages are swept.

// IsFleet reports whether the storage stands for one storage for each of its members.
func (s Storage) IsFleet() bool { return kindOf(s.Type).of != "" }

// Storage returns the storage of that name: one of the policy, or that of a member of a fleet. known is false if there
// is none. It does not ask whether there is such a member.
func (p *Policy) Storage(name string) (st Storage, known bool) {
	if st, known = p.Storages[name]; known {
		return st, true
	}
	fleet, address := cutMember(name)
	st, known = p.Storages[fleet]
	if !known || !st.IsFleet() || !memberAddress(address) {
		return Storage{}, false
	}
	return st.member(fleet, address), true
}

// member returns the storage of one member.
func (s Storage) member(fleet, address string) Storage {
	s.Fleet = fleet
	s.Users, s.Everyone, s.Group, s.Query, s.Except, s.Admin = nil, false, "", "", nil, ""
	if s.Type = kindOf(s.Type).of; s.Type == GDrive {
		s.Impersonate = address
	} else {
		s.Account = address
	}
	return s
}

// Mandates reports whether a mandatory rule can match files of the storage.
func (p *Policy) Mandates(storage string) bool {
	return slices.ContainsFunc(p.Rules, func(r Rule) bool { return r.Mandatory && r.about(storage) })
}

// MemberName returns the name of the storage of a fleet's member. ok is false if the address cannot be part of a name.
func (s Storage) MemberName(fleet, address string) (name string, ok bool) {
	address = strings.ToLower(address)
	return fleet + "/" + address, s.IsFleet() && memberAddress(address)
}

// Leaves reports whether the fleet's member with that address is excepted.
func (s Storage) Leaves(address string) bool {
	return slices.ContainsFunc(s.Except, func(x string) bool { return strings.EqualFold(x, address) })
}

// cutMember splits the name of a member's storage. address is "" for any other name.
func cutMember(name string) (fleet, address string) {
	fleet, address, _ = strings.Cut(name, "/")
	return fleet, address
}

// memberAddress reports whether an address can be part of a storage's name: it is in lower case, has no slash, which
// separates it from the fleet, and no colon, which separates a storage from a path in it.
func memberAddress(address string) bool {
	user, domain, _ := strings.Cut(address, "@")
	return user != "" && domain != "" && len(address) <= 254 && address == strings.ToLower(address) &&
		!strings.ContainsAny(address[len(user)+1:], "@") && !strings.ContainsFunc(address, unfit)
}

// unfit reports whether a character cannot be part of the name of a storage.
func unfit(r rune) bool { return r <= ' ' || r == '/' || r == ':' || r >= 0x7f }

// names reports whether a name in a policy means the storage: its own name, or that of its fleet.
func names(written, storage string) bool {
	fleet, _ := cutMember(storage)
	return written == storage || written == fleet
}

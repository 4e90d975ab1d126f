package drivesim

// role is the right of a user to a file, in ascending order.
type role int

// The roles. Each includes the rights of those before it.
const (
	noRole role = iota
	reader
	commenter
	writer
	organizer // of files in a shared drive: fileOrganizer
	owner
)

// roleNames are the names on the wire, by role.
var roleNames = [...]string{"", "reader", "commenter", "writer", "fileOrganizer", "owner"}

// String returns the name on the wire, "" for noRole.
func (r role) String() string { return roleNames[r] }

// roleNamed returns the role of that name, noRole if there is none. organizer and fileOrganizer are one role
// here, although in the real service only an organizer may delete for good in a shared drive; see mayDelete.
func roleNamed(s string) role {
	for r, name := range roleNames {
		if s == name && s != "" {
			return role(r)
		}
	}
	if s == "organizer" {
		return organizer
	}
	return noRole
}

// permission gives a role to a user, or to everyone who has the link.
type permission struct {
	who  *Account // nil: anyone with the link
	role role
}

// id returns the wire's permissionId.
func (p permission) id() string {
	if p.who == nil {
		return "anyoneWithLink"
	}
	return p.who.permissionID
}

// roleOf returns the role of a for f: by its own permissions and by those of the folders above it. In a shared
// drive it is the role of the member, for every file.
func (f *file) roleOf(a *Account) role {
	if f.drive != nil {
		return f.drive.members[a]
	}
	if f.owner == a {
		return owner
	}
	return f.granted(a)
}

// granted returns the highest role that a permission gives a, here or above.
func (f *file) granted(a *Account) role {
	best := noRole
	if f.more != nil {
		for _, p := range f.more.permissions {
			if p.who == a || p.who == nil {
				best = max(best, p.role)
			}
		}
	}
	for _, p := range f.parents() {
		best = max(best, p.granted(a))
		if p.owner == a {
			best = max(best, writer) // a may edit, but not trash, files of others in its folder
		}
	}
	return best
}

// sharedWith returns the permissions that f has itself or from above, without the owner's.
func (f *file) sharedWith() []permission {
	var all []permission
	if f.more != nil {
		all = append(all, f.more.permissions...)
	}
	for _, p := range f.parents() {
		all = append(all, p.sharedWith()...)
	}
	return all
}

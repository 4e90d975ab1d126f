package drivesim

import (
	"fmt"
	"slices"
	"strings"
)

// Domain is the Google Workspace of an organization: its users are accounts, its administrators list them by the
// Directory API (directory.go), and a service account that it trusts acts for them.
type Domain struct {
	d         *Drive
	name      string
	number    int64
	groups    []*Group
	delegated map[string][]string // by the address of a service account: whole scopes
}

// AddDomain adds a domain without users. It returns an error if the name is none or taken.
func (d *Drive) AddDomain(name string) (*Domain, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !strings.Contains(name, ".") || d.domainOf(name) != nil {
		return nil, fmt.Errorf("a domain needs a name of its own, not %q", name)
	}
	w := &Domain{d: d, name: name, number: int64(len(d.domains) + 1), delegated: map[string][]string{}}
	d.domains = append(d.domains, w)
	return w, nil
}

// domainOf returns the domain of that name, in any case of the letters; nil if there is none. The caller holds the
// lock.
func (d *Drive) domainOf(name string) *Domain {
	for _, w := range d.domains {
		if strings.EqualFold(w.name, name) {
			return w
		}
	}
	return nil
}

// CustomerID returns the id of the organization on the wire (customerId).
func (w *Domain) CustomerID() string { return newID("C0", 9, w.number) }

// Delegate lets the service account of that address have the scopes, short or whole, on behalf of each user of the
// domain (domain-wide delegation), in place of those that it had. No scopes: none.
// https://developers.google.com/workspace/guides/create-credentials
func (w *Domain) Delegate(serviceAccount string, scopes ...string) {
	w.d.mu.Lock()
	defer w.d.mu.Unlock()
	w.delegated[serviceAccount] = whole(scopes)
}

// fits returns an error if the person is not as a user of the domain has to be. The caller holds the lock.
func (p Person) fits() error {
	_, at, _ := strings.Cut(p.Email, "@")
	switch {
	case p.Domain == nil && (p.Admin || p.Unit != ""):
		return fmt.Errorf("%s is in no domain", p.Email)
	case p.Domain != nil && !strings.EqualFold(at, p.Domain.name):
		return fmt.Errorf("%s is not of %s", p.Email, p.Domain.name)
	case p.Unit != "" && !strings.HasPrefix(p.Unit, "/"):
		return fmt.Errorf("%q is not the path of an organizational unit", p.Unit)
	}
	return nil
}

// Suspend suspends a user, or ends that: the files stay, but neither the user nor a service account gets to them
// meanwhile.
func (a *Account) Suspend(suspended bool) {
	a.d.mu.Lock()
	defer a.d.mu.Unlock()
	a.suspended = suspended
}

// UserID returns the id of the account in the Directory API: that of its permissions, a digit longer.
func (a *Account) UserID() string { return "1" + a.permissionID }

// Group is a group of a domain, with users and other groups as its members.
type Group struct {
	domain *Domain
	email  string
	number int64
	all    []member
}

// member is a user or another group in a group.
type member struct {
	role  string // "OWNER", "MANAGER" or "MEMBER"
	user  *Account
	group *Group
}

// AddGroup adds a group without members. It returns an error if the address is taken, or not of the domain.
func (w *Domain) AddGroup(email string) (*Group, error) {
	w.d.mu.Lock()
	defer w.d.mu.Unlock()
	_, at, _ := strings.Cut(email, "@")
	if !strings.EqualFold(at, w.name) || w.d.accountOf(email) != nil || w.groupOf(email) != nil {
		return nil, fmt.Errorf("a group of %s needs an address of its own, not %q", w.name, email)
	}
	g := &Group{domain: w, email: email, number: 1000*w.number + int64(len(w.groups))}
	w.groups = append(w.groups, g)
	return g, nil
}

// groupOf returns the group of that address, in any case of the letters, or of that id; nil if there is none. The
// caller holds the lock.
func (w *Domain) groupOf(key string) *Group {
	for _, g := range w.groups {
		if strings.EqualFold(g.email, key) || g.ID() == key {
			return g
		}
	}
	return nil
}

// ID returns the id of the group on the wire.
func (g *Group) ID() string { return newID("0", 15, 7919*g.number) }

// Add adds users, of any domain or none, with a role: "OWNER", "MANAGER" or "MEMBER". It returns an error for any other
// role, and for a user who is a member already.
func (g *Group) Add(role string, users ...*Account) error {
	g.domain.d.mu.Lock()
	defer g.domain.d.mu.Unlock()
	if !slices.Contains(roles(), role) {
		return fmt.Errorf("there is no role %q in a group", role)
	}
	for _, a := range users {
		if slices.ContainsFunc(g.all, func(m member) bool { return m.user == a }) {
			return fmt.Errorf("%s is a member of %s already", a.email, g.email)
		}
		g.all = append(g.all, member{role: role, user: a})
	}
	return nil
}

// AddGroup adds another group, whose members become members of this one in turn. It returns an error if this group is
// the other one, or is below it.
func (g *Group) AddGroup(inner *Group) error {
	g.domain.d.mu.Lock()
	defer g.domain.d.mu.Unlock()
	if inner == g || slices.ContainsFunc(inner.derived(), func(m member) bool { return m.group == g }) {
		return fmt.Errorf("%s would be a member of itself", g.email)
	}
	g.all = append(g.all, member{role: "MEMBER", group: inner})
	return nil
}

// roles returns the roles in a group.
func roles() []string { return []string{"OWNER", "MANAGER", "MEMBER"} }

// derived returns the members, and those of the groups among them, each once. The caller holds the lock.
func (g *Group) derived() []member {
	all := slices.Clone(g.all)
	for i := 0; i < len(all); i++ { // it grows
		if all[i].group == nil {
			continue
		}
		for _, m := range all[i].group.all {
			if !slices.ContainsFunc(all, func(x member) bool { return x.user == m.user && x.group == m.group }) {
				all = append(all, m)
			}
		}
	}
	return all
}

// Remove removes a user from the group, if the user is a direct member.
func (g *Group) Remove(a *Account) {
	g.domain.d.mu.Lock()
	defer g.domain.d.mu.Unlock()
	g.all = slices.DeleteFunc(g.all, func(m member) bool { return m.user == a })
}

package dropboxsim

import (
	"slices"
	"strconv"
)

// role is the right of an account in a namespace.
type role int

// The roles, in ascending order; 0 is none. owner may do no more here than editor: managing members is not
// simulated.
const (
	viewer role = iota + 1
	editor
	owner
)

// namespace is a folder with rights of its own: an account's home, a team's space, a shared folder.
type namespace struct {
	number int
	name   string
	own    *Account // the owner; nil: a team's
	plan   Plan     // determines how long deleted files are kept
	tree   *tree    // the namespace alone
	mounts []mount  // where it is mounted, its own tree first
	shared bool     // a shared or team folder
	used   int64    // bytes
	busy   int      // writes under way
}

// id returns its name on the wire: a number, as in "ns:7000001/a" and in shared_folder_id.
func (ns *namespace) id() string { return strconv.Itoa(ns.number) }

// newNamespace adds a namespace with a tree of its own, in which accounts have the role r.
func (d *Dropbox) newNamespace(name string, own *Account, plan Plan, r role) *namespace {
	ns := &namespace{number: 7_000_001 + 13*len(d.namespaces), name: name, own: own, plan: plan}
	d.namespaces = append(d.namespaces, ns)
	ns.tree = d.newTree(ns, r)
	return ns
}

// namespace returns the namespace of that id, or nil. It does not check who may see it.
func (d *Dropbox) namespace(id string) *namespace {
	for _, ns := range d.namespaces {
		if ns.id() == id {
			return ns
		}
	}
	return nil
}

// at returns the node at a path of ns now, or nil.
func (ns *namespace) at(rel string) *node {
	if s := ns.tree.slots[rel]; s != nil {
		return s.node
	}
	return nil
}

// put puts n at its path, in every tree where ns is mounted, and counts its bytes. It writes nothing to the logs;
// see touch.
func (ns *namespace) put(n *node, now int64) {
	if old := ns.at(n.rel); old != n {
		ns.used += n.size() - old.size()
	}
	for _, m := range ns.mounts {
		m.t.set(m.at+n.rel, m.display+n.display, n, now)
	}
}

// clear removes the node at a path, in every tree where ns is mounted, and its bytes from the count. The path
// remembers the node as a former one, so that it can be restored.
func (ns *namespace) clear(rel string, now int64) {
	ns.used -= ns.at(rel).size()
	for _, m := range ns.mounts {
		m.t.set(m.at+rel, "", nil, now)
	}
}

// touch records in every tree with that path that it has changed.
func (ns *namespace) touch(rel string) {
	for _, m := range ns.mounts {
		m.t.touch(m.at + rel)
	}
}

// mountIn mounts ns at a path of another namespace, in all of its trees, with the role r.
func (ns *namespace) mountIn(around *namespace, rel, display string, r role, now int64) {
	for _, m := range around.mounts {
		ns.mountAt(m.t, m.at+rel, m.display+display, r, now)
	}
}

// mountAt mounts ns in one tree; the folder exists already. Every path of ns becomes a change in that tree's log.
func (ns *namespace) mountAt(t *tree, at, display string, r role, now int64) {
	m := mount{ns, t, at, display, r}
	t.mounts = append(t.mounts, m)
	ns.mounts = append(ns.mounts, m)
	top := ns.tree.slots[""]
	for _, s := range ns.tree.below(top, nil) {
		t.set(at+s.lower, display+s.display, s.node, now)
		t.touch(at + s.lower)
	}
}

// unmount removes ns from one tree. Its paths there become deleted, but cannot be restored: the files exist
// elsewhere. The namespace's own tree is never unmounted.
func (ns *namespace) unmount(t *tree, now int64) {
	for i, m := range t.mounts {
		if m.ns != ns || m.at == "" {
			continue
		}
		for _, s := range t.below(t.slots[m.at], nil) {
			t.set(s.lower, "", nil, now)
			s.former, s.purged = nil, true
			t.touch(s.lower)
		}
		t.mounts = append(t.mounts[:i:i], t.mounts[i+1:]...)
		break
	}
	for i, m := range ns.mounts {
		if m.t == t && m.at != "" {
			ns.mounts = append(ns.mounts[:i:i], ns.mounts[i+1:]...)
			return
		}
	}
}

// roleIn returns the role of a in ns, 0 if it does not see it: the highest of those in the account's home and in
// its team's space.
func (ns *namespace) roleIn(a *Account) (best role) {
	for _, t := range []*tree{a.root, a.home.tree} {
		for _, m := range t.mounts {
			if m.ns == ns {
				best = max(best, m.role)
			}
		}
	}
	return best
}

// of reports whether ns is the team's: its space, one of its folders, or the home of a member.
func (ns *namespace) of(team *Team) bool {
	if ns.own != nil {
		return ns.own.team == team
	}
	return team.space != nil && slices.ContainsFunc(ns.mounts, func(m mount) bool { return m.t == team.space.tree })
}

// retains reports whether a file that was replaced or deleted at a time can still be restored. Both are in Unix
// seconds; the plan of the namespace's owner decides, not that of the account that asks.
func (ns *namespace) retains(until, now int64) bool {
	return now-until < int64(ns.plan.days())*24*60*60
}

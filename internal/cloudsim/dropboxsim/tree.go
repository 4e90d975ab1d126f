package dropboxsim

import (
	"slices"
	"sort"
	"strings"
)

// tree is a root folder as an account sees it: a namespace with the others that are mounted in it.
//
// Every change appends its slot to log; an entry counts only if it is the slot's newest (slot.last), so that a
// listing has each path once, at the place of its last change. Nothing is ever removed from the log: a cursor is
// a place in it and stays valid.
type tree struct {
	number  int
	slots   map[string]*slot // by path in lower case; "" is the root
	log     []*slot          // in the order of changes; only a slot's last place is valid
	mounts  []mount          // the namespace itself first
	changed chan struct{}    // closed at the next change
}

// slot is a path in a tree where something is or was. It is never removed, so that deleted files can be listed
// and restored.
type slot struct {
	lower   string
	display string
	parent  *slot
	node    *node   // nil: nothing is there now
	last    int32   // its newest place in the log
	events  []int32 // the places of its direct kids
	former  []*node // earlier nodes, oldest first
	deleted int64   // when the last of them was deleted
	purged  bool
}

// mount is the place of a namespace in a tree.
type mount struct {
	ns      *namespace
	t       *tree
	at      string // path in lower case; "": the root
	display string
	role    role // of the accounts that see the tree
}

// newTree adds a tree with ns at its root, in which accounts have the role r, and with a folder at "".
func (d *Dropbox) newTree(ns *namespace, r role) *tree {
	t := &tree{number: len(d.trees), changed: make(chan struct{})}
	top := &slot{node: d.newNode(true), last: -1}
	top.node.ns = ns
	t.slots = map[string]*slot{"": top}
	d.trees = append(d.trees, t)
	t.mounts = []mount{{ns: ns, t: t, role: r}}
	ns.mounts = append(ns.mounts, t.mounts[0])
	return t
}

// set puts n at a path, or removes the node there if n is nil. The folder above must have a slot. It writes
// nothing to the log. A node that is replaced or removed becomes a former one of the path.
func (t *tree) set(lower, display string, n *node, now int64) {
	s := t.slots[lower]
	if s == nil {
		s = &slot{lower: lower, parent: t.slots[lower[:strings.LastIndexByte(lower, '/')]]}
		t.slots[lower] = s
	}
	if s.node != nil && s.node != n && !slices.Contains(s.former, s.node) {
		s.former = append(s.former, s.node)
	}
	s.node, s.purged = n, false
	if n != nil {
		s.display = display
	} else {
		s.deleted = now
	}
}

// touch records in the log that something has changed at a path, which has a slot and is not the root, and wakes
// the requests that wait.
func (t *tree) touch(lower string) {
	s := t.slots[lower]
	s.last = int32(len(t.log))
	t.log = append(t.log, s)
	s.parent.events = append(s.parent.events, s.last)
	t.wake()
}

// wake wakes the requests that wait for a change: it closes the channel that they have, and makes another.
func (t *tree) wake() {
	close(t.changed)
	t.changed = make(chan struct{})
}

// kids returns the slots directly in s where something is, or was, in the order of their last changes.
func (t *tree) kids(s *slot) []*slot {
	var all []*slot
	for _, at := range s.events {
		if kid := t.log[at]; kid.last == at {
			all = append(all, kid)
		}
	}
	return all
}

// below returns the slots of the nodes in s, at any depth, parents first.
func (t *tree) below(s *slot, all []*slot) []*slot {
	for _, kid := range t.kids(s) {
		if kid.node != nil {
			all = t.below(kid, append(all, kid))
		}
	}
	return all
}

// mountOf returns the deepest mount that contains a path, and the path there. The folder at which something is
// mounted belongs to the namespace around it.
func (t *tree) mountOf(lower string) (m mount, rel string) {
	for _, one := range t.mounts {
		if strings.HasPrefix(lower, one.at+"/") && len(one.at) >= len(m.at) {
			m = one
		}
	}
	if m.t == nil {
		m = t.mounts[0]
	}
	return m, lower[len(m.at):]
}

// pathOf returns the path of n in t, in lower case. ok is false if t does not have it.
func (t *tree) pathOf(n *node) (lower string, ok bool) {
	for _, m := range t.mounts {
		if m.ns == n.ns {
			return m.at + n.rel, true
		}
	}
	return "", false
}

// since returns the index of the first place from at on, in a sorted list.
func since(places []int32, at int) int {
	return sort.Search(len(places), func(i int) bool { return int(places[i]) >= at })
}

package dropboxsim

import (
	"context"
	"path"
	"strings"

	"github.com/sweepd/sweepd/internal/cloudsim/content"
)

// actor is the person who makes a change, through a client or a browser.
type actor struct {
	ctx context.Context // of the request, or any other: in a browser
	a   *Account
}

// record writes a change into the audit.
func (d *Dropbox) record(who actor, op string, n *node, before, after any) {
	d.roof.Mutation(who.ctx, Provider, who.a.email, op, n.id(), before, after)
}

// writable returns the reason if who may not write at a place; nil if they may. The reasons are those of a
// WriteError, in this order: the root (malformed_path), a viewer's role (no_write_permission), and a name that
// Dropbox does not store (disallowed_name).
func (d *Dropbox) writable(who actor, p place) error {
	m, _ := p.t.mountOf(p.lower)
	switch {
	case p.lower == "":
		return malformed
	case m.ns.roleIn(who.a) < editor:
		return noPermission
	case !mayBeNamed(path.Base(p.display)):
		return disallowed
	}
	return nil
}

// folders creates the missing folders above a path of ns, outermost first. rel and display are the path of the
// file itself. A file where a folder has to be is conflict/file_ancestor, and nothing is created.
func (d *Dropbox) folders(who actor, ns *namespace, rel, display string) error {
	up, shown := path.Dir(rel), path.Dir(display)
	if up == "/" {
		return nil
	}
	if n := ns.at(up); n != nil {
		if !n.folder {
			return fileAbove
		}
		return nil
	}
	if err := d.folders(who, ns, up, shown); err != nil {
		return err
	}
	n := d.newNode(true)
	n.display = shown
	d.insert(who, ns, up, n)
	return nil
}

// insert puts a node, which is nowhere, at a path of ns. n.display is the path as it was written; only its last part
// is new.
func (d *Dropbox) insert(who actor, ns *namespace, rel string, n *node) {
	now := d.now()
	d.settle(ns, rel, n)
	ns.put(n, now)
	ns.touch(rel)
	d.record(who, "create", n, nil, d.describe(who.a, n))
}

// settle sets n's location to a path of ns, and takes the case of the folders above from the folder that is
// there. It adds n to no tree; see put.
func (d *Dropbox) settle(ns *namespace, rel string, n *node) {
	n.ns, n.rel, n.gone = ns, rel, false
	n.version.ns, n.version.rel, n.until = ns, rel, 0
	if up := ns.at(path.Dir(rel)); path.Dir(rel) != "/" && up != nil {
		n.display = up.display + "/" + path.Base(n.display)
	}
}

// newFile puts a new file at a free place, with the folders above it. client is client_modified. The error is one
// of writable, room or folders.
func (d *Dropbox) newFile(who actor, p place, c *content.Content, client int64) (*node, error) {
	if err := d.writable(who, p); err != nil {
		return nil, err
	}
	m, rel := p.t.mountOf(p.lower)
	display := p.display[len(m.display):]
	if err := d.room(m.ns, c.Size()); err != nil {
		return nil, err
	}
	if err := d.folders(who, m.ns, rel, display); err != nil {
		return nil, err
	}
	n := d.newNode(false)
	n.display, n.by = display, who.a
	n.content, n.client, n.server = c, client, d.now()
	d.revise(n)
	d.insert(who, m.ns, rel, n)
	return n, nil
}

// newFolder puts a new folder at a free place, with the folders above it.
func (d *Dropbox) newFolder(who actor, p place) (*node, error) {
	if err := d.writable(who, p); err != nil {
		return nil, err
	}
	m, rel := p.t.mountOf(p.lower)
	display := p.display[len(m.display):]
	if err := d.folders(who, m.ns, rel, display); err != nil {
		return nil, err
	}
	n := d.newNode(true)
	n.display = display
	d.insert(who, m.ns, rel, n)
	return n, nil
}

// room returns insufficient_space if that many more bytes do not fit into the owner's quota. A team's namespace
// has none.
func (d *Dropbox) room(ns *namespace, more int64) error {
	if a := ns.own; a != nil && a.limit > 0 && more > 0 && ns.used+more > a.limit {
		return fullUp
	}
	return nil
}

// setContent gives a file new bytes as its next revision: rev, size and hash change, the id and the path stay. It
// does not check the quota.
func (d *Dropbox) setContent(who actor, n *node, c *content.Content, client int64) {
	d.edit(who, "change", n, func(now int64) {
		n.ns.used += c.Size() - n.size()
		n.retire(now)
		n.content, n.client, n.server, n.by = c, client, now, who.a
		d.revise(n)
	})
}

// retire makes the newest revision an older one, which can be restored for as long as the plan keeps it from now
// on.
func (n *node) retire(now int64) {
	old := n.version
	if old.until == 0 {
		old.until = now
	}
	n.past = append(n.past, old)
	n.until = 0
}

// edit changes a file in its place, and records the change in every log.
func (d *Dropbox) edit(who actor, op string, n *node, change func(now int64)) {
	before := d.describe(who.a, n)
	change(d.now())
	n.version.ns, n.version.rel = n.ns, n.rel
	n.ns.touch(n.rel)
	d.record(who, op, n, before, d.describe(who.a, n))
}

// remove deletes a file, or a folder with everything in it. A shared folder is only removed from the account (the
// op "unmount"): its files stay with the others who have it.
func (d *Dropbox) remove(who actor, n *node) { d.removeFrom(who, n, false) }

// removeFrom is remove; if quiet is true, the log does not have it. The files in a folder go first, each with a
// record of its own.
func (d *Dropbox) removeFrom(who actor, n *node, quiet bool) {
	before, now := d.describe(who.a, n), d.now()
	op := "delete"
	if n.shares != nil {
		op = "unmount"
		for _, m := range n.ns.mounts {
			n.shares.unmount(m.t, now)
		}
	} else {
		for _, kid := range d.inside(n) {
			d.removeFrom(who, kid, d.o.FolderAlone)
		}
	}
	n.gone, n.until = true, now
	n.ns.clear(n.rel, now)
	if !quiet {
		n.ns.touch(n.rel)
	}
	d.record(who, op, n, before, nil)
}

// inside returns the files and folders directly in a folder.
func (d *Dropbox) inside(n *node) (all []*node) {
	if !n.folder {
		return nil
	}
	for _, s := range n.ns.tree.kids(n.ns.tree.slots[n.rel]) {
		if s.node != nil {
			all = append(all, s.node)
		}
	}
	return all
}

// move moves n, with everything in it, to a free place. The folder around the place exists. It checks nothing;
// see moveTo.
func (d *Dropbox) move(who actor, n *node, to place) {
	m, rel := to.t.mountOf(to.lower)
	d.relocate(who, n, m.ns, rel, to.display[len(m.display):], false)
}

// relocate is move to a path of ns; if quiet is true, the log does not have the old path as deleted. The id
// stays. A file gets a new rev unless Options.MoveKeepsRev is set, and its old path can be restored.
func (d *Dropbox) relocate(who actor, n *node, ns *namespace, rel, display string, quiet bool) {
	before, kids := d.describe(who.a, n), d.inside(n)
	from, now := n.rel, d.now()
	if ns == n.ns && rel == from { // only the case of the path differs: not reported
		n.display = display
		n.ns.put(n, now)
	} else {
		n.ns.clear(from, now)
		if !quiet {
			n.ns.touch(from)
		}
		if !n.folder {
			n.retire(now)
			if !d.o.MoveKeepsRev {
				d.revise(n)
			}
		}
		n.display = display
		d.settle(ns, rel, n)
		ns.put(n, now)
		ns.touch(rel)
	}
	d.record(who, "move", n, before, d.describe(who.a, n))
	for _, kid := range kids {
		d.relocate(who, kid, ns, rel+strings.TrimPrefix(kid.rel, from), n.display+"/"+kid.name(), d.o.FolderAlone)
	}
}

// restore makes an earlier revision of a place its newest. The error is invalid_revision if the place had none of
// that rev, or not recently enough.
//
// There are three cases: over a file that is there, its bytes become the next revision; at an empty place the
// deleted file comes back with its id; and if the file of that revision lives elsewhere by now, because it was
// moved, it stays there and a new file is made.
func (d *Dropbox) restore(who actor, p place, rev uint64) (*node, error) {
	n := d.revs[rev]
	v, ok := d.revisionAt(p, rev)
	if !ok {
		return nil, union("invalid_revision")
	}
	if err := d.writable(who, p); err != nil {
		return nil, under("path_write", err)
	}
	if p.node != nil && p.node.folder {
		return nil, union("path_write") + "/" + isFolder
	}
	if p.node != nil {
		d.setContent(who, p.node, v.content, v.client)
		return p.node, nil
	}
	m, rel := p.t.mountOf(p.lower)
	display := p.display[len(m.display):]
	if err := d.folders(who, m.ns, rel, display); err != nil {
		return nil, under("path_write", err)
	}
	if !n.gone || d.o.RestoreNewID {
		fresh := d.newNode(false)
		fresh.content, fresh.client, fresh.server = v.content, v.client, v.server
		n = fresh
	} else {
		n.retire(d.now())
		n.content, n.client, n.server = v.content, v.client, v.server
	}
	n.display, n.by = display, who.a
	if n.rev = rev; !d.o.RestoreKeepsRev {
		n.server = d.now()
		d.revise(n)
	}
	d.settle(m.ns, rel, n)
	m.ns.put(n, d.now())
	m.ns.touch(rel)
	d.record(who, "restore", n, nil, d.describe(who.a, n))
	return n, nil
}

// purge makes everything that is or was at a place impossible to restore. It first deletes what is there now, and
// goes through everything below the place, also through folders that were deleted before.
func (d *Dropbox) purge(who actor, p place) {
	if p.node != nil {
		d.remove(who, p.node)
	}
	s := p.t.slots[p.lower]
	if s == nil {
		return
	}
	for _, kid := range p.t.kids(s) {
		d.purge(who, place{t: p.t, lower: kid.lower, slot: kid, node: kid.node})
	}
	m, rel := p.t.mountOf(p.lower)
	for _, n := range s.former {
		if n.gone && n.rel == rel {
			n.superseded = true
			d.record(who, "purge", n, d.describe(who.a, n), nil)
		}
	}
	for _, one := range m.ns.mounts {
		if s := one.t.slots[one.at+rel]; s != nil {
			s.former, s.purged = nil, true
		}
	}
}

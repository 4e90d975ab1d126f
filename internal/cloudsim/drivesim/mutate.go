package drivesim

import (
	"context"
	"slices"
)

// actor is the person who makes a change, through a client or a browser.
type actor struct {
	ctx    context.Context // of the request, or any other: in a browser
	a      *Account
	client string // "": a browser
}

// edit changes f: it writes the record with f before and after, gives it a new version, and adds the change to
// the log of every account that sees it. If change affects who sees f or the files below it, it must be called
// through regroup. The caller holds the lock.
func (d *Drive) edit(who actor, op string, f *file, change func()) {
	before := d.describe(who.a, f)
	audience := d.audience(f)
	change()
	f.version++
	f.x().modifier = who.a
	if f.more.modifier == f.owner {
		f.more.modifier = nil
	}
	d.tell(f, union(audience, d.audience(f)))
	d.roof.Mutation(who.ctx, Provider, who.a.email, op, f.id, before, d.describe(who.a, f))
}

// audience returns the accounts that see f.
func (d *Drive) audience(f *file) []*Account {
	var all []*Account
	for _, a := range d.accounts {
		if a.sees(f) {
			all = append(all, a)
		}
	}
	return all
}

// union returns a with the accounts that only b has added.
func union(a, b []*Account) []*Account {
	for _, x := range b {
		if !slices.Contains(a, x) {
			a = append(a, x)
		}
	}
	return a
}

// tell adds a change of f to the logs of those accounts and of its drive. A change of who may see f must reach
// those who saw it before, too: to them the file is removed.
func (d *Drive) tell(f *file, to []*Account) {
	now := d.now()
	for _, a := range to {
		a.log.add(f, now)
	}
	if f.drive != nil {
		f.drive.log.add(f, now)
	}
}

// insert adds a new file, whose parent, owner and drive are set. Unlike place it writes to the change logs and
// the record.
func (d *Drive) insert(who actor, f *file) {
	d.place(f)
	d.tell(f, d.audience(f))
	d.roof.Mutation(who.ctx, Provider, who.a.email, "create", f.id, nil, d.describe(who.a, f))
}

// place gives f its id and adds it to every list. Fill uses it alone, for files that were there before the first
// request. As long as nothing is shared only the owner can see f, which makes a large Drive fast to build.
func (d *Drive) place(f *file) {
	d.made++
	f.seq = d.made
	if f.id == "" {
		f.id = newID("1", 33, f.seq)
	}
	f.version = max(f.version, 1)
	if f.blob() {
		f.head = max(f.head, 1)
	}
	d.files[f.id] = f
	for _, p := range f.parents() {
		f.attach(p)
	}
	if f.drive != nil {
		f.drive.files = append(f.drive.files, f)
		return
	}
	if d.shares > 0 {
		d.reach(f)
		return
	}
	f.owner.files = append(f.owner.files, f)
}

// reach updates the accounts' lists to who may see f and the files below it. It must follow every change of f's
// owner, parents, permissions or existence.
func (d *Drive) reach(f *file) {
	for _, a := range d.accounts {
		i, has := place(a.files, f.seq)
		sees := !f.gone && f.drive == nil && f.roleOf(a) != noRole
		if has && !sees {
			a.files = slices.Delete(a.files, i, i+1)
		}
		if !has && sees {
			a.files = slices.Insert(a.files, i, f)
		}
	}
	for _, kid := range f.kids {
		d.reach(kid)
	}
}

// regroup is edit for a change that may affect who sees f and the files below it, and, if retrash is true, whether
// those are in the trash. The files below are logged and recorded as changed if they are: visible to others, or with
// other visible parents; in the trash, or no longer.
func (d *Drive) regroup(who actor, op string, f *file, retrash bool, change func()) {
	if len(f.kids) == 0 || d.shares == 0 && !retrash {
		d.edit(who, op, f, func() { change(); d.reach(f) })
		return
	}
	all := f.below([]*file{f})
	before := make([]kidBefore, len(all))
	for i, x := range all {
		before[i].audience, before[i].trashed = d.audience(x), x.trashed()
		if retrash {
			before[i].described = d.describe(who.a, x)
		}
	}
	d.edit(who, op, f, func() { change(); d.reach(f) })
	told := map[*file]bool{}
	for i, x := range all {
		b, after := before[i], d.audience(x)
		told[x] = !slices.Equal(b.audience, after) ||
			slices.ContainsFunc(x.parents(), func(p *file) bool { return told[p] })
		trash := x != f && x.trashed() != b.trashed
		if trash {
			x.version++
		}
		if told[x] || trash && !d.o.FolderChangesOnly {
			d.tell(x, union(b.audience, after))
		}
		if trash {
			d.roof.Mutation(who.ctx, Provider, who.a.email, op, x.id, b.described, d.describe(who.a, x))
		}
	}
}

// kidBefore is the state of a file below a folder before the folder changed. described is set only if the folder
// may enter or leave the trash.
type kidBefore struct {
	audience  []*Account
	trashed   bool
	described any
}

// move removes f from some folders and adds it to others. It does not check that the account may, or that the
// folders form no circle; see Account.Move and call.moves. A file that leaves or enters a trashed folder is
// restored or trashed with it.
func (d *Drive) move(who actor, f *file, add, remove []*file) {
	trashed := func(p *file) bool { return p.trashed() }
	retrash := slices.ContainsFunc(f.parents(), trashed) || slices.ContainsFunc(add, trashed)
	d.regroup(who, "move", f, retrash, func() {
		parents := slices.DeleteFunc(f.parents(), func(p *file) bool { return slices.Contains(remove, p) })
		for _, p := range add {
			if !slices.Contains(parents, p) {
				parents = append(parents, p)
			}
		}
		for _, p := range f.parents() {
			f.detach(p)
		}
		d.setParents(f, parents)
	})
}

// setParents makes these the parents of f and adds f to their kids. The caller has detached f from the old ones.
func (d *Drive) setParents(f *file, parents []*file) {
	f.parent = nil
	if f.more != nil {
		f.more.parents = nil
	}
	for i, p := range parents {
		if i == 0 {
			f.parent = p
		} else {
			f.x().parents = append(f.x().parents, p)
		}
		f.attach(p)
	}
}

// setTrashed moves f into the trash or out of it, with everything below it. A file below that was trashed itself
// stays in the trash when the folder leaves it. The time and the person are kept in shared drives only: "Only
// populated for items in shared drives" (trashedTime in the discovery document).
func (d *Drive) setTrashed(who actor, f *file, trash bool) {
	op := "untrash"
	if trash {
		op = "trash"
	}
	d.regroup(who, op, f, true, func() {
		f.explicit = trash
		if f.drive == nil {
			return
		}
		f.x().trashed, f.x().trasher = d.now(), who.a
		if !trash {
			f.x().trasher = nil
		}
	})
}

// below returns all files below f, each once, appended to all. A folder comes before its files.
func (f *file) below(all []*file) []*file {
	for _, kid := range f.kids {
		if len(kid.parents()) == 1 || !slices.Contains(all, kid) {
			all = kid.below(append(all, kid))
		}
	}
	return all
}

// setContent gives f new bytes as its next revision: headRevisionId, size, checksums and modifiedTime change, the
// id and the name stay. The old revision can still be listed and read.
func (d *Drive) setContent(who actor, f *file, c *Content) {
	d.edit(who, "change", f, func() {
		if f.blob() {
			f.x().revisions = append(f.x().revisions,
				revision{n: f.head, content: f.content, modified: f.modified, by: f.more.modifier})
		}
		f.content, f.head, f.modified = c, f.head+1, d.now()
		f.width, f.height = dimensions(c)
	})
}

// remove deletes f for good, and the files below it that belong to the same person ("all descendants owned by the
// user are also deleted", files.delete); files of others are only removed from that folder.
func (d *Drive) remove(who actor, f *file) {
	for _, kid := range slices.Clone(f.kids) {
		if f.drive != nil || kid.owner == f.owner {
			d.remove(who, kid)
		} else {
			d.move(who, kid, nil, []*file{f})
		}
	}
	before := d.describe(who.a, f)
	audience := d.audience(f)
	for _, p := range f.parents() {
		f.detach(p)
	}
	f.gone = true
	delete(d.files, f.id)
	d.reach(f)
	if f.drive != nil {
		if i, found := place(f.drive.files, f.seq); found {
			f.drive.files = slices.Delete(f.drive.files, i, i+1)
		}
	}
	d.tell(f, audience)
	d.roof.Mutation(who.ctx, Provider, who.a.email, "delete", f.id, before, nil)
}

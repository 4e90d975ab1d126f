package dropboxsim

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"

	"github.com/sweepd/sweepd/internal/cloudsim/content"
)

// Item is a file that a person puts into Dropbox.
type Item struct {
	Path    string           // "/Pictures/a.png"; missing folders are created
	Content *content.Content // nil: an empty file
	Client  time.Time        // client_modified; zero: now
	Paper   bool             // a document that cannot be downloaded, only exported
}

// self returns the person in a browser.
func (a *Account) self() actor { return actor{context.Background(), a} }

// place returns the place of a path, or an id, in the account's own home. The root is no place to do anything
// with.
func (a *Account) place(s string) (place, error) {
	p, err := a.d.find(signer{a: a}, a.home.tree, s)
	if err == nil && p.lower == "" {
		err = malformed
	}
	if err != nil {
		return p, fmt.Errorf("%s: %w", s, err)
	}
	return p, nil
}

// do finds the node at a path and changes it under the lock. It returns fs.ErrNotExist if nothing is there.
func (a *Account) do(s string, change func(p place) error) error {
	a.d.mu.Lock()
	defer a.d.mu.Unlock()
	p, err := a.place(s)
	if err != nil {
		return err
	}
	if p.node == nil {
		return fmt.Errorf("%s: %w", s, fs.ErrNotExist)
	}
	if err := change(p); err != nil {
		return fmt.Errorf("%s: %w", s, err)
	}
	return nil
}

// Put adds a file at a free path, and returns its id. It returns fs.ErrExist if something is there, and a union,
// such as insufficient_space, if the file cannot be written.
func (a *Account) Put(it Item) (id string, err error) {
	a.d.mu.Lock()
	defer a.d.mu.Unlock()
	if it.Content == nil {
		it.Content = content.Bytes(nil)
	}
	p, err := a.place(it.Path)
	if err != nil {
		return "", err
	}
	if p.node != nil {
		return "", fmt.Errorf("%s: %w", it.Path, fs.ErrExist)
	}
	client := a.d.now()
	if !it.Client.IsZero() {
		client = it.Client.Unix()
	}
	n, err := a.d.newFile(a.self(), p, it.Content, client)
	if err != nil {
		return "", fmt.Errorf("%s: %w", it.Path, err)
	}
	n.paper = it.Paper
	return n.id(), nil
}

// Folder creates a folder at a free path, and returns its id. It returns fs.ErrExist if something is there.
func (a *Account) Folder(at string) (id string, err error) {
	a.d.mu.Lock()
	defer a.d.mu.Unlock()
	p, err := a.place(at)
	if err != nil {
		return "", err
	}
	if p.node != nil {
		return "", fmt.Errorf("%s: %w", at, fs.ErrExist)
	}
	n, err := a.d.newFolder(a.self(), p)
	if err != nil {
		return "", fmt.Errorf("%s: %w", at, err)
	}
	return n.id(), nil
}

// Modify gives a file new bytes, as its next revision.
func (a *Account) Modify(at string, c *content.Content) error {
	return a.do(at, func(p place) error {
		if p.node.folder {
			return notFile
		}
		a.d.setContent(a.self(), p.node, c, a.d.now())
		return nil
	})
}

// Move moves or renames a file, or a folder with everything in it.
func (a *Account) Move(from, to string) error {
	return a.do(from, func(p place) error {
		q, err := a.place(to)
		if err != nil {
			return err
		}
		return a.d.moveTo(a.self(), p, q)
	})
}

// moveTo is move, after it has checked that the move is allowed: the target is free (or the same file in another
// case), is not inside the source, is writable, and the source has no shared folder in it. It creates the folders
// above the target. The errors are those of a RelocationError.
func (d *Dropbox) moveTo(who actor, from, to place) error {
	switch {
	case to.node != nil && to.node != from.node:
		if to.node.folder {
			return under("to", isFolder)
		}
		return under("to", isFile)
	case strings.HasPrefix(to.lower, from.lower+"/"):
		return union("cant_move_folder_into_itself")
	case d.shared(from.node):
		return union("cant_move_shared_folder")
	}
	if err := d.writable(who, to); err != nil {
		return under("to", err)
	}
	m, rel := to.t.mountOf(to.lower)
	if err := d.folders(who, m.ns, rel, to.display[len(m.display):]); err != nil {
		return under("to", err)
	}
	d.move(who, from.node, to)
	return nil
}

// shared reports whether n is a shared folder, or contains one.
func (d *Dropbox) shared(n *node) bool {
	if n.shares != nil {
		return true
	}
	for _, kid := range d.inside(n) {
		if d.shared(kid) {
			return true
		}
	}
	return false
}

// Delete deletes a file, or a folder with everything in it.
func (a *Account) Delete(at string) error {
	return a.do(at, func(p place) error { a.d.remove(a.self(), p.node); return nil })
}

// Restore makes an earlier revision of the path its newest; if rev is "", the one that was deleted last. It
// returns invalid_revision if the path never had that rev, or it is not kept any more.
func (a *Account) Restore(at, rev string) error {
	a.d.mu.Lock()
	defer a.d.mu.Unlock()
	p, err := a.place(at)
	if err != nil {
		return err
	}
	want := revOf(rev)
	if rev == "" && p.slot != nil {
		if all := a.d.history(p, false); len(all) > 0 {
			want = all[0].rev
		}
	}
	if _, err = a.d.restore(a.self(), p, want); err != nil {
		return fmt.Errorf("restore %s: %w", at, err)
	}
	return nil
}

// Purge deletes everything that is or was at a path for good, which any account can do in a browser.
func (a *Account) Purge(at string) error {
	a.d.mu.Lock()
	defer a.d.mu.Unlock()
	p, err := a.place(at)
	if err != nil {
		return err
	}
	a.d.purge(a.self(), p)
	return nil
}

// Share shares a folder with another account, in whose home it appears under the same name; if readOnly is true,
// as a viewer. The folder must be in this account's home and contain no shared one, and the name must be free in
// the other's home. The first time it becomes a namespace of its own.
func (a *Account) Share(at string, with *Account, readOnly bool) error {
	return a.do(at, func(p place) error {
		if !p.node.folder || p.node.ns != a.home || p.node.shares == nil && a.d.shared(p.node) ||
			p.node.shares != nil && p.node.shares.own != a {
			return notFolder
		}
		rel := "/" + path.Base(p.lower)
		if with.home.at(rel) != nil {
			return isFolder
		}
		if p.node.shares == nil {
			a.d.makeShared(a, p)
		}
		ns, now := p.node.shares, a.d.now()
		top := a.d.newNode(true)
		top.display, top.shares = "/"+p.node.name(), ns
		a.d.insert(with.self(), with.home, rel, top)
		r := editor
		if readOnly {
			r = viewer
		}
		ns.mountIn(with.home, rel, top.display, r, now)
		return nil
	})
}

// makeShared makes a folder a namespace of its own, mounted in its old place. The files keep their ids, revs and
// paths; earlier revisions stay with the old namespace, and so do the files that were deleted from the folder.
func (d *Dropbox) makeShared(a *Account, p place) {
	ns, now := d.newNamespace(p.node.name(), a, a.plan, owner), d.now()
	ns.shared = true
	var all []*node
	for _, s := range a.home.tree.below(a.home.tree.slots[p.node.rel], nil) {
		all = append(all, s.node)
	}
	for _, n := range all { // they keep their state, but belong to another namespace
		rel := strings.TrimPrefix(n.rel, p.node.rel)
		a.home.used -= n.size()
		ns.used += n.size()
		n.display, n.ns, n.rel = strings.TrimPrefix(n.display, p.node.display), ns, rel
		n.version.ns, n.version.rel = ns, rel
		ns.tree.set(rel, n.display, n, now)
		ns.tree.touch(rel)
	}
	p.node.shares = ns
	p.node.ns.touch(p.node.rel)
	ns.mountIn(a.home, p.node.rel, p.node.display, owner, now)
	d.record(a.self(), "share", p.node, nil, d.describe(a, p.node))
}

package drivesim

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"time"
)

// Item is a file that a person puts into Drive.
type Item struct {
	Name     string
	MimeType string    // "": by the content, or application/octet-stream
	Parents  []string  // ids of folders; none: My Drive. More than one is a leftover from before 2020
	Content  *Content  // nil: not a blob (a folder, a shortcut, a document)
	Created  time.Time // zero: now
	Modified time.Time // zero: as Created

	Original      string // originalFilename; "": Name
	Width, Height int    // of a picture; 0: from Content, if it can be decoded
	Make, Model   string // of the camera
	Taken         string // imageMediaMetadata.time
	Target        string // id of the target of a shortcut
	ReadOnly      string // reason of a content restriction; "": none
	Abusive       bool   // cannot be downloaded without acknowledgeAbuse
	NoDownload    bool   // copyRequiresWriterPermission
}

// Put adds a file and returns its id. It returns an error if a parent is not a folder that the account sees.
func (a *Account) Put(it Item) (id string, err error) {
	a.d.mu.Lock()
	defer a.d.mu.Unlock()
	f, err := a.make(it)
	if err != nil {
		return "", err
	}
	a.d.insert(a.self(), f)
	return f.id, nil
}

// Folder adds a folder to the one of that id and returns its id; "": to My Drive.
func (a *Account) Folder(name, in string) (id string, err error) {
	it := Item{Name: name, MimeType: mimeFolder}
	if in != "" {
		it.Parents = []string{in}
	}
	return a.Put(it)
}

// Computer adds the folder that Drive for desktop creates for a computer, below "Computers", and returns its id: it
// is in no folder.
func (a *Account) Computer(name string) (id string, err error) {
	a.d.mu.Lock()
	defer a.d.mu.Unlock()
	f, err := a.make(Item{Name: name, MimeType: mimeFolder})
	if err != nil {
		return "", err
	}
	f.parent = nil
	a.d.insert(a.self(), f)
	return f.id, nil
}

// make returns the file for an Item, which is in no list yet; insert or place adds it. The caller holds the lock.
// Parents in a shared drive make it a file of that drive, without an owner.
func (a *Account) make(it Item) (*file, error) {
	now := a.d.now()
	f := &file{
		name: it.Name, mime: it.MimeType, owner: a, content: it.Content, created: it.Created, modified: it.Modified,
		width: int32(it.Width), height: int32(it.Height),
	}
	if f.created.IsZero() {
		f.created = now
	}
	if f.modified.IsZero() {
		f.modified = f.created
	}
	if f.mime == "" {
		f.mime = sniff(f.content)
	}
	if f.width == 0 {
		f.width, f.height = dimensions(f.content)
	}
	if it.Original != "" || it.Make != "" || it.Model != "" || it.Taken != "" || it.Target != "" ||
		it.ReadOnly != "" || it.Abusive || it.NoDownload {
		f.more = &rare{
			original: it.Original, camera: [2]string{it.Make, it.Model}, taken: it.Taken, target: it.Target,
			readOnly: it.ReadOnly, locked: it.ReadOnly != "", abusive: it.Abusive, noDownload: it.NoDownload,
		}
	}
	if len(it.Parents) == 0 {
		f.parent = a.root
		return f, nil
	}
	for i, id := range it.Parents {
		p, err := a.find(id)
		if err != nil || !p.folder() {
			return nil, fmt.Errorf("put %s into %s: not a folder", it.Name, id)
		}
		if f.drive = p.drive; f.drive != nil {
			f.owner = nil
		}
		if i == 0 {
			f.parent = p
		} else {
			f.x().parents = append(f.x().parents, p)
		}
	}
	return f, nil
}

// self returns the person in a browser.
func (a *Account) self() actor { return actor{ctx: context.Background(), a: a} }

// find returns the file of that id, if a sees it; else fs.ErrNotExist. The caller holds the lock.
func (a *Account) find(id string) (*file, error) {
	f := a.d.files[id]
	if id == "root" {
		f = a.root
	}
	if f == nil || f != a.root && !a.sees(f) {
		return nil, fmt.Errorf("%s: %w", id, fs.ErrNotExist)
	}
	return f, nil
}

// do finds a file and changes it under the lock. It returns fs.ErrNotExist if a does not see the file. It does
// not check a's role: a test may set up any state.
func (a *Account) do(id string, change func(f *file) error) error {
	a.d.mu.Lock()
	defer a.d.mu.Unlock()
	f, err := a.find(id)
	if err != nil {
		return err
	}
	return change(f)
}

// Modify gives a file new bytes, as its next revision.
func (a *Account) Modify(id string, c *Content) error {
	return a.do(id, func(f *file) error { a.d.setContent(a.self(), f, c); return nil })
}

// Rename gives a file another name.
func (a *Account) Rename(id, name string) error {
	return a.do(id, func(f *file) error {
		a.d.edit(a.self(), "rename", f, func() { f.name = name })
		return nil
	})
}

// Move moves a file into another folder, and out of all others. It returns an error if that is no folder, or lies
// inside the file.
func (a *Account) Move(id, folder string) error {
	return a.do(id, func(f *file) error {
		to, err := a.find(folder)
		if err != nil {
			return err
		}
		if !to.folder() || to.within(f) {
			return fmt.Errorf("%s cannot be put into %s", id, folder)
		}
		from := slices.DeleteFunc(f.parents(), func(p *file) bool { return p == to })
		a.d.move(a.self(), f, []*file{to}, from)
		return nil
	})
}

// Star adds or removes a star, for this person only.
func (a *Account) Star(id string, on bool) error {
	return a.do(id, func(f *file) error {
		a.d.edit(a.self(), "star", f, func() { f.star(a, on) })
		return nil
	})
}

// star adds or removes a's star. The old list is not changed, because a copy of a rare may still hold it.
func (f *file) star(a *Account, on bool) {
	if f.starredBy(a) == on {
		return
	}
	if on {
		f.x().starred = append(f.x().starred, a)
		return
	}
	f.more.starred = slices.DeleteFunc(slices.Clone(f.more.starred), func(b *Account) bool { return b == a })
}

// Trash moves a file or a folder to the trash.
func (a *Account) Trash(id string) error {
	return a.do(id, func(f *file) error { a.d.setTrashed(a.self(), f, true); return nil })
}

// Untrash moves a file or a folder out of the trash.
func (a *Account) Untrash(id string) error {
	return a.do(id, func(f *file) error { a.d.setTrashed(a.self(), f, false); return nil })
}

// Delete deletes a file or a folder for good, whether or not it is in the trash.
func (a *Account) Delete(id string) error {
	return a.do(id, func(f *file) error { a.d.remove(a.self(), f); return nil })
}

// EmptyTrash deletes everything in this person's trash, at once.
func (a *Account) EmptyTrash() {
	a.d.mu.Lock()
	defer a.d.mu.Unlock()
	a.d.startEmptying(a.self(), nil)
	a.d.emptySome(a, len(a.emptying))
}

// Share gives another person a role for a file or a folder: reader, commenter or writer; "": none. If with is nil, it
// is everyone with the link.
func (a *Account) Share(id string, with *Account, as string) error {
	return a.do(id, func(f *file) error {
		r := roleNamed(as)
		if as != "" && (r == noRole || r > writer) {
			return fmt.Errorf("%q is no role that a file is shared as", as)
		}
		a.d.share(a.self(), f, with, r)
		return nil
	})
}

// share replaces the permission of with for f (nil: of everyone with the link) by that role; noRole only removes
// it.
func (d *Drive) share(who actor, f *file, with *Account, r role) {
	d.shares++
	d.regroup(who, "share", f, false, func() {
		f.x().permissions = slices.DeleteFunc(slices.Clone(f.more.permissions),
			func(p permission) bool { return p.who == with })
		if r != noRole {
			f.more.permissions = append(f.more.permissions, permission{with, r})
		}
	})
}

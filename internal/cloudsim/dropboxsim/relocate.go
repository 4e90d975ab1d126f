package dropboxsim

import (
	"path"
	"strings"
)

// createFolder serves files/create_folder_v2. Something at the path is a conflict, also a folder, unless
// autorename is set.
func createFolder(c *call) (any, error) {
	var in struct {
		Path       string `json:"path"`
		Autorename bool   `json:"autorename"`
	}
	if err := c.args(&in); err != nil {
		return nil, err
	}
	if !restorePath.MatchString(in.Path) {
		return nil, badPattern("path", in.Path, restorePath.String())
	}
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	p, err := c.d.find(c.signer, c.t, in.Path)
	if err != nil {
		return nil, under("path", err)
	}
	if p.node != nil {
		if !in.Autorename {
			return nil, under("path", conflict(p.node))
		}
		p = c.d.freeName(p)
	}
	n, err := c.d.newFolder(c.actor(), p)
	if err != nil {
		return nil, under("path", err)
	}
	p = p.t.at(p.display)
	return map[string]any{"metadata": view{d: c.d, a: c.a}.folder(p.t, p.lower, p.display, n)}, nil
}

// relocationArg is the argument of move_v2 and copy_v2. Shared and Transfer are accepted and have no effect here:
// a folder that is or contains a shared one is always refused.
type relocationArg struct {
	From       string `json:"from_path"`
	To         string `json:"to_path"`
	Shared     bool   `json:"allow_shared_folder"`
	Autorename bool   `json:"autorename"`
	Transfer   bool   `json:"allow_ownership_transfer"`
}

// places returns both ends of a relocation. The caller holds the lock.
func (c *call) places(in relocationArg) (from, to place, err error) {
	for field, s := range map[string]string{"from_path": in.From, "to_path": in.To} {
		if !anyPath(s) {
			return from, to, badPattern(field, s, writePath.String())
		}
	}
	if from, err = c.d.find(c.signer, c.t, in.From); err != nil {
		return from, to, under("from_lookup", err)
	}
	if from.node == nil || from.lower == "" {
		return from, to, "from_lookup/" + notFound
	}
	if to, err = c.d.find(c.signer, c.t, in.To); err != nil {
		return from, to, under("to", err)
	}
	if to.node != nil && to.node != from.node && in.Autorename {
		to = c.d.freeName(to)
	}
	return from, to, nil
}

// moveV2 serves files/move_v2.
func moveV2(c *call) (any, error) { return c.relocate(true) }

// copyV2 serves files/copy_v2.
func copyV2(c *call) (any, error) { return c.relocate(false) }

// relocate serves both routes. A move needs the right to write at both ends, a copy only at the target. The
// metadata in the answer is that of the new place.
func (c *call) relocate(move bool) (any, error) {
	var in relocationArg
	if err := c.args(&in); err != nil {
		return nil, err
	}
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	from, to, err := c.places(in)
	if err != nil {
		return nil, err
	}
	if !move {
		err = c.d.copyTo(c.actor(), from, to)
	} else if err = c.d.writable(c.actor(), from); err != nil && err != disallowed {
		return nil, under("from_write", err)
	} else {
		err = c.d.moveTo(c.actor(), from, to)
	}
	if err != nil {
		return nil, err
	}
	return map[string]any{"metadata": view{d: c.d, a: c.a, tagged: true}.node(to.t.at(to.display))}, nil
}

// copyTo makes a copy of the node at a place, with everything in it. The copies have new ids and share the bytes.
// If one of the files does not fit, those before it stay.
func (d *Dropbox) copyTo(who actor, from, to place) error {
	switch {
	case to.node != nil:
		return under("to", conflict(to.node))
	case strings.HasPrefix(to.lower, from.lower+"/"):
		return union("cant_move_folder_into_itself")
	case d.shared(from.node):
		return union("cant_copy_shared_folder")
	}
	if !from.node.folder {
		_, err := d.newFile(who, to, from.node.content, from.node.client)
		return under("to", err)
	}
	if _, err := d.newFolder(who, to); err != nil {
		return under("to", err)
	}
	for _, kid := range d.inside(from.node) {
		name := "/" + path.Base(kid.display)
		if err := d.copyTo(who, from.t.at(from.display+name), to.t.at(to.display+name)); err != nil {
			return err
		}
	}
	return nil
}

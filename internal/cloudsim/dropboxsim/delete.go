package dropboxsim

import (
	"net/http"
	"strings"
)

// deleteArg is the argument of delete_v2, of an entry of delete_batch, and of permanently_delete. ParentRev, if
// it is set, is the rev that the file must still have.
type deleteArg struct {
	Path      string `json:"path"`
	ParentRev string `json:"parent_rev"`
}

// check returns an error if the form of the argument is wrong: a path that is none, or a rev of fewer than 9
// digits.
func (in deleteArg) check() error {
	if !anyPath(in.Path) {
		return badPattern("path", in.Path, writePath.String())
	}
	if in.ParentRev != "" && (len(in.ParentRev) < 9 || strings.Trim(in.ParentRev, "0123456789abcdef") != "") {
		return badPattern("parent_rev", in.ParentRev, "[0-9a-f]+")
	}
	return nil
}

// target returns the place to delete, or why it cannot be deleted. The caller holds the lock.
//
// It refuses with 400 a wrong form, with path_lookup a path at which nothing is, and with path_write a place
// where the account may only read, and a file that is not at ParentRev any more. A forbidden name does not
// protect a file, nor a viewer's role a shared folder: removing that only takes it out of the account.
func (c *call) target(in deleteArg) (place, error) {
	if err := in.check(); err != nil {
		return place{}, err
	}
	p, err := c.d.find(c.signer, c.t, in.Path)
	switch {
	case err != nil:
		return p, under("path_lookup", err)
	case p.lower == "":
		return p, "path_lookup/" + malformed
	case p.node == nil:
		return p, "path_lookup/" + notFound
	}
	if err := c.d.writable(c.actor(), p); err != nil && err != disallowed && p.node.shares == nil {
		return p, under("path_write", err)
	}
	switch {
	case in.ParentRev == "":
	case p.node.folder:
		return p, "path_write/" + isFolder
	case revName(p.node.rev) != in.ParentRev:
		return p, "path_write/" + isFile
	}
	return p, nil
}

// deleteV2 serves files/delete_v2: a file only if it is still at parent_rev, if that is given; a folder with
// everything in it.
func deleteV2(c *call) (any, error) {
	var in deleteArg
	if err := c.args(&in); err != nil {
		return nil, err
	}
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	p, err := c.target(in)
	if err != nil {
		return nil, err
	}
	out := map[string]any{"metadata": view{d: c.d, a: c.a, tagged: true}.node(p)}
	c.d.remove(c.actor(), p.node)
	return out, nil
}

// permanentlyDelete serves files/permanently_delete: "only available for Dropbox Business apps", that is, with the
// scope that only a team can give.
func permanentlyDelete(c *call) (any, error) {
	var in deleteArg
	if err := c.args(&in); err != nil {
		return nil, err
	}
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	if c.a.team == nil {
		return nil, &refusal{http.StatusForbidden, "invalid_account_type/feature", nil}
	}
	p, err := c.target(in)
	if err == union("path_lookup/not_found") && in.ParentRev == "" && p.deleted(c.d.now()) {
		err = under("path_write", c.d.writable(c.actor(), p))
	}
	if err != nil {
		return nil, err
	}
	c.d.purge(c.actor(), p)
	return nil, nil
}

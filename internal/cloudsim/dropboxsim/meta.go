package dropboxsim

import (
	"path"

	"github.com/sweepd/sweepd/internal/cloudsim/content"
)

// The metadata of a path, in the form of the wire:
// https://www.dropbox.com/developers/documentation/http/documentation#files-get_metadata

// fileMeta is a FileMetadata. PathLower is the key of a path; PathDisplay is for display only. ServerModified is
// when the revision reached Dropbox, ClientModified what the uploading client claimed. Media, Explicit and
// Restorable are absent unless the client has asked for them.
type fileMeta struct {
	Tag            string       `json:".tag,omitempty"`
	Name           string       `json:"name"`
	PathLower      string       `json:"path_lower"`
	PathDisplay    string       `json:"path_display"`
	SharedParent   string       `json:"parent_shared_folder_id,omitempty"`
	ID             string       `json:"id"`
	ClientModified string       `json:"client_modified"`
	ServerModified string       `json:"server_modified"`
	Rev            string       `json:"rev"`
	Size           int64        `json:"size"`
	Media          any          `json:"media_info,omitempty"`
	Sharing        *fileSharing `json:"sharing_info,omitempty"`
	Downloadable   bool         `json:"is_downloadable"`
	Export         any          `json:"export_info,omitempty"`
	Explicit       *bool        `json:"has_explicit_shared_members,omitempty"`
	ContentHash    string       `json:"content_hash,omitempty"`
	Restorable     *bool        `json:"is_restorable,omitempty"`
}

// fileSharing is a FileSharingInfo, which only files in a shared folder have. By is the account that wrote the
// revision.
type fileSharing struct {
	ReadOnly bool   `json:"read_only"`
	Parent   string `json:"parent_shared_folder_id"`
	By       string `json:"modified_by,omitempty"`
}

// folderMeta is a FolderMetadata. SharedID is set if the folder itself is shared, SharedParent if it lies in one
// that is.
type folderMeta struct {
	Tag          string         `json:".tag,omitempty"`
	Name         string         `json:"name"`
	PathLower    string         `json:"path_lower"`
	PathDisplay  string         `json:"path_display"`
	SharedParent string         `json:"parent_shared_folder_id,omitempty"`
	ID           string         `json:"id"`
	SharedID     string         `json:"shared_folder_id,omitempty"`
	Sharing      *folderSharing `json:"sharing_info,omitempty"`
}

// folderSharing is a FolderSharingInfo, with the same distinction.
type folderSharing struct {
	ReadOnly     bool   `json:"read_only"`
	Parent       string `json:"parent_shared_folder_id,omitempty"`
	Shared       string `json:"shared_folder_id,omitempty"`
	TraverseOnly bool   `json:"traverse_only"`
	NoAccess     bool   `json:"no_access"`
}

// deletedMeta is a DeletedMetadata. It has no date, size or rev: those are in list_revisions.
type deletedMeta struct {
	Tag         string `json:".tag"`
	Name        string `json:"name"`
	PathLower   string `json:"path_lower"`
	PathDisplay string `json:"path_display"`
	Restorable  *bool  `json:"is_restorable,omitempty"`
}

// view defines which fields to describe, and for which account.
type view struct {
	d          *Dropbox
	a          *Account
	tagged     bool // with .tag: the route returns a union
	explicit   bool // has_explicit_shared_members
	restorable bool // is_restorable
	media      bool // media_info
}

// tag returns s if the route returns a union, else "", which leaves .tag out.
func (v view) tag(s string) string {
	if v.tagged {
		return s
	}
	return ""
}

// file describes one version of a file that is, or was, at a path of t. lower and display are that path, which
// for an older version need not be the file's present one.
func (v view) file(t *tree, lower, display string, n *node, ver version) *fileMeta {
	m := &fileMeta{
		Tag: v.tag("file"), Name: path.Base(display), PathLower: lower, PathDisplay: display, ID: n.id(),
		ClientModified: stamp(ver.client), ServerModified: stamp(ver.server), Rev: revName(ver.rev),
		Size:         ver.content.Size(),
		Downloadable: !n.paper, ContentHash: ver.content.Blocks(),
	}
	if n.paper {
		m.Export = map[string]any{"export_as": "html", "export_options": []string{"html", "markdown"}}
	}
	in, _ := t.mountOf(lower)
	if in.ns.shared {
		m.SharedParent = in.ns.id()
		m.Sharing = &fileSharing{ReadOnly: in.ns.roleIn(v.a) < editor, Parent: in.ns.id()}
		if n.by != nil {
			m.Sharing.By = n.by.AccountID()
		}
	}
	if v.explicit {
		m.Explicit = new(bool)
	}
	if v.restorable {
		yes := true
		m.Restorable = &yes
	}
	if v.media {
		m.Media = media(ver.content)
	}
	return m
}

// media returns media_info, nil if it is not a picture.
func media(c *content.Content) any {
	w, h := c.Dimensions()
	if w == 0 {
		return nil
	}
	return map[string]any{
		".tag": "metadata", "metadata": map[string]any{
			".tag":       "photo",
			"dimensions": map[string]any{"height": h, "width": w},
		},
	}
}

// folder describes a folder of t. read_only is relative to the account of the view.
func (v view) folder(t *tree, lower, display string, n *node) *folderMeta {
	m := &folderMeta{Tag: v.tag("folder"), Name: path.Base(display), PathLower: lower, PathDisplay: display, ID: n.id()}
	in, _ := t.mountOf(lower)
	switch {
	case n.shares != nil && n.shares.shared:
		m.SharedID = n.shares.id()
		m.Sharing = &folderSharing{ReadOnly: n.shares.roleIn(v.a) < editor, Shared: m.SharedID}
	case in.ns.shared:
		m.SharedParent = in.ns.id()
		m.Sharing = &folderSharing{ReadOnly: in.ns.roleIn(v.a) < editor, Parent: in.ns.id()}
	}
	return m
}

// deleted describes a path where something was deleted.
func (v view) deleted(p place, now int64) *deletedMeta {
	m := &deletedMeta{Tag: "deleted", Name: path.Base(p.display), PathLower: p.lower, PathDisplay: p.display}
	if v.restorable {
		can := p.deleted(now)
		m.Restorable = &can
	}
	return m
}

// node describes the file or folder at a place.
func (v view) node(p place) any {
	if p.node.folder {
		return v.folder(p.t, p.lower, p.display, p.node)
	}
	return v.file(p.t, p.lower, p.display, p.node, p.node.version)
}

// describe returns n for the record: as a sees it, or as it is in its namespace. It is nil if n is in no tree.
func (d *Dropbox) describe(a *Account, n *node) any {
	for _, t := range []*tree{a.root, a.home.tree, n.ns.tree} {
		for _, m := range t.mounts {
			if m.ns != n.ns {
				continue
			}
			v := view{d: d, a: a, tagged: true}
			if n.folder {
				return v.folder(t, m.at+n.rel, m.display+n.display, n)
			}
			return v.file(t, m.at+n.rel, m.display+n.display, n, n.version)
		}
	}
	return nil
}

package dropboxsim

import (
	"strings"

	"github.com/sweepd/sweepd/internal/cloudsim"
)

// defaultLimit is how many entries a page has if the client does not set a limit.
const defaultLimit = 500

// listArg is the argument of list_folder and of get_latest_cursor:
// https://www.dropbox.com/developers/documentation/http/documentation#files-list_folder
type listArg struct {
	Path            *string `json:"path"`
	Recursive       bool    `json:"recursive"`
	Media           bool    `json:"include_media_info"` // has no effect since 2019-12-02
	Deleted         bool    `json:"include_deleted"`
	Explicit        bool    `json:"include_has_explicit_shared_members"`
	Mounted         bool    `json:"include_mounted_folders"`
	Limit           *int    `json:"limit"`
	Link            any     `json:"shared_link"`
	PropertyGroups  any     `json:"include_property_groups"`
	NonDownloadable bool    `json:"include_non_downloadable_files"`
	Restorable      bool    `json:"include_restorable_info"`
}

// listResult is one page. It may be empty although has_more is true: a client goes on until has_more is false,
// and keeps the last cursor for the changes after that.
type listResult struct {
	Entries []any  `json:"entries"`
	Cursor  string `json:"cursor"`
	HasMore bool   `json:"has_more"`
}

// start reads the argument of a listing and returns the cursor before its first page. The caller holds the lock.
// The limit must be from 1 to 2000; the root is "" and not "/".
func (c *call) start() (cursor, error) {
	in := listArg{Mounted: true, NonDownloadable: true}
	if err := c.args(&in); err != nil {
		return cursor{}, err
	}
	limit := defaultLimit
	switch {
	case in.Path == nil:
		return cursor{}, badInput("request body: missing required field 'path'")
	case in.Link != nil || in.PropertyGroups != nil:
		return cursor{}, badInput(
			"request body: shared_link and include_property_groups are not part of this rehearsal",
		)
	case in.Limit != nil && (*in.Limit < 1 || *in.Limit > 2000):
		return cursor{}, badInput("request body: limit: %d is not within the range [1, 2000]", *in.Limit)
	case in.Limit != nil:
		limit = *in.Limit
	}
	if *in.Path == "/" {
		return cursor{}, badInput(`request body: path: Specify the root folder as an empty string rather than as "/".`)
	}
	if *in.Path != "" && !anyPath(*in.Path) {
		return cursor{}, badPattern("path", *in.Path, "(/(.|[\\r\\n])*)?|id:.*|(ns:[0-9]+(/.*)?)")
	}
	p, err := c.d.find(c.signer, c.t, *in.Path)
	switch {
	case err != nil:
		return cursor{}, under("path", err)
	case p.node == nil:
		return cursor{}, "path/" + notFound
	case !p.node.folder:
		return cursor{}, "path/" + notFolder
	}
	return cursor{
		Account: c.a.number, Tree: p.t.number, Path: p.lower, Recursive: in.Recursive,
		Deleted: in.Deleted, Mounted: in.Mounted,
		Explicit: in.Explicit, Restorable: in.Restorable, NonDownloadable: in.NonDownloadable, Limit: limit,
		Horizon: len(p.t.log), Epoch: c.d.epoch,
	}, nil
}

// listFolder serves files/list_folder.
func listFolder(c *call) (any, error) {
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	cur, err := c.start()
	if err != nil {
		return nil, err
	}
	return c.page(cur), nil
}

// listContinue serves files/list_folder/continue: the next page of a listing, or the changes after its end. The
// folder must still exist; if it does not, the answer is path/not_found.
func listContinue(c *call) (any, error) {
	var in struct {
		Cursor string `json:"cursor"`
	}
	if err := c.args(&in); err != nil {
		return nil, err
	}
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	cur, err := c.d.unseal(in.Cursor)
	if err == nil && cur.Account != c.a.number {
		err = badInput("request body: cursor: it is another user's")
	}
	if err != nil {
		return nil, err
	}
	if s := c.d.trees[cur.Tree].slots[cur.Path]; s == nil || s.node == nil || !s.node.folder {
		return nil, "path/" + notFound
	}
	return c.page(cur), nil
}

// latestCursor serves files/list_folder/get_latest_cursor: the cursor that a complete listing would end with,
// without its entries.
func latestCursor(c *call) (any, error) {
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	cur, err := c.start()
	if err != nil {
		return nil, err
	}
	cur.At = cur.Horizon
	return map[string]any{"cursor": c.d.seal(cur)}, nil
}

// page returns the next page. The caller holds the lock. An entry is as it is now, and its place in the listing
// is that of its last change, so a path that changes during the listing comes at the end, once.
func (c *call) page(cur cursor) *listResult {
	out := &listResult{Entries: []any{}}
	t := c.d.trees[cur.Tree]
	if cloudsim.Injected(c.r.Context(), cloudsim.EmptyPage) {
		out.Cursor, out.HasMore = c.d.seal(cur), true
		return out
	}
	v := view{d: c.d, a: c.a, tagged: true, explicit: cur.Explicit, restorable: cur.Restorable}
	now := c.d.now()
	end := cur.walk(t, func(s *slot) bool {
		if !c.d.shows(cur, t, s, now) {
			return true
		}
		if len(out.Entries) == cur.Limit {
			out.HasMore = true
			return false
		}
		p := place{t: t, lower: s.lower, display: s.display, slot: s, node: s.node}
		if s.node == nil {
			out.Entries = append(out.Entries, v.deleted(p, now))
		} else {
			out.Entries = append(out.Entries, v.node(p))
		}
		return true
	})
	cur.At = end
	out.Cursor = c.d.seal(cur)
	return out
}

// walk calls each with the slots of the listing from cur.At on that have not changed again later, until each
// returns false, and returns the place where it stopped. A listing that is not recursive goes by the folder's own
// list of changes, and does not pass over those of the rest of the tree.
func (cur cursor) walk(t *tree, each func(s *slot) bool) (end int) {
	if !cur.Recursive {
		events := t.slots[cur.Path].events
		for _, at := range events[since(events, cur.At):] {
			if s := t.log[at]; s.last == at && !each(s) {
				return int(at)
			}
		}
		return len(t.log)
	}
	for at := cur.At; at < len(t.log); at++ {
		s := t.log[at]
		if int(s.last) == at && (s.lower == cur.Path || strings.HasPrefix(s.lower, cur.Path+"/")) && !each(s) {
			return at
		}
	}
	return len(t.log)
}

// shows reports whether a listing has an entry for s. A deletion after the listing began is always an entry,
// because the client may have the file; an older one only with include_deleted, and only if it can be restored.
// Without include_mounted_folders the entries below a mount are left out.
func (d *Dropbox) shows(cur cursor, t *tree, s *slot, now int64) bool {
	if s.node == nil {
		if int(s.last) >= cur.Horizon {
			return true
		}
		p := place{t: t, lower: s.lower, slot: s}
		return cur.Deleted && p.deleted(now)
	}
	if s.node.paper && !cur.NonDownloadable {
		return false
	}
	if cur.Mounted {
		return true
	}
	base, _ := t.mountOf(cur.Path + "/")
	in, _ := t.mountOf(s.lower)
	return in.ns == base.ns
}

package drivesim

import (
	"cmp"
	"strconv"

	"github.com/sweepd/sweepd/internal/cloudsim"
)

// changesStart serves changes.getStartPageToken. A client that lists all files must get this token before the
// first page: a change during the listing is then in the log after it.
func changesStart(c *call) (any, error) {
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	l, err := c.log()
	if err != nil {
		return nil, err
	}
	return c.mask.Cut(map[string]any{
		"kind": "drive#startPageToken", "startPageToken": strconv.FormatInt(l.end(), 10),
	}), nil
}

// log returns the account's log, or that of the shared drive in the request.
func (c *call) log() (*changeLog, error) {
	id := cmp.Or(c.q.Get("driveId"), c.q.Get("teamDriveId"))
	if id == "" {
		return c.a.log, nil
	}
	if !c.allDrives() {
		return nil, &refusal{
			status: 403, reason: "teamDrivesNotSupported",
			message: "The supportsAllDrives parameter must be set to true.", location: "supportsAllDrives",
			locationType: "parameter",
		}
	}
	s, err := c.sharedDrive(id)
	if err != nil {
		return nil, err
	}
	return s.log, nil
}

// changesList serves changes.list: https://developers.google.com/workspace/drive/api/guides/manage-changes
//
// A page has at most pageSize changes that the client wants. newStartPageToken is on the last page only, all
// others have nextPageToken; both are places in the log and valid forever. A token before the log's first is
// accepted as the first. One that is no number or lies behind the end is refused with 400: it cannot be of this
// log.
func changesList(c *call) (any, error) {
	size, err := c.pageSize(100, 1000)
	if err != nil {
		return nil, err
	}
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	l, err := c.log()
	if err != nil {
		return nil, err
	}
	from, err := strconv.ParseInt(c.q.Get("pageToken"), 10, 64)
	if err != nil || from < 1 || from > l.end() {
		return nil, invalid("pageToken", "Invalid Value")
	}
	from = max(from, l.base) // clients begin at 1 to list all changes
	changes := []any{}
	at := from
	if !cloudsim.Injected(c.r.Context(), cloudsim.EmptyPage) {
		for ; at < l.end() && len(changes) < size; at++ {
			if i := int(at - l.base); l.newest(i) && c.wants(l.changes[i]) {
				changes = append(changes, c.change(l.changes[i]))
			}
		}
	}
	out := map[string]any{"kind": "drive#changeList", "changes": changes}
	if at < l.end() || cloudsim.Injected(c.r.Context(), cloudsim.EmptyPage) {
		out["nextPageToken"] = strconv.FormatInt(at, 10)
	} else {
		out["newStartPageToken"] = strconv.FormatInt(at, 10)
	}
	return c.mask.Cut(out), nil
}

// wants reports whether the client asked for such a change. Without includeItemsFromAllDrives changes in shared
// drives are left out; with includeRemoved=false those of files that are gone or no longer visible are.
func (c *call) wants(ch change) bool {
	f := ch.file
	shared := c.flag("includeItemsFromAllDrives") || c.flag("includeTeamDriveItems")
	if f.drive != nil && (!shared || c.flag("restrictToMyDrive")) {
		return false
	}
	if c.flag("restrictToMyDrive") && !f.within(c.a.root) { // "inside the My Drive hierarchy", regardless of the owner
		return false
	}
	removed := c.q.Get("includeRemoved") == "" || c.flag("includeRemoved")
	return removed || c.mayRead(f)
}

// change returns the Change of the wire. A file that is gone and one that is no longer visible look the same.
func (c *call) change(ch change) any {
	f := ch.file
	out := map[string]any{"kind": "drive#change", "time": stamp(ch.at)}
	if f.drive != nil && f == f.drive.root {
		out["changeType"], out["type"], out["driveId"], out["teamDriveId"], out["removed"] = "drive",
			"teamDrive", f.id, f.id, true
		if f.drive.members[c.a] != noRole {
			out["removed"], out["drive"] = false, c.drive(f.drive)
		}
		return out
	}
	out["changeType"], out["type"], out["fileId"], out["removed"] = "file", "file", f.id, true
	if !f.gone && c.mayRead(f) {
		out["removed"] = false
		if mask := c.mask.Sub("changes"); mask.Has("file") {
			out["file"] = view{f, c.a, c.client, c.d}.render(mask.Sub("file"))
		}
	}
	return out
}

package dropboxsim

import "time"

// State is the state of one file.
type State struct {
	ID          string
	Path        string // its display path, in its namespace
	Namespace   string
	Rev         string
	Size        int64
	ContentHash string
	SHA256      string
	Deleted     bool // but it can still be restored
	DeletedAt   time.Time
	Client      time.Time
	Server      time.Time
}

// Snapshot returns every file that exists or can be restored, by id. It computes all checksums. Files whose time
// is over, or that were purged, are missing: to the user they are lost.
func (d *Dropbox) Snapshot() map[string]State {
	d.mu.Lock()
	defer d.mu.Unlock()
	all, now := make(map[string]State, len(d.nodes)), d.now()
	for _, n := range d.nodes {
		if n.folder || n.superseded || n.ns == nil || n.gone && !n.ns.retains(n.until, now) {
			continue
		}
		s := State{
			ID: n.id(), Path: n.display, Namespace: n.ns.id(), Rev: revName(n.rev), Size: n.size(),
			ContentHash: n.content.Blocks(), SHA256: n.content.SHA256(),
			Deleted: n.gone, Client: time.Unix(n.client, 0).UTC(), Server: time.Unix(n.server, 0).UTC(),
		}
		if n.gone {
			s.DeletedAt = time.Unix(n.until, 0).UTC()
		}
		all[s.ID] = s
	}
	return all
}

package drivesim

import "time"

// State is the state of one file.
type State struct {
	ID, Name, MimeType string
	Owner              string // address; "" in a shared drive
	DriveID            string // of the shared drive, or ""
	Parents            []string
	Trashed            bool // in the trash, for any reason
	Explicit           bool // trashed itself
	Revision           string
	Size               int64
	SHA256             string // "" if it has no bytes
	Version            int64
	Modified           time.Time
}

// Snapshot returns every file, by id, except the top folders. It computes all checksums. A test compares two of
// them to see that nothing else has changed; a file that was deleted for good is missing from the later one.
func (d *Drive) Snapshot() map[string]State {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := make(map[string]State, len(d.files))
	for id, f := range d.files {
		if f.seq == 0 {
			continue
		}
		s := State{
			ID: id, Name: f.name, MimeType: f.mime, Trashed: f.trashed(), Explicit: f.explicit,
			Version: f.version, Modified: f.modified,
		}
		if f.drive != nil {
			s.DriveID = f.drive.ID()
		} else {
			s.Owner = f.owner.email
		}
		for _, p := range f.parents() {
			s.Parents = append(s.Parents, p.id)
		}
		if f.blob() {
			s.Revision, s.Size, s.SHA256 = f.revisionID(f.head), f.content.Size(), f.content.SHA256()
		}
		all[id] = s
	}
	return all
}

package policy

import (
	"fmt"
	"time"
)

// dropboxKeeps is the shortest time for which Dropbox keeps deleted files; other plans have 180 or 365 days. Source:
// https://help.dropbox.com/security/data-retention-policy.
const dropboxKeeps = 30 * 24 * time.Hour

const (
	dropboxAges = "30, 180 or 365 days, by plan"
	dropboxBin  = "https://www.dropbox.com/deleted_files"
)

func (p *Policy) dropboxNotes(st Storage) []string {
	notes := []string{
		"a file is deleted only while it is at the revision that was examined: Dropbox itself refuses any other",
		"Dropbox keeps what was deleted for " + dropboxAges +
			"; until then undo brings it back, unless a newer file has its name",
		"that a file has a link that others can open, Dropbox does not say of the file: the guard shared knows only of folders and people",
	}
	if !st.purgeable() {
		notes = append(notes, "only an app that a team has linked can delete for good; to purge now: "+dropboxBin)
	} else if st.Purges() && p.Trash != (TrashAges{}) {
		notes = append(notes,
			"deleting for good takes along all that the path ever held: where that was another file too, it is left to Dropbox")
	}
	return notes
}

// dropboxCautions returns a caution for each purge age that a file may never reach, depending on the plan.
func (p *Policy) dropboxCautions(name string) (cautions []string) {
	for _, t := range p.TrashOf(name).each() {
		if t.age >= dropboxKeeps {
			cautions = append(cautions, fmt.Sprintf(
				"storage %s: by plan Dropbox keeps what was deleted for only 30 days, so that trash: {%s} of %s may do nothing there",
				name, t.key, inTime(t.age),
			))
		}
	}
	return cautions
}

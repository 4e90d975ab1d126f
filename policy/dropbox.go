package policy

import (
	"time"

	"github.com/sweepd/sweepd/internal/language"
)

// dropboxKeeps is the shortest time for which Dropbox keeps deleted files; other plans have 180 or 365 days. Source:
// https://help.dropbox.com/security/data-retention-policy.
const dropboxKeeps = 30 * 24 * time.Hour

// dropboxBin is the page on which a user can purge deleted files.
const dropboxBin = "https://www.dropbox.com/deleted_files"

// dropboxNotes returns the sentences of Notes about one account of Dropbox.
func (p *Policy) dropboxNotes(st Storage) []language.Message {
	notes := []language.Message{
		language.Messagef("a file is deleted only at the revision that was examined; Dropbox refuses any other"),
		language.Messagef("Dropbox keeps deleted files for 30, 180 or 365 days, by plan; until then undo restores " +
			"them, unless a newer file has the name"),
		language.Messagef("Dropbox does not report shared links of a file: the guard shared detects only shared " +
			"folders and members"),
	}
	if !st.purgeable() {
		notes = append(notes, language.Messagef("only an app linked by a team can delete permanently; to purge now: %s",
			dropboxBin))
	} else if st.Purges() && p.Trash != (TrashAges{}) {
		notes = append(notes,
			language.Messagef("permanent deletion removes the whole history of a path; if another file was there, "+
				"sweepd leaves it to Dropbox"))
	}
	return notes
}

// dropboxCautions returns a caution for each purge age that a file may never reach, depending on the plan.
func (p *Policy) dropboxCautions(name string) (cautions []language.Message) {
	for _, t := range p.TrashOf(name).each() {
		if t.age >= dropboxKeeps {
			cautions = append(cautions, language.Messagef(
				"storage %s: depending on the plan, Dropbox keeps deleted files for only 30 days, so trash: {%s} of "+
					"%s may have no effect",
				name, t.key, language.Duration(t.age),
			))
		}
	}
	return cautions
}

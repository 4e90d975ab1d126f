package policy

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/providers"
)

// driveKeeps is how long Drive keeps trashed files. Source:
// https://developers.google.com/workspace/drive/api/guides/delete.
const driveKeeps = 30 * 24 * time.Hour

// Notes returns sentences about the limits of the policy's storages and their consequences under this policy. They
// are not a part of String or of Hash.
func (p *Policy) Notes() (notes []language.Message) {
	for _, name := range slices.Sorted(maps.Keys(p.Storages)) {
		for _, note := range p.NotesOn(name) {
			notes = append(notes, language.Messagef("%s: %s", name, note))
		}
	}
	return notes
}

// NotesOn returns those of the Notes that are about one storage, without its name.
func (p *Policy) NotesOn(name string) (about []language.Message) {
	switch st := p.Storages[name]; st.Type {
	case GDrive, Workspace:
		about = p.driveNotes(st)
	case Dropbox, DropboxTeam:
		about = p.dropboxNotes(st)
	}
	if p.Storages[name].IsFleet() {
		about = append(about,
			language.Messagef("if the directory cannot be read, or only in part, or names nobody, none of its "+
				"accounts is swept; nothing is forgotten"),
			language.Messagef("an account that is no longer selected is no longer swept; its record stays, and undo "+
				"works as long as the account exists"))
		if p.Mandates(name) {
			about = append(about, language.Messagef("a mandatory rule also trashes files that sweepd keep protects; "+
				"files that undo or the user restored, or that a guard holds, stay"))
		}
	}
	if p.Asks(name) {
		about = append(about,
			language.Messagef("OpenAI gets the whole file of each picture that is uploaded, with all metadata in "+
				"it, and keeps it by its own terms; sweepd sends no file name"),
			language.Messagef("an answer without a watermark shows nothing: it is no reason to delete or to keep"))
	}
	return append(about, p.guardNotes(name)...)
}

// guardNotes returns notes on the enabled guards that cannot hold files of the account.
func (p *Policy) guardNotes(name string) (notes []language.Message) {
	kind := kindOf(p.Storages[name].Type)
	if kind.name == Local {
		return nil
	}
	var blind []string
	for _, g := range p.Protect {
		if !slices.Contains(kind.asks, g) {
			blind = append(blind, string(g))
		}
	}
	if len(blind) > 0 {
		notes = append(notes,
			language.Messagef("%s does not provide what these guards need, so they protect nothing there: %s",
				kind.display, strings.Join(blind, ", ")))
	}
	if slices.Contains(p.Protect, providers.GuardGit) && slices.Contains(kind.asks, providers.GuardGit) {
		notes = append(notes,
			language.Messagef("the guard git holds every file below a folder with .git, tracked or not"))
	}
	return notes
}

// driveNotes returns the sentences of Notes about one account of Google Drive.
func (p *Policy) driveNotes(st Storage) []language.Message {
	notes := []language.Message{
		language.Messagef("scans only files that the account owns; skips shortcuts and files shared by others"),
		language.Messagef("Drive deletes trashed files permanently after 30 days; until then undo restores them"),
		language.Messagef("a Drive folder may have two files of one name: undo may restore a file beside a newer " +
			"one of the same name"),
		language.Messagef("Drive has no conditional delete: sweepd compares a file before and after the move, and " +
			"restores it if it changed in between"),
	}
	if len(st.SharedDrives) > 0 {
		notes = append(notes,
			language.Messagef("files of a shared drive belong to all its members, who also see its trash"))
	}
	if st.Purges() && (p.Trash.Matching > 0 || p.Trash.Everything > 0) {
		notes = append(
			notes,
			language.Messagef("Drive does not report when a file was trashed: for files that others trashed, the age "+
				"counts from when sweepd first saw them in the trash"),
			language.Messagef(`sweepd never uses Drive's "empty trash", which also deletes recently trashed files; it `+
				"deletes each file separately"),
		)
	}
	return notes
}

// Cautions returns a clause for each part of a valid policy that may not do what its author means.
func (p *Policy) Cautions() (cautions []language.Message) {
	cautions = p.idleAsks()
	for _, name := range slices.Sorted(maps.Keys(p.Storages)) {
		st := p.Storages[name]
		switch st.Type {
		case GDrive, Workspace:
			cautions = append(cautions, p.lateAges(name)...)
		case Dropbox, DropboxTeam:
			cautions = append(cautions, p.dropboxCautions(name)...)
		}
		// A rule on a star, a camera or a property does what it means where these are known.
		if kindOf(st.Type).knows {
			continue
		}
		for _, r := range p.Rules {
			if !r.When.asksNoted() || !r.about(name) {
				continue
			}
			cautions = append(cautions, language.Messagef(
				"rule %q asks for a star, a camera or a property, and storage %s knows none of them: %s; with "+
					"storage: in when it is for the others only",
				r.Name, name, r.inDoubt(),
			))
		}
	}
	return cautions
}

// inDoubt returns a clause about the rule's effect if star, camera and properties are unknown.
func (r Rule) inDoubt() language.Message {
	which := language.Messagef("every file there")
	if len(r.clauses()) > len(r.When.noted()) {
		which = language.Messagef("every file there that meets its other conditions")
	}
	switch r.Do {
	case Keep:
		return language.Messagef("in doubt it keeps %s", which)
	case Review:
		return language.Messagef("in doubt it has a person review %s", which)
	}
	return language.Messagef("in doubt it trashes no file there")
}

// lateAges returns a caution for each purge age that a file in Drive never reaches.
func (p *Policy) lateAges(name string) (cautions []language.Message) {
	for _, t := range p.TrashOf(name).each() {
		if t.age >= driveKeeps {
			cautions = append(cautions, language.Messagef(
				"storage %s: Drive empties its trash after 30 days, so trash: {%s} of %s has no effect",
				name, t.key, language.Duration(t.age),
			))
		}
	}
	return cautions
}

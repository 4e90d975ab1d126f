package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"sweepd/providers"
)

// driveKeeps is how long Drive keeps trashed files. Source:
// https://developers.google.com/workspace/drive/api/guides/delete.
const driveKeeps = 30 * 24 * time.Hour

// Notes returns sentences about the limits of the policy's storages and their consequences under this policy. They
// are not a part of String or of Hash.
func (p *Policy) Notes() (notes []string) {
	for _, name := range slices.Sorted(maps.Keys(p.Storages)) {
		var about []string
		switch st := p.Storages[name]; st.Type {
		case GDrive:
			about = p.driveNotes(st)
		case Dropbox:
			about = p.dropboxNotes(st)
		}
		for _, note := range append(about, p.guardNotes(name)...) {
			notes = append(notes, name+": "+note)
		}
	}
	return notes
}

// guardNotes returns notes on the enabled guards that cannot hold files of the account.
func (p *Policy) guardNotes(name string) []string {
	kind := kindOf(p.Storages[name].Type)
	if kind.name == Local {
		return nil
	}
	var notes, blind []string
	for _, g := range p.Protect {
		if !slices.Contains(kind.asks, g) {
			blind = append(blind, string(g))
		}
	}
	if len(blind) > 0 {
		notes = append(notes,
			fmt.Sprintf("%s does not show what these guards of protect: go by, and they hold nothing there: %s",
				kind.display, strings.Join(blind, ", ")))
	}
	if slices.Contains(p.Protect, providers.GuardGit) && slices.Contains(kind.asks, providers.GuardGit) {
		notes = append(notes,
			"the guard git holds every picture in a folder with .git in it or above it, tracked or not")
	}
	return notes
}

func (p *Policy) driveNotes(st Storage) []string {
	notes := []string{
		"only files that the account owns are looked at, and no shortcuts; whatever other people share with it is theirs",
		"Drive deletes what is in its trash after 30 days by itself, whoever put it there; until then undo brings it back",
		"a name can be given twice in a folder: what undo brings back may stand beside a newer file of its name",
		"Drive has no delete on condition: a file is compared before and after it is moved, and put back if it changed in between",
	}
	if len(st.SharedDrives) > 0 {
		notes = append(notes,
			"the files of a shared drive are everybody's in it; what goes to its trash the others find there too")
	}
	if st.Purges() && (p.Trash.Matching > 0 || p.Trash.Everything > 0) {
		notes = append(notes,
			"Drive does not say since when a file is in its trash: the age of what others put there counts from when sweepd first saw it there",
			`Drive's own "empty trash" is never used, because it takes along what somebody put there a minute ago: each file is deleted by itself`)
	}
	return notes
}

// Cautions returns a clause for each part of a valid policy that may not do what its author means.
func (p *Policy) Cautions() (cautions []string) {
	for _, name := range slices.Sorted(maps.Keys(p.Storages)) {
		st := p.Storages[name]
		switch st.Type {
		case GDrive:
			cautions = append(cautions, p.lateAges(name)...)
		case Dropbox:
			cautions = append(cautions, p.dropboxCautions(name)...)
		}
		if kindOf(st.Type).knows {
			continue
		}
		for _, r := range p.Rules {
			if !r.asks.noted || !r.about(name) {
				continue
			}
			cautions = append(cautions, fmt.Sprintf(
				"rule %q asks for a star, a camera or a property, and storage %s knows none of them: %s; with storage: in when it is for the others only",
				r.Name, name, r.inDoubt(),
			))
		}
	}
	return cautions
}

// inDoubt returns a clause about the rule's effect if star, camera and properties are unknown.
func (r Rule) inDoubt() string {
	which := "every file there"
	if len(r.clauses) > r.noted || r.derived != include {
		which = "every file there that meets its other conditions"
	}
	switch r.Do {
	case Keep:
		return "in doubt it keeps " + which
	case Review:
		return "in doubt it has a person review " + which
	}
	return "in doubt it trashes no file there"
}

// lateAges returns a caution for each purge age that a file in Drive never reaches.
func (p *Policy) lateAges(name string) (cautions []string) {
	for _, t := range p.TrashOf(name).each() {
		if t.age >= driveKeeps {
			cautions = append(cautions, fmt.Sprintf(
				"storage %s: Drive deletes from its trash after 30 days, so that trash: {%s} of %s does nothing there",
				name, t.key, inTime(t.age),
			))
		}
	}
	return cautions
}

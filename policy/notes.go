package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"sweepd/providers"
)

// driveKeeps is how long Drive keeps what is in its trash, says
// https://developers.google.com/workspace/drive/api/guides/delete.
const driveKeeps = 30 * 24 * time.Hour

// Notes say, a sentence each, what the policy's storages cannot do, and what
// follows from that under this policy. They are no part of what it means: of
// String, or of Hash.
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

// guardNotes are the guards that are on and can hold no file of the account.
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
		notes = append(notes, fmt.Sprintf("%s does not show what these guards of protect: go by, and they hold nothing there: %s", kind.said, strings.Join(blind, ", ")))
	}
	if slices.Contains(p.Protect, providers.GuardGit) && slices.Contains(kind.asks, providers.GuardGit) {
		notes = append(notes, "the guard git holds every picture in a folder with .git in it or above it, tracked or not")
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
		notes = append(notes, "the files of a shared drive are everybody's in it; what goes to its trash the others find there too")
	}
	if st.Purges() && (p.Trash.Matching > 0 || p.Trash.Everything > 0) {
		notes = append(notes,
			"Drive does not say since when a file is in its trash: the age of what others put there counts from when sweepd first saw it there",
			`Drive's own "empty trash" is never used, because it takes along what somebody put there a minute ago: each file is deleted by itself`)
	}
	return notes
}

// Cautions are what a good policy says that may not do what its writer means, a
// clause each.
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
			cautions = append(cautions, fmt.Sprintf("rule %q asks for a star, a camera or a property, and storage %s knows none of them: %s; with storage: in when it is for the others only", r.Name, name, r.inDoubt()))
		}
	}
	return cautions
}

// inDoubt says what the rule does where a star, a camera or a property is not known.
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

// lateAges are the ages that Drive never lets a file reach.
func (p *Policy) lateAges(name string) (cautions []string) {
	for _, t := range p.TrashOf(name).each() {
		if t.age >= driveKeeps {
			cautions = append(cautions, fmt.Sprintf("storage %s: Drive deletes from its trash after 30 days, so that trash: {%s} of %s does nothing there", name, t.key, inTime(t.age)))
		}
	}
	return cautions
}

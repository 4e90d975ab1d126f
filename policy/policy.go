package policy

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"sweepd/policy/internal/english"
	"sweepd/providers"
)

// Policy is what a policy file decides. The zero value keeps all files and permits no run.
type Policy struct {
	// Storages has the storages by their names in the policy file.
	Storages map[string]Storage
	Rules    []Rule // in order of precedence
	Trash    TrashAges
	Limits   Limits
	// Settle is how long a file must have existed and been unchanged before it may be moved.
	Settle time.Duration

	// ConfirmAfter is the least time between two scans that must find a file before it may be moved; zero: one scan
	// is enough.
	ConfirmAfter time.Duration
	Protect      []providers.Guard // the enabled ones, in the order of AllGuards
	LastCopy     bool              // keep the last copy of a file

	// Mode, Reload, Schedule and Notify control when and how sweepd run acts by itself. They do not change which
	// files are due, and are not part of Hash.
	Mode     Mode
	Reload   Reload
	Schedule Schedule
	Notify   []Notify

	Links []Link // roots and patterns with symbolic links; see Resolve. Not part of Hash
}

// String returns the whole policy in plain English, in several lines. Texts from the file are quoted, so that
// different policies never give the same text.
func (p *Policy) String() string { return p.due() + p.alone() }

// due returns the part of String that controls which files are due.
func (p *Policy) due() string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(p.Storages)) {
		fmt.Fprintf(&b, "Sweeps %q: %s.\n", name, p.Storages[name])
	}
	b.WriteString("The first rule that matches decides:\n")
	for i, r := range p.Rules {
		fmt.Fprintf(&b, "  %d. %s\n", i+1, r)
	}
	fmt.Fprintf(&b, "  %d. keep everything else\n", len(p.Rules)+1)
	fmt.Fprintf(&b, "Deletes permanently from the trash: %s.\n", p.Trash)
	b.WriteString(p.Limits.String())
	if p.Settle > 0 {
		fmt.Fprintf(&b, "Skips files modified in the last %s.\n", english.Duration(p.Settle))
	} else {
		b.WriteString("Moves files however recently they were modified.\n")
	}
	if p.ConfirmAfter > 0 {
		fmt.Fprintf(
			&b,
			"Moves a file only after two scans have found it, at least %s apart.\n",
			english.Duration(p.ConfirmAfter),
		)
	}
	on, off := p.protects()
	fmt.Fprintf(&b, "Protects: %s.\n", listed(on))
	fmt.Fprintf(&b, "Does not protect: %s.\n", listed(off))
	return b.String()
}

// protects returns the clauses for enabled and for disabled guards.
func (p *Policy) protects() (on, off []string) {
	add := func(held bool, what string) {
		if held {
			on = append(on, what)
		} else {
			off = append(off, what)
		}
	}
	what := map[providers.Guard]string{
		providers.GuardOpen:        "files open for writing",
		providers.GuardPartial:     "unfinished downloads and copies",
		providers.GuardPlaceholder: "online-only files and files managed by a sync program",
		providers.GuardHardLinked:  "files with hard links",
		providers.GuardOtherOwner:  "files of other users",
		providers.GuardGit:         "files tracked by Git",
		providers.GuardMentioned:   "files named in a document or a source file",
		providers.GuardLibrary:     "files in a notes vault or a photo library",
		providers.GuardTagged:      "starred or tagged files",
		providers.GuardShared:      "files shared with other people",
		providers.GuardLocked:      "files that their storage locks",
	}
	for _, g := range providers.AllGuards() {
		// A guard without a clause above appears by its name.
		add(slices.Contains(p.Protect, g), cmp.Or(what[g], string(g)))
	}
	add(p.LastCopy, "the last copy of a file")
	return on, off
}

// listed returns the clauses in one line.
func listed(clauses []string) string { return cmp.Or(strings.Join(clauses, "; "), "nothing") }

// String returns the storage's folders and options, and the means of access.
func (s Storage) String() string {
	kind := kindOf(s.Type)
	said := fmt.Sprintf("%s folders %s", kind.display, english.Quoted(s.Roots, "and"))
	if s.whole() {
		said = "all of " + kind.display
	}
	if len(s.SharedDrives) > 0 {
		said += " and the shared drives " + english.Quoted(s.SharedDrives, "and")
	}
	if s.TeamSpace {
		said += " of the team's space"
	}
	if s.AllowBroadRoot {
		said += ", even a whole disk or home"
	}
	if len(s.Exclude) > 0 {
		said += ", except what matches " + english.Quoted(s.Exclude, "or")
	}
	for _, part := range []struct{ before, what string }{
		{"of the account", s.Account},
		{"of", s.Impersonate},
		{"by the OAuth client", s.Client},
		{"by the service account", s.ServiceAccount},
		{"by the app", s.AppKey},
		{"as the team member", s.Member},
	} {
		if part.what != "" {
			said += fmt.Sprintf(", %s %q", part.before, part.what)
		}
	}
	if s.NoPurge {
		said += ", without permanent deletion"
	}
	switch {
	case s.CrossMounts:
		said += ", including file systems mounted below"
	case s.Type == Local:
		said += ", excluding file systems mounted below"
	}
	return said
}

// String returns the files that may be purged, and when.
func (t TrashAges) String() string {
	var parts []string
	for _, p := range []struct {
		what string
		age  time.Duration
	}{
		{"files that sweepd trashed", t.Ours},
		{"files that others trashed and that a rule would trash", t.Matching},
		{"all other files", t.Everything},
	} {
		if p.age > 0 {
			parts = append(parts, fmt.Sprintf("%s, after %s", p.what, english.Duration(p.age)))
		}
	}
	return listed(parts)
}

// String returns the limits in two lines.
func (l Limits) String() string {
	text := fmt.Sprintf(
		"Limits: %s, %s or %s of a storage with %d files or more, in %s; a plan over a limit is "+
			"refused.\n",
		english.Count(
			int64(l.Files),
			"file",
		),
		english.Size(l.Bytes),
		english.Percent(l.Share),
		shareFrom,
		english.Duration(l.Window),
	)
	if l.Surge <= 0 {
		return text + "Does not ask before an unusually large plan.\n"
	}
	return text + fmt.Sprintf(
		"Asks before a plan of more than %d files that is more than %d times a usual day.\n",
		surgeFrom, l.Surge,
	)
}

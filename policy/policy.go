package policy

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/providers"
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
	OpenAI       OpenAI

	// Copies means that pictures without other evidence are compared with the known ones by what they look like.
	Copies bool

	// Mode, Reload, Schedule, Notify and Page control when and how sweepd run acts by itself. They do not change which
	// files are due, and are not part of Hash.
	Mode     Mode
	Reload   Reload
	Schedule Schedule
	Notify   []Notify
	Page     Page

	Links []Link // roots and patterns with symbolic links; see Resolve. Not part of Hash
}

// String returns the whole policy in plain English, in several lines. Texts from the file are quoted, so that
// different policies never give the same text.
func (p *Policy) String() string { return p.In(language.Printer{}) }

// In returns the same in the Printer's language.
func (p *Policy) In(pr language.Printer) string { return p.due(pr) + p.alone(pr) }

// due returns the part of In that controls which files are due.
func (p *Policy) due(pr language.Printer) string {
	var b strings.Builder
	say := func(format string, args ...any) { b.WriteString(pr.Sprintf(format, args...)) }
	b.WriteString(p.sweeps(pr))
	b.WriteString(p.uploads(pr))
	say("The first rule that matches decides:\n")
	for i, r := range p.Rules {
		say("  %d. %s\n", i+1, r)
	}
	say("  %d. keep everything else\n", len(p.Rules)+1)
	b.WriteString(p.purges(pr) + p.Limits.In(pr))
	if p.Settle > 0 {
		say("Skips files modified in the last %s.\n", language.Duration(p.Settle))
	} else {
		say("Moves files however recently they were modified.\n")
	}
	if p.ConfirmAfter > 0 {
		say("Moves a file only after two scans have found it, at least %s apart.\n", language.Duration(p.ConfirmAfter))
	}
	b.WriteString(p.compares(pr))
	on, off := p.protects()
	say("Protects: %s.\n", listed(on))
	say("Does not protect: %s.\n", listed(off))
	return b.String()
}

// Besides returns those lines of In that are not about single files in the storages: the storages themselves, what is
// purged from the trash, the limits, and what the service does by itself.
func (p *Policy) Besides(pr language.Printer) []string {
	text := p.sweeps(pr) + p.uploads(pr) + p.compares(pr) + p.purges(pr) + p.Limits.In(pr) + p.alone(pr)
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

// compares returns the line on copies; "" if they are off.
func (p *Policy) compares(pr language.Printer) string {
	if !p.Copies {
		return ""
	}
	return pr.Sprintf("Compares pictures by what they look like with those that are known to be from ChatGPT. "+
		"A similar one is likely at most, and counts as edited. "+
		"It may be your own picture that ChatGPT edited, so only a rule with evidence: %s trashes it.\n",
		fingerprint.CopyDetector)
}

// sweeps returns a line for each storage.
func (p *Policy) sweeps(pr language.Printer) (text string) {
	for _, name := range slices.Sorted(maps.Keys(p.Storages)) {
		text += pr.Sprintf("Sweeps %q: %s.\n", name, p.Storages[name])
	}
	return text
}

// purges returns the line on the trash.
func (p *Policy) purges(pr language.Printer) string {
	return pr.Sprintf("Deletes permanently from the trash: %s.\n", p.Trash)
}

// protects returns the clauses for enabled and for disabled guards.
func (p *Policy) protects() (on, off []language.Text) {
	add := func(held bool, what language.Message) {
		if held {
			on = append(on, what)
		} else {
			off = append(off, what)
		}
	}
	what := map[providers.Guard]language.Message{
		providers.GuardOpen:        language.Messagef("files open for writing"),
		providers.GuardPartial:     language.Messagef("unfinished downloads and copies"),
		providers.GuardPlaceholder: language.Messagef("online-only files and files managed by a sync program"),
		providers.GuardHardLinked:  language.Messagef("files with hard links"),
		providers.GuardOtherOwner:  language.Messagef("files of other users"),
		providers.GuardGit:         language.Messagef("files tracked by Git"),
		providers.GuardMentioned:   language.Messagef("files named in a document or a source file"),
		providers.GuardLibrary:     language.Messagef("files in a notes vault or a photo library"),
		providers.GuardTagged:      language.Messagef("starred or tagged files"),
		providers.GuardShared:      language.Messagef("files shared with other people"),
		providers.GuardLocked:      language.Messagef("files that their storage locks"),
	}
	for _, g := range providers.AllGuards() {
		// A guard without a clause above appears by its name.
		text, known := what[g]
		if !known {
			text = language.Verbatim(string(g))
		}
		add(slices.Contains(p.Protect, g), text)
	}
	add(p.LastCopy, language.Messagef("the last copy of a file"))
	return on, off
}

// listed returns the clauses in one line.
func listed(clauses []language.Text) language.Text {
	if len(clauses) == 0 {
		return language.Messagef("nothing")
	}
	return language.Join(clauses, "; ")
}

// String returns the storage's folders and options, and the means of access.
func (s Storage) String() string { return s.In(language.Printer{}) }

// In returns the same in the Printer's language.
func (s Storage) In(p language.Printer) string {
	said := p.Sprintf("%s folders %s", kindOf(s.Type).text(), language.AndQuoted(s.Roots))
	if s.whole() {
		said = p.Sprintf("all of %s", kindOf(s.Type).text())
	}
	if len(s.SharedDrives) > 0 {
		said += p.Sprintf(" and the shared drives %s", language.AndQuoted(s.SharedDrives))
	}
	if s.TeamSpace {
		said += p.Sprintf(" of the team's space")
	}
	for _, part := range s.parts() {
		said += ", " + part.In(p)
	}
	return said
}

// parts returns what else is to be known of the storage.
func (s Storage) parts() (all []language.Message) {
	add := func(has bool, part language.Message) {
		if has {
			all = append(all, part)
		}
	}
	add(s.AllowBroadRoot, language.Messagef("even a whole disk or home"))
	add(len(s.Exclude) > 0, language.Messagef("except what matches %s", language.OrQuoted(s.Exclude)))
	add(s.Everyone, language.Messagef("of each user in the directory"))
	add(len(s.Users) > 0, language.Messagef("of the users %s", language.AndQuoted(s.Users)))
	add(s.Group != "", language.Messagef("of each user in the group %q", s.Group))
	add(s.Query != "", language.Messagef("of each user that the search %q finds in the directory", s.Query))
	add(len(s.Except) > 0, language.Messagef("but not of %s", language.AndQuoted(s.Except)))
	add(s.Admin != "", language.Messagef("reading the directory as %q", s.Admin))
	add(s.Account != "", language.Messagef("of the account %q", s.Account))
	add(s.Impersonate != "", language.Messagef("of %q", s.Impersonate))
	add(s.Client != "", language.Messagef("by the OAuth client %q", s.Client))
	add(s.ServiceAccount != "", language.Messagef("by the service account %q", s.ServiceAccount))
	add(s.AppKey != "", language.Messagef("by the app %q", s.AppKey))
	add(s.Member != "", language.Messagef("as the team member %q", s.Member))
	add(s.Fleet != "", language.Messagef("as a member of %q", s.Fleet))
	add(s.Dry > 0, language.Messagef("only reporting on an account for its first %s", language.Duration(s.Dry)))
	add(s.Ask != "", language.Messagef("asking %q about its pictures", s.Ask))
	add(s.NoPurge, language.Messagef("without permanent deletion"))
	add(s.CrossMounts, language.Messagef("including file systems mounted below"))
	add(!s.CrossMounts && s.Type == Local, language.Messagef("excluding file systems mounted below"))
	return all
}

// String returns the files that may be purged, and when.
func (t TrashAges) String() string { return t.In(language.Printer{}) }

// In returns the same in the Printer's language.
func (t TrashAges) In(p language.Printer) string {
	var parts []language.Text
	add := func(age time.Duration, part language.Message) {
		if age > 0 {
			parts = append(parts, part)
		}
	}
	add(t.Ours, language.Messagef("files that sweepd trashed, after %s", language.Duration(t.Ours)))
	add(t.Matching, language.Messagef("files that others trashed and that a rule would trash, after %s",
		language.Duration(t.Matching)))
	add(t.Everything, language.Messagef("all other files, after %s", language.Duration(t.Everything)))
	return listed(parts).In(p)
}

// String returns the limits, in a line each.
func (l Limits) String() string { return l.In(language.Printer{}) }

// In returns the same in the Printer's language.
func (l Limits) In(p language.Printer) string {
	text := p.Sprintf(
		"Limits: %s, %s or %s of a storage with %d files or more, in %s; a plan over a limit is refused.\n",
		language.CountPlainly(int64(l.Files), "file"), language.ExactSize(l.Bytes), language.Percent(l.Share),
		shareFrom,
		language.Duration(l.Window),
	)
	if l.AccountFiles > 0 {
		text += p.Sprintf("Limit of each account of an organization: %s in %s.\n",
			language.CountPlainly(int64(l.AccountFiles), "file"), language.Duration(l.Window))
	}
	if l.Surge <= 0 {
		return text + p.Sprintf("Does not ask before an unusually large plan.\n")
	}
	return text + p.Sprintf("Asks before a plan of more than %d files that is more than %d times a usual day.\n",
		surgeFrom, l.Surge)
}

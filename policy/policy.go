package policy

import (
	"cmp"
	"crypto/sha256"
	_ "embed" // default.yaml
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"sweepd/providers"
)

// Version is the version of the policy's form that this package reads.
const Version = 1

// Policy is a policy file that was understood. The zero value keeps all files
// and permits no run.
type Policy struct {
	Storages map[string]Storage
	Rules    []Rule // in the order in which they are tried
	Trash    TrashAges
	Limits   Limits
	Settle   time.Duration // how long a file must have been there, and not been written to, before it may be moved

	ConfirmAfter time.Duration     // how far apart two scans must be that met a file before it may be moved; zero for one scan
	Protect      []providers.Guard // those that are on, in the order of AllGuards
	LastCopy     bool              // the last file with its content is kept

	// What sweepd run does by itself, and when. These change nothing of what is
	// due, and are no part of Hash.
	Mode     Mode
	Reload   Reload
	Schedule Schedule
	Notify   []Notify

	Links []Link // what leads through symbolic links; see Resolve. No part of Hash
}

//go:embed default.yaml
var defaultYAML []byte

// Default is the policy for folders without one: what is proven is trashed,
// what is likely is for a person to review, the rest is kept and nothing is
// purged. Its one storage is named "local"; roots must be absolute.
func Default(roots []string) *Policy {
	p, err := Parse("default.yaml", defaultYAML, ParseOptions{})
	if err != nil {
		panic(err) // our own file; a test parses it
	}
	p.Storages["local"] = Storage{Type: "local", Roots: slices.Clone(roots)}
	return p
}

// Hash is what the policy lets be deleted, as a SHA-256 in hex. Policies that
// differ in comments or layout only are equal; any other root, rule, limit or
// age gives another hash, and a plan that was made under it is refused. Mode,
// Reload, Schedule and Notify give none: who sweeps an hour later, or is told of it
// elsewhere, decided nothing else about any file.
func (p *Policy) Hash() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "sweepd policy %d\n%s", Version, p.due()))
	return hex.EncodeToString(sum[:])
}

// String is the whole policy in plain English, several lines. Texts that the
// file chose are quoted, so that no two policies read alike.
func (p *Policy) String() string { return p.due() + p.alone() }

// due is what is done to which files: all that Hash is of.
func (p *Policy) due() string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(p.Storages)) {
		fmt.Fprintf(&b, "sweeps %q, %s\n", name, p.Storages[name])
	}
	b.WriteString("the first rule that matches decides:\n")
	for i, r := range p.Rules {
		fmt.Fprintf(&b, "  %d. %s\n", i+1, r)
	}
	fmt.Fprintf(&b, "  %d. keep whatever no rule matches\n", len(p.Rules)+1)
	fmt.Fprintf(&b, "deletes for good from the trash: %s\n", p.Trash)
	b.WriteString(p.Limits.String())
	if p.Settle > 0 {
		fmt.Fprintf(&b, "moves no file that was written to in the last %s\n", inTime(p.Settle))
	} else {
		b.WriteString("moves a file however short ago it was written to\n")
	}
	if p.ConfirmAfter > 0 {
		fmt.Fprintf(&b, "moves no file before two scans have met it, %s or more apart\n", inTime(p.ConfirmAfter))
	}
	on, off := p.protects()
	fmt.Fprintf(&b, "protects: %s\n", listed(on))
	fmt.Fprintf(&b, "does not protect: %s\n", listed(off))
	return b.String()
}

// protects are what the guards that are on hold back, and what nothing does.
func (p *Policy) protects() (on, off []string) {
	add := func(held bool, what string) {
		if held {
			on = append(on, what)
		} else {
			off = append(off, what)
		}
	}
	what := map[providers.Guard]string{
		providers.GuardOpen:        "what somebody is writing to",
		providers.GuardPartial:     "downloads and copies that are under way",
		providers.GuardPlaceholder: "what is online only or a sync program's to manage",
		providers.GuardHardLinked:  "what has other names (hard links)",
		providers.GuardOtherOwner:  "what is another user's",
		providers.GuardGit:         "what Git tracks",
		providers.GuardMentioned:   "what a document or a source file names",
		providers.GuardLibrary:     "what is part of a notes vault or a photo library",
		providers.GuardTagged:      "what a person gave a star or a tag",
		providers.GuardShared:      "what other people can see",
		providers.GuardLocked:      "what its storage does not let be deleted",
	}
	for _, g := range providers.AllGuards() {
		add(slices.Contains(p.Protect, g), cmp.Or(what[g], string(g)))
	}
	add(p.LastCopy, "the last file with its content")
	return on, off
}

// listed are clauses in a line.
func listed(clauses []string) string { return cmp.Or(strings.Join(clauses, "; "), "nothing") }

// String is the storage's folders and options, and how sweepd gets at them.
func (s Storage) String() string {
	kind := kindOf(s.Type)
	said := fmt.Sprintf("%s folders %s", kind.said, quoted(s.Roots, "and"))
	if s.whole() {
		said = "all of " + kind.said
	}
	if len(s.SharedDrives) > 0 {
		said += " and the shared drives " + quoted(s.SharedDrives, "and")
	}
	if s.TeamSpace {
		said += " of the team's space"
	}
	if s.AllowBroadRoot {
		said += ", be it a whole disk or home"
	}
	if len(s.Exclude) > 0 {
		said += ", but nothing that matches " + quoted(s.Exclude, "or")
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
		said += ", of which nothing is deleted for good"
	}
	switch {
	case s.CrossMounts:
		said += ", with file systems mounted below"
	case s.Type == Local:
		said += ", without file systems mounted below"
	}
	return said
}

// String is what may be purged, and when.
func (t TrashAges) String() string {
	var parts []string
	for _, p := range []struct {
		what string
		age  time.Duration
	}{
		{"what sweepd put there", t.Ours},
		{"what others put there and looks like an image from ChatGPT", t.Matching},
		{"everything that lies there", t.Everything},
	} {
		if p.age > 0 {
			parts = append(parts, fmt.Sprintf("%s, %s later", p.what, inTime(p.age)))
		}
	}
	return listed(parts)
}

// String is the limits in two lines.
func (l Limits) String() string {
	text := fmt.Sprintf("does nothing that would make it more than %s, %s, or %s of all files of a storage that has %d or more, in %s\n",
		count(int64(l.Files), "file"), inSize(l.Bytes), inPercent(l.Share), shareFrom, inTime(l.Window))
	if l.Surge <= 0 {
		return text + "does not ask when that is far more than on a usual day\n"
	}
	return text + fmt.Sprintf("asks first when that would be more than %d files and more than %d times those of a usual day\n", surgeFrom, l.Surge)
}

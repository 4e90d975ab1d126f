package policy

import (
	"crypto/sha256"
	_ "embed" // default.yaml
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
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
	Settle   time.Duration // how long a file must not have been written to before it may be moved
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

// Hash is the policy's meaning as a SHA-256 in hex. Policies that differ in
// comments or layout only are equal; any other root, rule, limit or age gives
// another hash. It hashes String, which leaves nothing out.
func (p *Policy) Hash() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "sweepd policy %d\n%s", Version, p))
	return hex.EncodeToString(sum[:])
}

// String is the whole policy in plain English, several lines. Texts that the
// file chose are quoted, so that no two policies read alike.
func (p *Policy) String() string {
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
	fmt.Fprintf(&b, "does nothing in a run of %s\n", p.Limits)
	if p.Settle > 0 {
		fmt.Fprintf(&b, "moves no file that was written to in the last %s\n", inTime(p.Settle))
	} else {
		b.WriteString("moves a file however short ago it was written to\n")
	}
	return b.String()
}

// String is the storage's folders and options.
func (s Storage) String() string {
	text := fmt.Sprintf("%s folders %s", s.Type, quoted(s.Roots, "and"))
	if len(s.Exclude) > 0 {
		text += ", but nothing that matches " + quoted(s.Exclude, "or")
	}
	if s.CrossMounts {
		return text + ", with file systems mounted below"
	}
	return text + ", without file systems mounted below"
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
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, "; ")
}

// String is the limits as a run that breaks one.
func (l Limits) String() string {
	return fmt.Sprintf("more than %s, %s, or %s of all files of a storage that has %d or more", count(int64(l.Files), "file"), inSize(l.Bytes), inPercent(l.Share), shareFrom)
}

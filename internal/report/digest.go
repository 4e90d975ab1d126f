package report

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/sweeper"
)

// Digest lists the files that will be deleted until a time if nothing changes. Add fills it with the results of a
// scan.
type Digest struct {
	now, until time.Time
	policy     *policy.Policy

	in    map[group]*Coming
	first []coming // at most maxFiles, those that go first

	accounts int // of a fleet's digest: those with files that go
}

// group is the key by which a digest counts.
type group struct{ rule, storage string }

// Coming is a count of the files that one rule will delete from one storage.
type Coming struct {
	Rule    string    `json:"rule"`
	Storage string    `json:"storage"`
	Files   int64     `json:"files"`
	Bytes   int64     `json:"bytes"`
	First   time.Time `json:"first"` // at the earliest
}

// coming is one file that will be deleted.
type coming struct {
	storage, path string
	size          int64
	at            time.Time
}

// NewDigest returns a Digest of the files that p will delete from now until a time.
func NewDigest(now, until time.Time, p *policy.Policy) *Digest {
	return &Digest{now: now, until: until, policy: p, in: map[group]*Coming{}}
}

// storedDigest is a Digest as JSON.
type storedDigest struct {
	Now    time.Time      `json:"now"`
	Until  time.Time      `json:"until"`
	Coming []Coming       `json:"coming,omitempty"`
	First  []storedComing `json:"first,omitempty"`
}

// storedComing is a coming as JSON.
type storedComing struct {
	Storage string    `json:"storage"`
	Path    string    `json:"path"`
	Size    int64     `json:"size"`
	At      time.Time `json:"at"`
}

// Stored returns what ReadDigest reads, as JSON. It has at most 20 names of files.
func (d *Digest) Stored() []byte {
	s := storedDigest{Now: d.now, Until: d.until, Coming: d.Coming()}
	for _, c := range d.first {
		s.First = append(s.First, storedComing{c.storage, c.path, c.size, c.at})
	}
	text, _ := json.Marshal(s) // it has nothing that cannot be written
	return text
}

// ReadDigest returns the Digest that Stored has stored, which was made by p.
func ReadDigest(text []byte, p *policy.Policy) (*Digest, error) {
	var s storedDigest
	if err := json.Unmarshal(text, &s); err != nil {
		return nil, fmt.Errorf("a stored digest: %w", err)
	}
	d := NewDigest(s.Now, s.Until, p)
	for _, c := range s.Coming {
		d.tally(group{c.Rule, c.Storage}, c.Files, c.Bytes, c.First)
	}
	for _, c := range s.First {
		d.name(coming{c.Storage, c.Path, c.Size, c.At})
	}
	return d, nil
}

// Add adds one file: for ScanOptions.Each.
func (d *Digest) Add(f sweeper.Found) {
	at := d.policy.Goes(f.Decision, d.now)
	if at.IsZero() || at.After(d.until) {
		return
	}
	d.tally(group{f.Decision.Rule, f.Storage}, 1, f.Entry.Size, at)
	d.name(coming{f.Storage, f.Entry.Path, f.Entry.Size, at})
}

// tally adds files to those of a group, the first of which goes at that time.
func (d *Digest) tally(key group, files, bytes int64, first time.Time) {
	c := d.in[key]
	if c == nil {
		c = &Coming{Rule: key.rule, Storage: key.storage, First: first}
		d.in[key] = c
	}
	c.Files += files
	c.Bytes += bytes
	if first.Before(c.First) {
		c.First = first
	}
}

// name keeps the file if it is one of the first to go.
func (d *Digest) name(c coming) {
	before := func(a, b coming) int {
		return cmp.Or(a.at.Compare(b.at), strings.Compare(a.storage, b.storage), strings.Compare(a.path, b.path))
	}
	i, _ := slices.BinarySearchFunc(d.first, c, before)
	d.first = slices.Insert(d.first, i, c)
	d.first = d.first[:min(len(d.first), maxFiles)]
}

// Coming returns the counts by rule and storage, the first to go first.
func (d *Digest) Coming() []Coming {
	var all []Coming
	for _, c := range d.in {
		all = append(all, *c)
	}
	slices.SortFunc(all, func(a, b Coming) int {
		return cmp.Or(a.First.Compare(b.First), strings.Compare(a.Rule, b.Rule), strings.Compare(a.Storage, b.Storage))
	})
	return all
}

// total returns the number of files that go, their size, and the number of their storages.
func (d *Digest) total() (files, bytes int64, storages int) {
	in := map[string]bool{}
	for c := range maps.Values(d.in) {
		files, bytes = files+c.Files, bytes+c.Bytes
		in[c.Storage] = true
	}
	return files, bytes, max(len(in), d.accounts)
}

// Subject returns the digest in one line without names.
func (d *Digest) Subject(p language.Printer) string {
	n, bytes, _ := d.total()
	files, size, until := language.Count(n, "file"), language.Size(bytes), day(d.until)
	switch {
	case n == 0:
		return p.Sprintf("sweepd: nothing will be deleted until %s", until)
	case d.reports():
		return p.Sprintf("sweepd: nothing is deleted; mode: enforce would delete %s (%s) until %s", files, size, until)
	}
	return p.Sprintf("sweepd: %s (%s) will be deleted until %s", files, size, until)
}

// Text returns the digest as text. With names it lists the first files to go; without it names no path and no file.
func (d *Digest) Text(p language.Printer, names bool) string {
	files, _, _ := d.total()
	if files == 0 {
		return p.Sprintf("Until %s nothing will be deleted.\n", day(d.until))
	}
	text := d.opening(p)
	for _, c := range d.Coming() {
		text += p.Sprintf("- from %s by %s: %s (%s), %s\n", Plain(c.Storage), ruleName(c.Rule),
			language.Count(c.Files, "file"), language.Size(c.Bytes), d.when(c.First))
	}
	if names {
		text += d.listed(p, files)
	}
	return text + p.Sprintf("\nTo keep a file: sweepd keep FILE. To stop all deletion: sweepd pause\n")
}

// opening returns the totals of a digest that is not empty.
func (d *Digest) opening(p language.Printer) string {
	n, bytes, in := d.total()
	files, storages := language.Count(n, "file"), language.Count(int64(in), "storage")
	if d.reports() {
		return p.Sprintf("Nothing is deleted, because the policy says mode: report. With mode: enforce, until %s "+
			"%s (%s) would be moved to the trash of %s:\n\n", day(d.until), files, language.Size(bytes), storages)
	}
	return p.Sprintf("Until %s, if nothing changes, %s (%s) will be moved to the trash of %s:\n\n", day(d.until), files,
		language.Size(bytes), storages)
}

// reports reports whether the service only looks: then no grace begins either.
func (d *Digest) reports() bool { return d.policy.Mode != policy.Enforce }

func (d *Digest) when(at time.Time) language.Message {
	if !at.After(d.now) {
		return language.Messagef("the first with the next sweep")
	}
	return language.Messagef("the first on %s at the earliest", day(at))
}

// listed returns the list of the first files to go.
func (d *Digest) listed(p language.Printer, files int64) string {
	text := p.Sprintf("\nFirst files:\n")
	for _, c := range d.first {
		text += fmt.Sprintf("- %s (%s), %s\n", place(c.storage, c.path), language.Size(c.size).In(p), day(c.at))
	}
	if more := files - int64(len(d.first)); more > 0 {
		text += "- " + p.Sprintf("and %d more\n", more)
	}
	return text
}

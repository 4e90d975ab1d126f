package review

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"html/template"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/internal/report"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/sweeper"
)

// filter chooses pictures of the list, and their order. The zero value takes all, those that are due next first. Every
// page of the list carries it in its address, so that a link, the way back and a reload show the same.
type filter struct {
	show       string // an action of the policy
	storage    string
	folder     string // of folderID
	confidence fingerprint.Confidence
	rule       string // a name; noRule: none
	reason     string // a policy.ReasonCode
	days       int    // at least so many since it was modified
	text       string // in the path, in any case of letters
	sort       string
}

// noRule is the value of the filter for files that no rule matches: no rule can have an empty name, and "" is no
// filter.
const noRule = "-"

// sorts are the orders, the first of which is the usual one.
func sorts() []string { return []string{"due", "newest", "oldest", "largest", "folder", "confidence"} }

// folderID returns a name for a folder in an address: its path is bytes that need not be text.
func folderID(storage, dir string) string {
	sum := sha256.Sum256([]byte(storage + "\x00" + dir))
	return hex.EncodeToString(sum[:6])
}

// parseFilter reads a filter from the query of an address. It ignores what has no meaning: an old address shows more,
// not an error. The result can be put into an address again; unknown parameters are dropped.
func parseFilter(q url.Values) filter {
	f := filter{
		show: q.Get("show"), storage: q.Get("storage"), folder: q.Get("folder"), rule: q.Get("rule"),
		reason: q.Get("reason"), text: strings.TrimSpace(q.Get("q")), sort: q.Get("sort"),
	}
	_ = f.confidence.UnmarshalText([]byte(q.Get("confidence"))) // else it stays None
	f.days, _ = strconv.Atoi(q.Get("days"))
	f.days = max(f.days, 0)
	if !slices.Contains(sorts(), f.sort) {
		f.sort = sorts()[0]
	}
	return f
}

// query returns the filter as the query of an address.
func (f filter) query() url.Values {
	q := url.Values{}
	set := func(key, value string) {
		if value != "" {
			q.Set(key, value)
		}
	}
	set("show", f.show)
	set("storage", f.storage)
	set("folder", f.folder)
	set("rule", f.rule)
	set("reason", f.reason)
	set("q", f.text)
	if f.confidence != fingerprint.None {
		set("confidence", f.confidence.String())
	}
	if f.days > 0 {
		set("days", strconv.Itoa(f.days))
	}
	if f.sort != sorts()[0] {
		set("sort", f.sort)
	}
	return q
}

// encoded returns the query in its form in an address.
func (f filter) encoded() template.URL { return template.URL(f.query().Encode()) }

// some reports whether the filter leaves anything out.
func (f filter) some() bool {
	f.sort = sorts()[0]
	return len(f.query()) > 0
}

// takes reports whether one of the places meets all conditions.
func (f filter) takes(p *picture, now time.Time) bool {
	return slices.ContainsFunc(p.places, func(at sweeper.Found) bool { return f.takesPlace(p, at, now) })
}

// takesPlace reports whether one place meets all conditions. show is about the picture as a whole, all others about the
// place.
func (f filter) takesPlace(p *picture, at sweeper.Found, now time.Time) bool {
	d, e := at.Decision, at.Entry
	return (f.show == "" || string(p.state()) == f.show) &&
		(f.storage == "" || at.Storage == f.storage) &&
		(f.folder == "" || folderID(at.Storage, path.Dir(e.Path)) == f.folder) &&
		at.Verdict.Confidence >= f.confidence &&
		(f.rule == "" || d.Rule == f.rule || f.rule == noRule && d.Rule == "") &&
		(f.reason == "" || string(d.ReasonCode) == f.reason) &&
		(f.days == 0 || !e.Modified.IsZero() && now.Sub(e.Modified) >= time.Duration(f.days)*24*time.Hour) &&
		(f.text == "" || strings.Contains(strings.ToLower(e.Path), strings.ToLower(f.text)))
}

// of returns the pictures of the list that the filter takes, in its order.
func (f filter) of(l *listing, now time.Time) []*picture {
	var all []*picture
	for _, p := range l.pictures {
		if f.takes(p, now) {
			all = append(all, p)
		}
	}
	slices.SortFunc(all, f.compare)
	return all
}

// compare orders two pictures by their first places. Paths and storages decide between equal ones, so that the order is
// total and the pages of a list fit together.
func (f filter) compare(x, y *picture) int {
	a, b := x.places[0], y.places[0]
	first := 0
	switch f.sort {
	case "newest":
		first = b.Entry.Modified.Compare(a.Entry.Modified)
	case "oldest":
		first = report.Sooner(a.Entry.Modified, b.Entry.Modified)
	case "largest":
		first = cmp.Compare(b.Entry.Size, a.Entry.Size)
	case "folder":
		first = cmp.Or(strings.Compare(a.Storage, b.Storage),
			strings.Compare(path.Dir(a.Entry.Path), path.Dir(b.Entry.Path)))
	case "confidence":
		first = cmp.Compare(b.Verdict.Confidence, a.Verdict.Confidence)
	default:
		first = cmp.Or(cmp.Compare(report.Rank(x.state()), report.Rank(y.state())),
			report.Sooner(a.Decision.NotBefore, b.Decision.NotBefore))
	}
	return cmp.Or(first, strings.Compare(a.Entry.Path, b.Entry.Path), strings.Compare(a.Storage, b.Storage))
}

// states are the values of the filter show, in the order of the page.
func states() []policy.Action {
	return []policy.Action{policy.Trash, policy.Hold, policy.Review, policy.Keep}
}

package export

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
)

// numbered matches the names of zips and folders of the privacy portal that are one of several.
var numbered = regexp.MustCompile(`(?:^|/)([^/]+-part-)(\d{1,9})(?:\.zip)?(?:/|$)`)

// numbering checks that there are conversations, and that no number is absent: of conversations-NNN.json, which begin
// at 0, and of the parts of the privacy portal, which begin at 1.
func (x *reader) numbering(members []member, listed map[string]string) {
	all := series{}
	for _, m := range members {
		if found := numbered.FindStringSubmatch(m.path); found != nil {
			all.add(found[1], found[2], 1)
		}
		if m.personal() {
			continue
		}
		if found := shard.FindStringSubmatch(path.Base(m.path)); found != nil && found[2] != "" {
			all.add(found[1]+"-", found[2], 0)
		}
	}
	for _, name := range sorted(all) {
		if gap := all[name].gap(); gap != "" {
			x.problem("", fmt.Errorf("%w: %s%s", ErrMissing, name, gap))
		}
	}
	is := func(m member) bool { return m.logical(listed) == conversationsFile }
	if x.report.Complete() && !slices.ContainsFunc(members, is) {
		x.problem("", ErrNoConversations)
	}
}

// series are the numbers of files by what precedes them in their names.
type series map[string]*numbers

// numbers are the numbers of the files of one series.
type numbers struct {
	first, last, digits int
	seen                map[int]bool
}

// add adds a number to the series of that name, which begins at first.
func (s series) add(name, digits string, first int) {
	n, err := strconv.Atoi(digits)
	if err != nil {
		return // the patterns match only digits, at most nine
	}
	if s[name] == nil {
		s[name] = &numbers{first: first, last: first, digits: len(digits), seen: map[int]bool{}}
	}
	s[name].seen[n] = true
	s[name].last = max(s[name].last, n)
}

// gap returns the first number that is absent, or "".
func (n *numbers) gap() string {
	for i := n.first; i < n.last; i++ {
		if !n.seen[i] {
			return fmt.Sprintf("%0*d", n.digits, i)
		}
	}
	return ""
}

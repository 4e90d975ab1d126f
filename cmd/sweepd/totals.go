package main

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/sweeper"
)

// jsonTotal is the sum of the listed files in one folder or of one rule. Exactly one of Folder and Rule is set. Due and
// Held count files among Files.
type jsonTotal struct {
	Storage  string  `json:"storage,omitempty"` // of a folder
	Folder   *string `json:"folder,omitempty"`
	Rule     *string `json:"rule,omitempty"` // "": no rule decided
	Files    int64   `json:"files"`
	Bytes    int64   `json:"bytes"`
	Due      int64   `json:"due"`
	DueBytes int64   `json:"due_bytes"`
	Held     int64   `json:"held"`
}

// totalsBy returns the totals of the files by "folder" or by "rule", the most bytes first; nil by "". A folder has the
// files that are directly in it, and is distinguished by its storage. Without a file the result is empty and not nil,
// so that JSON has a list.
func totalsBy(key string, found []sweeper.Found) []jsonTotal {
	if key == "" {
		return nil
	}
	all, at := []jsonTotal{}, map[[2]string]int{}
	for _, f := range found {
		name := [2]string{"", f.Decision.Rule}
		if key == "folder" {
			name = [2]string{f.Storage, path.Dir(f.Entry.Path)}
		}
		i, known := at[name]
		if !known {
			i, at[name] = len(all), len(all)
			all = append(all, jsonTotal{Storage: name[0], Rule: &name[1]})
			if key == "folder" {
				all[i].Folder, all[i].Rule = &name[1], nil
			}
		}
		all[i].add(f)
	}
	slices.SortStableFunc(all, func(x, y jsonTotal) int {
		return cmp.Or(cmp.Compare(y.Bytes, x.Bytes), strings.Compare(x.Storage, y.Storage),
			strings.Compare(x.name(), y.name()))
	})
	return all
}

// add counts one file.
func (t *jsonTotal) add(f sweeper.Found) {
	t.Files++
	t.Bytes += f.Entry.Size
	switch f.Decision.Action {
	case policy.Trash:
		t.Due++
		t.DueBytes += f.Entry.Size
	case policy.Hold:
		t.Held++
	}
}

// name returns the folder or the rule.
func (t jsonTotal) name() string {
	if t.Folder != nil {
		return *t.Folder
	}
	return *t.Rule
}

// printTotals prints a line for each total. The columns end at 36, where the name begins after two spaces.
func (p *program) printTotals(key string, all []jsonTotal) {
	if len(all) == 0 {
		return
	}
	heading := p.term.in.Sprintf("folder")
	if key == "rule" {
		heading = p.term.in.Sprintf("rule")
	}
	p.term.printf("\n%s\n", p.term.dim(strings.Join([]string{
		p.term.right(language.Messagef("files"), 7), p.term.right(language.Messagef("size"), 8),
		p.term.right(language.Messagef("due"), 7), p.term.right(language.Messagef("size"), 8), heading,
	}, "  ")))
	for _, t := range all {
		name := p.term.in.Sprintf("(no rule)")
		switch {
		case t.Folder != nil:
			name = p.listed(t.Storage, *t.Folder, 38)
		case *t.Rule != "":
			name = p.term.fit(safe(*t.Rule), 38)
		}
		p.term.printf("%7d  %s  %7d  %s  %s\n", t.Files, p.term.right(size(t.Bytes), 8), t.Due,
			p.term.right(size(t.DueBytes), 8), name)
	}
}

// printListed prints the number of files that a selection listed.
func (p *program) printListed(found []sweeper.Found) {
	var n journal.Amount
	for _, f := range found {
		n.Files, n.Bytes = n.Files+1, n.Bytes+f.Entry.Size
	}
	p.term.printf("listed: %s (%s)\n", count(int64(n.Files), "file"), size(n.Bytes))
}

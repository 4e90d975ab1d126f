package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/report"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/sweeper"
)

// show scans and prints the files that are selected: in JSON as they are found if no order is asked for, else sorted.
// It returns them, unless they were printed as they were found. Files for a page are not printed. scan is the function
// that scans, such as Sweeper.Scan; the summary is returned with an error too, if there is one. JSON is printed at once
// so that a pipe can work on a large scan while it goes on.
func (p *program) show(
	l listing, s selection, scan func(sweeper.ScanOptions) (*sweeper.Summary, error),
) (listed []sweeper.Found, sum *sweeper.Summary, err error) {
	each := func(f sweeper.Found) { listed = append(listed, f) }
	if l.json && s.order.word == "" && s.totals.word == "" {
		each = func(f sweeper.Found) { p.json(fileLine(f)) }
	}
	sum, err = scan(p.looking(l, s.only(each)))
	p.term.settle()
	if err != nil {
		return nil, sum, err
	}
	slices.SortFunc(listed, s.compare)
	if !l.json {
		if l.page.named == "" {
			p.list(listed)
		}
		return listed, sum, nil
	}
	for _, f := range listed {
		p.json(fileLine(f))
	}
	return listed, sum, nil
}

// list prints the files with their reasons.
func (p *program) list(found []sweeper.Found) {
	if len(found) > 0 {
		p.heading("file and reason")
	}
	for _, f := range found {
		p.file(f)
		p.why(f)
	}
}

// looking returns the options of a scan that passes each file to each, and shows its progress to the user. Each and
// Progress are called by the goroutine of the scan, one at a time.
func (p *program) looking(l listing, each func(sweeper.Found)) sweeper.ScanOptions {
	return sweeper.ScanOptions{
		All:      l.all,
		Known:    l.json,
		Each:     each,
		Progress: func(seen, matched int64) { p.term.progress("looking: %s, %d found", count(seen, "file"), matched) },
	}
}

// heading prints the names of the columns of a list. The widths are those of the method file: 8 for the confidence, 8
// for the size, 6 for the age and 6 for the action, with two spaces between, so that the last column begins at column
// 36.
func (p *program) heading(last string) {
	p.term.printf("%s\n", p.term.dim(strings.Join([]string{
		p.term.left("sure", 8), p.term.right(language.Messagef("size"), 8), p.term.right(language.Messagef("age"), 6),
		p.term.left("policy", 6), p.term.in.Text(last),
	}, "  ")))
}

// file prints a line about the file.
func (p *program) file(f sweeper.Found) {
	p.term.printf("%s  %s  %s  %s  %s\n", p.term.level(f.Verdict.Confidence), p.term.right(size(f.Entry.Size), 8),
		p.term.right(age(f.Entry.Modified, p.now()), 6),
		p.action(f.Decision.Action), p.listed(f.Storage, f.Entry.Path, 36))
}

// why prints the reasons for the decision and the verdict.
func (p *program) why(f sweeper.Found) {
	p.term.note(safe(tildes(report.Why(f).In(p.term.in), p.home())), 36)
}

// action returns an action in its colour, padded to the longest one. The names are those of the policy file and are not
// translated.
func (p *program) action(a policy.Action) string {
	code := map[policy.Action]string{policy.Trash: "31", policy.Hold: "35", policy.Review: "33"}[a]
	return p.term.paint(code, fmt.Sprintf("%-6s", a))
}

// ending is the part of the end of a scan that flags ask for.
type ending struct {
	selection selection
	listed    []sweeper.Found // nil if only the selection is printed
	byImage   *jsonByImage    // nil if the files were not grouped by image
	documents *app.Documents  // nil if documents were not looked into
	refusal   error           // why apply would refuse the plan
}

// conclude prints the problems and the totals. It does not print whether anything was changed; the caller, which knows
// the verb, does.
func (p *program) conclude(asJSON bool, a *app.App, sum *sweeper.Summary, end ending) {
	totals := totalsBy(end.selection.totals.word, end.listed)
	if asJSON {
		p.json(problemLines(sum)...)
		line := scanLine(sum)
		line.ByImage, line.Totals, line.InDocuments = end.byImage, totals, documentsLine(end.documents)
		if end.refusal != nil {
			line.Refusal = end.refusal.Error()
		}
		p.json(line)
		return
	}
	p.problems(sum)
	p.stopped(sum)
	p.printTotals(end.selection.totals.word, totals)
	if sum.Matched > 0 {
		p.term.printf("\n")
	}
	p.term.printf("%s, %s, %s (read %s in %s s)\n", count(sum.Seen, "file"), count(sum.Images, "image"),
		report.Matched(sum), size(sum.BytesRead), language.Decimal(sum.Duration.Seconds()))
	if end.documents != nil {
		p.documentTotals(end.documents)
	}
	if asked := report.Asked(sum); asked != nil {
		p.term.printf("%s\n", asked)
	}
	if end.selection.filters() {
		p.printListed(end.listed)
	}
	p.would(a, sum)
	if by := end.byImage; by != nil && by.Images > 0 {
		p.term.printf("by their bytes they are %s in %s\n", count(int64(by.Images), "image"),
			count(int64(by.Places), "place"))
	}
}

// would prints the policy's decisions by action. Actions without a file are left out.
func (p *program) would(a *app.App, sum *sweeper.Summary) {
	var would []string
	for _, act := range []policy.Action{policy.Trash, policy.Hold, policy.Review, policy.Keep} {
		if n := sum.ByAction[string(act)]; n > 0 {
			would = append(would, fmt.Sprintf("%s %d", act, n))
		}
	}
	if sum.Matched > 0 {
		p.term.printf("%s would %s\n", p.policyName(a), strings.Join(would, ", "))
	}
}

package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"sweepd/internal/app"
	"sweepd/internal/report"
	"sweepd/policy"
	"sweepd/sweeper"
)

// show scans and prints the files: as they are found in JSON, sorted in text.
func (p *program) show(
	l listing, scan func(sweeper.ScanOptions) (*sweeper.Summary, error),
) (*sweeper.Summary, error) {
	var found []sweeper.Found
	o := p.looking(l, func(f sweeper.Found) { found = append(found, f) })
	if l.json {
		o.Each = func(f sweeper.Found) { p.json(fileLine(f)) }
	}
	sum, err := scan(o)
	p.term.settle()
	if err != nil {
		return sum, err
	}
	slices.SortFunc(found, func(x, y sweeper.Found) int {
		return cmp.Or(cmp.Compare(y.Verdict.Confidence, x.Verdict.Confidence),
			strings.Compare(x.Entry.Path, y.Entry.Path))
	})
	if len(found) > 0 {
		p.heading("file and reason")
	}
	for _, f := range found {
		p.file(f)
		p.why(f)
	}
	return sum, nil
}

// looking returns the options of a scan that passes each file to each, and shows its progress to the user.
func (p *program) looking(l listing, each func(sweeper.Found)) sweeper.ScanOptions {
	return sweeper.ScanOptions{
		All:      l.all,
		Each:     each,
		Progress: func(seen, matched int64) { p.term.progress("looking: %s, %d found", count(seen, "file"), matched) },
	}
}

func (p *program) heading(last string) {
	p.term.printf("%s\n", p.term.dim(fmt.Sprintf("%-8s  %8s  %6s  %-6s  %s", "sure", "size", "age", "policy", last)))
}

// file prints a line about the file.
func (p *program) file(f sweeper.Found) {
	p.term.printf("%s  %8s  %6s  %s  %s\n", p.term.level(f.Verdict.Confidence), size(f.Entry.Size),
		age(f.Entry.Modified, p.now()),
		p.action(f.Decision.Action), p.term.fit(p.place(f.Storage, f.Entry.Path), 36))
}

// why prints the reasons for the decision and the verdict.
func (p *program) why(f sweeper.Found) { p.term.note(safe(tildes(report.Why(f), p.home())), 36) }

func (p *program) action(a policy.Action) string {
	code := map[policy.Action]string{policy.Trash: "31", policy.Hold: "35", policy.Review: "33"}[a]
	return p.term.paint(code, fmt.Sprintf("%-6s", a))
}

// conclude prints the problems and the totals. grouped is nil if the files were not grouped by image.
func (p *program) conclude(asJSON bool, a *app.App, sum *sweeper.Summary, grouped *jsonByImage) {
	if asJSON {
		p.json(problemLines(sum)...)
		line := scanLine(sum)
		line.ByImage = grouped
		p.json(line)
		return
	}
	p.problems(sum)
	p.stopped(sum)
	if sum.Matched > 0 {
		p.term.printf("\n")
	}
	p.term.printf("%s, %s, %s (read %s in %.1f s)\n", count(sum.Seen, "file"), count(sum.Images, "image"),
		report.Matched(sum), size(sum.BytesRead), sum.Duration.Seconds())
	if sum.Matched > 0 {
		var would []string
		for _, act := range []policy.Action{policy.Trash, policy.Hold, policy.Review, policy.Keep} {
			if n := sum.ByAction[string(act)]; n > 0 {
				would = append(would, fmt.Sprintf("%s %d", act, n))
			}
		}
		p.term.printf("%s would %s\n", p.policyName(a), strings.Join(would, ", "))
	}
	if grouped != nil && grouped.Images > 0 {
		p.term.printf("by their bytes they are %s in %s\n", count(int64(grouped.Images), "image"),
			count(int64(grouped.Places), "place"))
	}
}

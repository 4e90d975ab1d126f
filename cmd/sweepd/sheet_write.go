package main

import (
	"context"
	"io"
	"path/filepath"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/sweeper"
)

// scanSheet writes the contact sheet of a scan. It has the listed files, with their fates by a plan of those that are
// due. A policy that keeps last copies gets a note, since only a plan decides which copy is the last.
func (p *program) scanSheet(
	ctx context.Context, a *app.App, o scanOptions, due []sweeper.Found, sum *sweeper.Summary, end ending,
	stdout io.Writer,
) error {
	s := p.newSheet(a, sum)
	if end.refusal != nil {
		s.caution("apply would refuse this: %s", language.Explanation(end.refusal))
	}
	if a.Policy.LastCopy {
		s.caution("the policy keeps the last copy of a picture; to see which files stay: sweepd plan --html FILE")
	}
	if o.filters() {
		s.lead("by the options of the scan, %s of these are on this page", count(int64(len(end.listed)), "file"))
	}
	// Files that a plan would leave where they are, such as those under a root that was not listed whole, are shown as
	// held.
	a.Sweeper.PlanFound(due, sum).Hold(end.listed)
	s.add(ctx, end.listed, o.selection)
	s.addTotals(o.totals.word, totalsBy(o.totals.word, end.listed))
	if end.documents != nil {
		s.page.Documents = p.listedDocuments(end.documents.Found, whyMember)
	}
	return s.write(ctx, o.page, stdout)
}

// planSheet writes the contact sheet of a plan. It has all files of the scan and the entries of the trash that the plan
// deletes, and the command that applies the plan if that was saved.
func (p *program) planSheet(
	ctx context.Context, a *app.App, o planOptions, found []sweeper.Found, due *sweeper.Plan, sum *sweeper.Summary,
	stdout io.Writer,
) error {
	s := p.newSheet(a, sum)
	s.lead("the plan: %s", due)
	if err := p.refuses(ctx, a, due); err != nil {
		s.caution("apply would refuse this plan: %s", language.Explanation(err))
	}
	due.Hold(found)
	s.addPurge(ctx, due.Purge)
	s.add(ctx, found, selection{})
	if o.out.named != "" && !o.out.stdout() {
		s.page.Command = "sweepd apply" + s.policyFlag() + " " + quoted(anywhere(o.out.named))
	}
	return s.write(ctx, o.page, stdout)
}

// anywhere returns the path of a file for a shell in any folder.
func anywhere(file string) string {
	if abs, err := filepath.Abs(file); err == nil {
		return abs
	}
	return file
}

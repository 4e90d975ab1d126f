package main

import (
	"slices"
	"strings"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/report"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/sweeper"
)

// problems prints the problems of a run, and each hint once. A problem of many files with one cause, such as a folder
// that cannot be written, is one line. The summary keeps the first hundred; the number of the others is printed.
func (p *program) problems(sum *sweeper.Summary) {
	var hints []string
	for _, pr := range sum.Problems {
		hint := strings.ReplaceAll(app.Hint(pr.Err), "STORAGE", pr.Storage)
		if pr.Files > 0 {
			hint = "check that you can write there; to test it: sweepd doctor"
		}
		p.warn("%s", report.Cannot(pr, p.place))
		if hint != "" && !slices.Contains(hints, hint) {
			hints = append(hints, hint)
		}
	}
	for _, hint := range hints {
		p.hint(safe(hint))
	}
	if more := sum.Errors - int64(len(sum.Problems)); more > 0 {
		p.warn("and %s more", count(more, "problem"))
	}
}

// barred prints the folders from which files that are due cannot go to the trash. It prints nothing if no file is due
// or held, so that a scan of a read-only disk without such files has no warning.
func (p *program) barred(a *app.App, sum *sweeper.Summary) {
	if sum.ByAction[string(policy.Trash)]+sum.ByAction[string(policy.Hold)] == 0 {
		return
	}
	for _, x := range a.Barred() {
		p.warn("cannot move files from %s to the trash: %s", p.place(x.Storage, x.Root), safe(x.Err.Error()))
		p.hint(safe(x.Hint.String()))
	}
}

// stopped prints the roots from which nothing is deleted. These are roots that could not be listed as a whole: a file
// that seems gone may only be out of sight, and the last copy of a picture cannot be distinguished from others.
func (p *program) stopped(sum *sweeper.Summary) {
	folders := 0
	for _, x := range sum.Stopped {
		if _, account := p.accounts().Storage(x.Storage); !account {
			folders++
		}
		p.warn("%s", report.Incomplete(p.place(x.Storage, x.Root)))
	}
	if folders > 0 {
		p.hint("mount the disk or make it readable; or skip the folder with exclude: in the policy " +
			"or a file named .nosweep")
	}
}

// trouble returns the error with which a run with problems ends; they are printed already.
func trouble(sum *sweeper.Summary) error {
	if sum.Trouble() {
		return errTrouble
	}
	return nil
}

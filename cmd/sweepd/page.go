package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"time"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/report"
	"github.com/sweepd/sweepd/journal"
)

// ids returns the numbers of the run in args, or of the runs that the flags select.
func (o historyOptions) ids(ctx context.Context, j *journal.Journal, now time.Time) (ids []int64, err error) {
	if len(o.args) > 0 {
		id, err := runNumber(o.args[0])
		return []int64{id}, err
	}
	runs, err := o.runs(ctx, j, now)
	for _, r := range runs {
		ids = append(ids, r.ID)
	}
	return ids, err
}

// page writes the runs as a page. The policy is only read for the texts of its rules; the page is written without those
// if it cannot be read.
func (p *program) page(ctx context.Context, j *journal.Journal, o historyOptions) error {
	if err := o.page.check(); err != nil {
		return err
	}
	ids, err := o.ids(ctx, j, p.now())
	if err != nil {
		return err
	}
	page := report.Page{Made: p.now(), Language: p.term.in}
	rules := app.Policy(p.options())
	for _, id := range ids {
		r, err := report.ReadWhole(ctx, j, id, rules)
		if errors.Is(err, fs.ErrNotExist) {
			return noRun(id)
		}
		if err != nil {
			return err
		}
		page.Runs = append(page.Runs, r)
	}
	if page.Pictures, err = p.pictures(ctx, j, ids); err != nil {
		return err
	}
	var docs *app.Documents
	var trouble error
	if o.documents {
		if docs, trouble = p.pageDocuments(ctx, j, &page); docs == nil {
			return trouble
		}
	}
	if err := o.page.write(p.term.out, page.Write); err != nil || o.page.stdout() {
		return cmp.Or(err, trouble)
	}
	p.term.printf("%s in %s\n", count(int64(len(ids)), "run"), safe(o.page.named))
	if docs != nil {
		p.documentTotals(docs)
	}
	return trouble
}

// pictures returns thumbnails of the files that the runs moved to the trash of this machine and that are still there,
// by the keys of the operations. Pictures that cannot be shown are left out. Files in the trash of an account are not
// fetched for it. If the storages cannot be opened, the page has no thumbnails, which is a warning.
func (p *program) pictures(
	ctx context.Context, j *journal.Journal, runs []int64,
) (map[string]report.Thumbnail, error) {
	ops, err := shown(ctx, j, runs)
	if err != nil || len(ops) == 0 {
		return nil, err
	}
	o := p.options()
	o.Scopes = app.ScopesOf(ops)
	a, err := app.Open(ctx, o)
	if err != nil {
		p.warn("the page has no thumbnails: %s", safe(err.Error()))
		return nil, nil
	}
	defer a.Close()
	thumbs, files := make([]report.Thumbnail, len(ops)), make([]pictured, len(ops))
	for i, op := range ops {
		files[i] = trashedPicture(ctx, a, op, &thumbs[i])
	}
	err = p.thumbnails(ctx, files)
	all := map[string]report.Thumbnail{}
	for i, op := range ops {
		all[op.Key] = thumbs[i]
	}
	return all, err
}

// shown returns the operations whose files the page shows: those in the trash of this machine.
func shown(ctx context.Context, j *journal.Journal, runs []int64) (ops []journal.Operation, err error) {
	for _, run := range runs {
		for op, err := range j.Operations(ctx, journal.Filter{Run: run, InTrash: true}) {
			if err != nil {
				return ops, err
			}
			if refOf(op.Op.Entry) == "" {
				ops = append(ops, op)
			}
		}
	}
	return ops, nil
}

// runNumber returns the number of a run. It returns a *app.UsageError if arg is not a number.
func runNumber(arg string) (int64, error) {
	run, err := strconv.ParseInt(arg, 10, 64)
	if err != nil {
		return 0, &app.UsageError{
			Err:  fmt.Errorf("%q is not a run number", arg),
			Hint: "list runs with: sweepd history",
		}
	}
	return run, nil
}

// noRun returns the *app.UsageError for a number that no run has.
func noRun(run int64) error {
	return &app.UsageError{Err: fmt.Errorf("run %d does not exist", run), Hint: "list runs with: sweepd history"}
}

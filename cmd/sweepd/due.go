package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/sweeper"
)

// showDue scans, prints the files of the plan of what is due, and returns it. In JSON, and with --all, it prints every
// file that was found. Otherwise it prints those that the plan moves or marks, and the entries of the trash that it
// deletes, each with its reason. The plan is nil with an error.
func (p *program) showDue(ctx context.Context, l listing, a *app.App) (*sweeper.Plan, *sweeper.Summary, error) {
	if l.json || l.all {
		_, due, sum, err := p.showPlan(ctx, l, a)
		return due, sum, err
	}
	var found []sweeper.Found
	due, sum, err := a.Plan(ctx, p.looking(l, func(f sweeper.Found) {
		if f.Decision.Action == policy.Trash || f.Decision.Grace {
			found = append(found, f)
		}
	}))
	p.term.settle()
	if err != nil {
		return nil, sum, err
	}
	p.list(planned(due, found))
	if len(due.Purge) > 0 && len(due.Trash)+len(due.Mark) == 0 {
		p.heading("file and reason")
	}
	for _, it := range due.Purge {
		p.purged(it)
	}
	return due, sum, nil
}

// fileOf names a file. A ref is unique in its storage only, so both are needed as a key.
type fileOf struct {
	storage string
	ref     providers.Ref
}

// planned returns the files that the plan trashes, or whose grace it starts, in the order of a list. A file that is due
// by its rule can be left out of the plan, as the last copy of a picture.
func planned(due *sweeper.Plan, found []sweeper.Found) []sweeper.Found {
	in := map[fileOf]bool{}
	for _, it := range slices.Concat(due.Trash, due.Mark) {
		in[fileOf{it.Storage, it.Entry.Ref}] = true
	}
	found = slices.DeleteFunc(found, func(f sweeper.Found) bool { return !in[fileOf{f.Storage, f.Entry.Ref}] })
	slices.SortFunc(found, new(selection).compare)
	return found
}

// purged prints a line about an entry of the trash that the plan deletes, and why.
func (p *program) purged(it sweeper.Item) {
	p.term.printf("%-8s  %s  %s  %s  %s\n", "", p.term.right(size(it.Entry.Size), 8),
		p.term.right(age(it.Entry.Modified, p.now()), 6),
		p.term.paint("31", fmt.Sprintf("%-6s", "purge")), p.term.fit(p.place(it.Storage, it.Entry.Path), 36))
	p.term.note(safe(tildes(it.Decision.Reasons[0].In(p.term.in), p.home())), 36)
}

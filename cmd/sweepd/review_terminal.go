package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/report"
	"github.com/sweepd/sweepd/internal/thumbnail"
	"github.com/sweepd/sweepd/internal/tui"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/sweeper"
)

// runReviewTerminal scans, and shows what was found, and what is in the trash, as a list on the terminal. It needs a
// controlling terminal, not one as its input: the list reads its keys from /dev/tty.
func runReviewTerminal(ctx context.Context, p *program, where []string) error {
	if !p.controlled {
		return &app.UsageError{
			Err: errors.New("review --terminal needs a terminal"), Hint: "for a list without one: sweepd scan",
		}
	}
	o := p.options()
	o.Only, o.WholeHome = where, true
	a, err := p.openApp(ctx, o)
	if err != nil {
		return err
	}
	defer a.Close()
	r, sum, err := p.newTerminalReview(ctx, a)
	if err != nil {
		return err
	}
	p.problems(sum)
	p.stopped(sum)
	if len(r.items) == 0 {
		p.term.printf("nothing was found, and nothing is in the trash\n")
		return trouble(sum)
	}
	screen, err := tui.Open(p.getenv, p.term.out.colour)
	if err != nil {
		return fmt.Errorf("open the terminal: %w", err)
	}
	err = screen.Run(ctx, tui.List{Columns: r.columns(), Rows: r.rows(), Language: p.term.in}, r)
	screen.Close()
	if err == nil {
		err = trouble(sum)
	}
	return err
}

// terminalReview is the source of the list. It implements tui.Source. Decide is called by one goroutine at a time, but
// Picture and Evidence by others beside it, so items has a lock. A file is looked at again in its storage before a
// decision on it.
type terminalReview struct {
	p     *program
	a     *app.App
	maker *thumbnail.Maker

	mu    sync.Mutex // over items
	items []reviewItem
}

// reviewItem is one picture of the list: one that a scan has found, with all its places, or one in the trash.
type reviewItem struct {
	places []sweeper.Found
	binned *journal.Operation // nil: it is not in the trash
	gone   string             // what became of it; "": it is where it was seen
}

// newTerminalReview scans, and reads what is in the trash. Found pictures come first, those that go next at the top,
// each with its places in the same order; entries of the trash follow, newest first. Files that the plan leaves where
// they are, such as a last copy, are shown as held.
func (p *program) newTerminalReview(
	ctx context.Context, a *app.App,
) (r *terminalReview, sum *sweeper.Summary, err error) {
	r = &terminalReview{p: p, a: a, maker: thumbnail.NewMaker()}
	var found []sweeper.Found
	due, sum, err := a.Plan(ctx, p.looking(listing{}, func(f sweeper.Found) { found = append(found, f) }))
	p.term.settle()
	if err != nil {
		return nil, nil, err
	}
	due.Hold(found)
	images, err := a.Sweeper.Images(ctx, found)
	if err != nil {
		return nil, nil, err
	}
	for _, img := range images {
		// The row shows the place that goes first.
		slices.SortStableFunc(img.Places, func(x, y sweeper.Found) int {
			return cmp.Compare(report.Rank(x.Decision.Action), report.Rank(y.Decision.Action))
		})
		r.items = append(r.items, reviewItem{places: img.Places})
	}
	order := selection{order: choice{word: "due"}}
	slices.SortStableFunc(r.items, func(x, y reviewItem) int { return order.compare(x.places[0], y.places[0]) })
	for op, err := range a.Journal.Operations(ctx, journal.Filter{InTrash: true, Newest: true}) {
		if err != nil {
			return nil, nil, err
		}
		r.items = append(r.items, reviewItem{binned: &op})
	}
	return r, sum, nil
}

// columns returns the columns of the list.
func (r *terminalReview) columns() []tui.Column {
	in := r.p.term.in
	return []tui.Column{
		{Heading: in.Text("sure"), Width: 8},
		{Heading: in.Sprintf("size"), Width: 8, Right: true},
		{Heading: in.Sprintf("age"), Width: 6, Right: true},
	}
}

// rows returns all rows of the list.
func (r *terminalReview) rows() (rows []tui.Row) {
	for _, x := range r.items {
		rows = append(rows, r.row(x))
	}
	return rows
}

// row returns the row of one picture. Action and reasons are those of the place that goes first; AndHeld adds the
// guards of the others.
func (r *terminalReview) row(x reviewItem) tui.Row {
	p, in := r.p, r.p.term.in
	if op := x.binned; op != nil {
		e, by := op.Op.Entry, op.Op.Cause
		return tui.Row{
			Action: in.Sprintf("binned"), Kind: tui.Binned,
			Cells: []string{"", size(e.Size).In(in), age(e.Modified, p.now()).In(in)},
			Name:  safe(path.Base(e.Path)), Place: p.place(op.Op.Storage, e.Path),
			Why: in.Sprintf("in the trash since %s, by run %d and rule %s", language.When(op.Ended, p.now()), by.Run,
				safe(by.Rule)),
		}
	}
	f := x.places[0]
	row := tui.Row{
		Action: string(f.Decision.Action), Kind: kindOf(f.Decision.Action),
		Cells: []string{
			f.Verdict.Confidence.String(), size(f.Entry.Size).In(in), age(f.Entry.Modified, p.now()).In(in),
		},
		Name: safe(path.Base(f.Entry.Path)),
		Why:  safe(tildes(report.AndHeld(report.Why(f), x.places).In(in), p.home())),
	}
	if f.Decision.Rule != "" {
		row.Why = in.Sprintf("%s; rule %s", row.Why, safe(f.Decision.Rule))
	}
	var at []string
	for _, f := range x.places {
		at = append(at, p.place(f.Storage, f.Entry.Path))
	}
	row.Place = strings.Join(at, ", ")
	if n := len(x.places); n > 1 {
		row.Name += " " + in.Sprintf("(%s)", count(int64(n), "place"))
	}
	if x.gone != "" {
		row.Action, row.Kind, row.Why = "-", tui.Plain, x.gone
	}
	return row
}

// kindOf returns the kind of a row by what the policy does.
func kindOf(a policy.Action) tui.Kind {
	switch a {
	case policy.Trash:
		return tui.Going
	case policy.Hold, policy.Review:
		return tui.Waiting
	}
	return tui.Plain
}

// item returns one picture.
func (r *terminalReview) item(row int) reviewItem {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.items[row]
}

// Picture returns the thumbnail of a picture, or nothing if the file would have to be fetched as a whole or is no
// picture that can be drawn. An error of reading, or for want of time, is for this once.
func (r *terminalReview) Picture(ctx context.Context, row int) ([]byte, error) {
	x := r.item(row)
	from := thumbnail.Picture{}
	if op := x.binned; op != nil {
		from = thumbnail.Picture{
			Size: op.Op.Entry.Size, Open: func() (io.ReadCloser, error) { return r.a.OpenTrashed(ctx, *op) },
		}
	} else {
		ok := false
		if from, _, ok = r.a.Picture(ctx, x.places[0]); !ok {
			return nil, nil
		}
	}
	content, err := r.maker.Make(ctx, from)
	if thumbnail.IsFinal(err) {
		return nil, nil
	}
	return content, err
}

// Evidence returns what explain prints of each place of a picture. width is in columns. The text is printed by a copy
// of the program whose terminal is a buffer without colours; a file that cannot be examined has its error in place of
// the evidence.
func (r *terminalReview) Evidence(ctx context.Context, row, width int) []string {
	x := r.item(row)
	var text bytes.Buffer
	q := *r.p
	q.term = &terminal{out: stream{Writer: &text, width: max(width, narrow)}, in: r.p.term.in, now: r.p.now}
	if x.binned != nil {
		q.printBinned(*x.binned)
	}
	for i, f := range x.places {
		if i > 0 {
			q.term.printf("\n")
		}
		if err := q.explainFound(ctx, r.a, f); err != nil {
			q.term.printf("%s: %s\n", q.place(f.Storage, f.Entry.Path), safe(err.Error()))
		}
	}
	return strings.Split(strings.TrimRight(text.String(), "\n"), "\n")
}

// explainFound explains one file as it is now.
func (p *program) explainFound(ctx context.Context, a *app.App, f sweeper.Found) error {
	st, e, err := a.At(ctx, f.Storage, f.Entry.Ref)
	if err != nil {
		return err
	}
	x, err := a.Explain(ctx, st, e)
	if err != nil {
		return err
	}
	p.printFile(x)
	p.printFindings(x)
	p.printRules(a, x)
	return nil
}

// printBinned prints what the record has of a file in the trash.
func (p *program) printBinned(op journal.Operation) {
	by := op.Op.Cause
	p.term.printf("%s\n", p.place(op.Op.Storage, op.Op.Entry.Path))
	p.term.printf("  in the trash since %s, by run %d and rule %s\n", language.When(op.Ended, p.now()), by.Run,
		safe(by.Rule))
	for _, why := range by.Reasons {
		p.term.printf("  %s\n", safe(why))
	}
}

// Decide takes a decision on some pictures: each place of each, as it was seen. It returns the rows as they are after
// it, also those whose decision failed, and a line that describes the result: the number that was done, and the first
// failure.
func (r *terminalReview) Decide(ctx context.Context, act tui.Act, rows []int) (map[int]tui.Row, string) {
	changed, done := map[int]tui.Row{}, 0
	var failed error
	for _, row := range rows {
		x, err := r.item(row), r.a.ReportOnly
		if err == nil {
			x, err = r.decide(ctx, act, x)
		}
		if err == nil {
			done++
		} else if failed == nil {
			failed = fmt.Errorf("%s: %w", r.row(x).Name, err)
		}
		r.mu.Lock()
		r.items[row] = x
		r.mu.Unlock()
		changed[row] = r.row(x)
	}
	in := r.p.term.in
	said := in.Sprintf("%s: %s", count(int64(done), "image"), saidOf(act))
	switch {
	case failed != nil && done == 0:
		return changed, safe(failed.Error())
	case failed != nil:
		return changed, said + "; " + in.Sprintf("not %s", safe(failed.Error()))
	}
	return changed, said
}

// saidOf returns what was done.
func saidOf(act tui.Act) language.Message {
	switch act {
	case tui.Keep:
		return language.Messagef("kept, with every copy")
	case tui.Approve:
		return language.Messagef("approved as seen; the next apply moves it")
	}
	return language.Messagef("undone")
}

// decide takes a decision on one picture, and returns it as it is then. All places are tried; the error is that of the
// first that failed, and those that did not fail stay decided.
func (r *terminalReview) decide(ctx context.Context, act tui.Act, x reviewItem) (reviewItem, error) {
	switch {
	case x.gone != "":
		return x, errors.New(x.gone)
	case x.binned != nil && act == tui.Undo:
		return r.restore(ctx, x)
	case x.binned != nil:
		return x, errors.New("it is in the trash; u restores it")
	}
	var failed error
	places := slices.Clone(x.places)
	for i, f := range places {
		now, err := r.decideOn(ctx, act, f)
		places[i], failed = now, cmp.Or(failed, err)
	}
	x.places = places
	return x, failed
}

// decideOn takes a decision on one file if it is as it was seen, and returns it as it is then. The user decides on what
// the row shows. A file with another revision is therefore not decided on; the row is renewed, and the user may decide
// again.
func (r *terminalReview) decideOn(ctx context.Context, act tui.Act, f sweeper.Found) (sweeper.Found, error) {
	st, e, err := r.a.At(ctx, f.Storage, f.Entry.Ref)
	if err != nil {
		return f, err
	}
	if e.Revision != f.Entry.Revision {
		if now, err := r.again(ctx, st, e); err == nil {
			f = now
		}
		return f, errors.New("it has changed since it was shown; look again")
	}
	switch act {
	case tui.Keep:
		err = r.a.Sweeper.Keep(ctx, st, f.Entry)
	case tui.Approve:
		err = r.a.Sweeper.Approve(ctx, st, f.Entry, f.Decision.Guards)
	default:
		err = r.a.Sweeper.Forget(ctx, st, f.Entry)
	}
	if now, again := r.again(ctx, st, e); again == nil {
		f = now
	}
	if held, ok := errors.AsType[*sweeper.UnshownError](err); ok {
		f.Decision.Guards = held.Held // the row shows them, so that approving it once more lifts them
		err = fmt.Errorf("%w; approve it again to lift that", err)
	}
	return f, err
}

// again returns a file with the decision on it as they are now. A file without a verdict in the record is examined, as
// after a restore.
func (r *terminalReview) again(ctx context.Context, st *providers.Storage, e providers.Entry) (sweeper.Found, error) {
	f, err := r.a.Sweeper.Refind(ctx, st, e)
	if err != nil {
		x, explained := r.a.Explain(ctx, st, e)
		return x.Found, explained
	}
	return f, nil
}

// restore restores a file from the trash. The undo opens an app of its own, since this one may be open for reading
// only. If the restored file cannot be found again, the row has only the sentence that it was restored.
func (r *terminalReview) restore(ctx context.Context, x reviewItem) (reviewItem, error) {
	op := *x.binned
	sum, err := app.Undo(ctx, r.p.options(), []journal.Operation{op}, nil)
	switch {
	case err != nil:
		return x, err
	case sum.Restored == 0 && len(sum.Problems) > 0:
		return x, errors.New(report.Cannot(sum.Problems[0], r.p.place))
	case sum.Restored == 0:
		return x, errors.New("it is not in the trash any more")
	}
	x.binned, x.gone = nil, r.p.term.in.Sprintf("restored; it is kept from now on, whatever the policy says")
	f := sweeper.Found{Storage: op.Op.Storage, Entry: op.Op.Entry}
	if st, e, err := r.a.At(ctx, op.Op.Storage, op.Op.Entry.Ref); err == nil {
		if now, err := r.again(ctx, st, e); err == nil {
			f, x.gone = now, ""
		}
	}
	x.places = []sweeper.Found{f}
	return x, nil
}

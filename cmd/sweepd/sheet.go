package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/report"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/sweeper"
)

// maxListed is the number of files on a contact sheet. Browsers become slow with more cards on one page. Files beyond
// it are counted in their groups.
const maxListed = 5000

// sheet is the contact sheet of a scan or a plan. add, addPurge and addTotals fill page and collect in files the
// pictures that need a thumbnail; write makes these, all at once, and then writes the page. A sheet is used by one
// goroutine; only thumbnails runs several.
type sheet struct {
	*program
	app   *app.App
	page  report.Sheet
	room  int // for further files
	files []pictured
}

// newSheetFile returns the output file of the flag --html.
func newSheetFile() outputFile {
	return outputFile{doing: "write the page", kind: "a page of sweepd", is: report.IsPage}
}

// sheetFlag adds the flag --html.
func sheetFlag(cmd *cobra.Command, page *outputFile) {
	cmd.Flags().StringVar(&page.named, "html", "",
		"write the list to `FILE` as a web page with thumbnails; - is standard output")
	cmd.MarkFlagsMutuallyExclusive("html", "json")
}

// newSheet returns an empty sheet. It has the counts of the scan at its head and the problems as warnings, as the
// terminal has them.
func (p *program) newSheet(a *app.App, sum *sweeper.Summary) *sheet {
	s := &sheet{program: p, app: a, room: maxListed}
	s.page.Made, s.page.Groups = p.now(), report.Groups()
	s.page.Language = p.term.in
	s.lead("%s, %s, %s", count(sum.Seen, "file"), count(sum.Images, "image"), report.Matched(sum))
	for _, pr := range sum.Problems {
		s.caution("%s", report.Cannot(pr, p.place))
	}
	if more := sum.Errors - int64(len(sum.Problems)); more > 0 {
		s.caution("and %s more", count(more, "problem"))
	}
	for _, x := range sum.Stopped {
		s.caution("%s", report.Incomplete(p.place(x.Storage, x.Root)))
	}
	return s
}

// lead adds a clause to the head of the page.
func (s *sheet) lead(format string, args ...any) {
	s.page.Lead = append(s.page.Lead, s.sentence(format, args...))
}

// caution adds a clause to the warnings.
func (s *sheet) caution(format string, args ...any) {
	s.page.Warnings = append(s.page.Warnings, s.sentence(format, args...))
}

// sentence returns a clause in the user's language as a sentence for the page. The format is a text of the catalogs.
// Package report escapes the result for HTML.
func (p *program) sentence(format string, args ...any) string {
	return report.Sentence(safe(tildes(p.term.in.Sprintf(format, args...), p.home())))
}

// group returns the group of that key. key is an action of the policy, or purge; report.Groups has all of them.
func (s *sheet) group(key string) *report.Group {
	return &s.page.Groups[slices.IndexFunc(s.page.Groups, func(g report.Group) bool { return g.Key == key })]
}

// add adds the files of a scan to the groups of their actions, in the order of the selection; without one, the next due
// is the first.
func (s *sheet) add(ctx context.Context, found []sweeper.Found, by selection) {
	by.order.word = cmp.Or(by.order.word, "due")
	slices.SortFunc(found, func(x, y sweeper.Found) int {
		return cmp.Or(cmp.Compare(report.Rank(x.Decision.Action), report.Rank(y.Decision.Action)), by.compare(x, y))
	})
	for _, f := range found {
		g := s.group(string(f.Decision.Action))
		g.Bytes += f.Entry.Size
		if s.room == 0 {
			g.More++
			continue
		}
		s.room--
		line := s.line(f)
		if one, ok := foundPicture(ctx, s.app, f, line.Thumbnail); ok {
			s.files = append(s.files, one)
		}
		g.Files = append(g.Files, line)
	}
}

// line returns a file of a scan for the sheet. Its thumbnail is empty until write fills it.
func (s *sheet) line(f sweeper.Found) report.Listed {
	e, d := f.Entry, f.Decision
	return report.Listed{
		Name: safe(e.Name()),
		Why:  s.sentence("%s", report.Because(f)), Evidence: s.sentence("%s", f.Verdict.Brief()),
		Facts: []report.Fact{
			{Name: s.term.in.Sprintf("Due"), Value: report.When(d).In(s.term.in)},
			{Name: s.term.in.Sprintf("Rule"), Value: s.rule(d.Rule)},
			{Name: s.term.in.Sprintf("Confidence"), Value: f.Verdict.Confidence.String()},
			{Name: s.term.in.Sprintf("Size"), Value: size(e.Size).In(s.term.in)},
			{Name: s.term.in.Sprintf("Modified"), Value: s.modified(e.Modified)},
			{Name: s.term.in.Sprintf("Folder"), Value: s.place(f.Storage, path.Dir(e.Path))},
		},
		Commands: s.commands(f), Thumbnail: &report.Thumbnail{},
	}
}

// rule returns the name of the rule that decided.
func (s *sheet) rule(name string) string {
	return safe(cmp.Or(name, s.term.in.Sprintf("none")))
}

// modified returns a time and the age of a file that was modified then.
func (s *sheet) modified(then time.Time) string {
	if then.IsZero() {
		return "?"
	}
	return fmt.Sprintf("%s (%s)", then.Local().Format("2006-01-02 15:04"), s.term.text(age(then, s.now())))
}

// commands returns the commands that change what becomes of a file. A file that stays anyway has only the one that
// explains why.
func (s *sheet) commands(f sweeper.Found) (all []string) {
	name := s.argument(f.Storage, f.Entry)
	verbs := []string{"explain"}
	switch d := f.Decision; {
	case d.Action == policy.Trash:
		verbs = []string{"keep"}
	case d.Action == policy.Hold, d.Action == policy.Review:
		verbs = []string{"keep", "approve"}
	case d.ReasonCode == policy.ReasonOverride:
		verbs = []string{"forget"}
	}
	for _, verb := range verbs {
		all = append(all, "sweepd "+verb+s.policyFlag()+" "+name)
	}
	return all
}

// policyFlag returns the flag that names the policy again, for a shell in any folder; "" if it was not named, or is
// from standard input, from which these verbs take none.
func (s *sheet) policyFlag() string {
	if s.policyFile == "" || s.policyFile == "-" {
		return ""
	}
	return " --policy " + quoted(anywhere(s.policyFile))
}

// argument returns the name of a file as a shell and the verbs on files take it: its path on this machine, or the
// account's ID of it, which names no other file.
func (s *sheet) argument(storage string, e providers.Entry) string {
	if _, account := s.accounts().Storage(storage); account {
		return quoted(storage + ":" + string(e.Ref))
	}
	if below, ok := strings.CutPrefix(tilde(e.Path, s.home()), "~/"); ok {
		return "~/" + quoted(below) // a shell does not expand a quoted ~
	}
	return quoted(e.Path)
}

// addPurge adds the entries of the trash that a plan deletes. A picture in the trash of an account is not fetched for
// its thumbnail; it is marked as online only.
func (s *sheet) addPurge(ctx context.Context, items []sweeper.Item) {
	g := s.group("purge")
	for _, it := range items {
		g.Bytes += it.Entry.Size
		if s.room == 0 {
			g.More++
			continue
		}
		s.room--
		line := s.discarded(it)
		if st := s.app.Storage(it.Storage); st != nil && st.Can().Has(providers.CanReadWhole) {
			s.files = append(s.files, purgedPicture(ctx, st, it, line.Thumbnail))
		} else {
			line.Thumbnail.None = language.Messagef("online only")
		}
		g.Files = append(g.Files, line)
	}
}

// discarded returns an entry of the trash for the sheet.
func (s *sheet) discarded(it sweeper.Item) report.Listed {
	line := report.Listed{
		Name: safe(path.Base(it.Entry.Path)),
		Why:  s.sentence("%s", it.Decision.Reasons[0]),
		Facts: []report.Fact{
			{Name: s.term.in.Sprintf("Due"), Value: s.term.in.Sprintf("now")},
			{Name: s.term.in.Sprintf("Rule"), Value: s.rule(it.Decision.Rule)},
			{Name: s.term.in.Sprintf("Size"), Value: size(it.Entry.Size).In(s.term.in)},
			{Name: s.term.in.Sprintf("Modified"), Value: s.modified(it.Entry.Modified)},
			{Name: s.term.in.Sprintf("Folder"), Value: s.place(it.Storage, path.Dir(it.Entry.Path))},
		},
		Thumbnail: &report.Thumbnail{},
	}
	if it.Key != "" { // sweepd put it there
		line.Commands = []string{"sweepd undo" + s.policyFlag() + " " + s.argument(it.Storage, it.Entry)}
	}
	return line
}

// addTotals adds the totals of the listed files.
func (s *sheet) addTotals(key string, totals []jsonTotal) {
	if len(totals) == 0 {
		return
	}
	s.page.Totals = &report.Totals{Key: key}
	for _, t := range totals {
		s.page.Totals.Lines = append(s.page.Totals.Lines, report.Total{
			Name: s.totalName(t), Files: fmt.Sprint(t.Files), Bytes: size(t.Bytes).In(s.term.in),
			Due:      fmt.Sprint(t.Due),
			DueBytes: size(t.DueBytes).In(s.term.in), Held: fmt.Sprint(t.Held),
		})
	}
}

// totalName returns the user's name of the folder or the rule.
func (s *sheet) totalName(t jsonTotal) string {
	switch {
	case t.Folder != nil:
		return s.place(t.Storage, *t.Folder)
	case *t.Rule != "":
		return safe(*t.Rule)
	}
	return s.term.in.Sprintf("(no rule)")
}

// write makes the thumbnails, writes the page, and prints where it is.
func (s *sheet) write(ctx context.Context, file outputFile, stdout io.Writer) error {
	if err := s.thumbnails(ctx, s.files); err != nil {
		return err
	}
	if err := file.write(stdout, s.page.Write); err != nil || file.stdout() {
		return err
	}
	s.term.printf("contact sheet: %s\n", safe(file.named))
	return nil
}

package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/sweeper"
)

// looked reports whether the run only looked.
func (r Run) looked() bool { return r.Kind == "report" || r.Kind == "plan" }

// Subject returns the run in one line without names.
func (r Run) Subject(p language.Printer) string { return p.Sprintf("sweepd: %s", r.Headline()) }

// Headline returns the outcome of the run as a clause. It begins in lower case and has no point: Subject, the log and
// the page use it in different places.
func (r Run) Headline() language.Text {
	if r.Summary.Partial || len(r.Summary.Stopped) > 0 {
		return language.Messagef("%s; the scan was incomplete", r.became())
	}
	return r.became()
}

// became returns the outcome of the run.
func (r Run) became() language.Text {
	n, bytes := r.due()
	files, size := language.Count(n, "file"), language.Size(bytes)
	switch {
	case r.looked() && r.Err != "":
		return language.Messagef("the plan is on hold; it would move %s (%s) to the trash", files, size)
	case r.looked() && n > 0:
		return r.wouldBegin(language.Messagef("%s (%s) would have been moved to the trash", files, size))
	case r.looked():
		return r.wouldBegin(language.Messagef("nothing would have been moved to the trash"))
	case r.Ended.IsZero():
		return language.Messagef("a run was interrupted, or is still running")
	case r.Err != "":
		return language.Messagef("a run ended early: %s", Describe(&r.Summary))
	}
	return Describe(&r.Summary)
}

// wouldBegin adds the number of files whose grace would have begun to a clause.
func (r Run) wouldBegin(clause language.Message) language.Message {
	n := r.Summary.Unmarked()
	if n == 0 {
		return clause
	}
	return language.Messagef("%s, and the grace of %s would have started", clause, language.Count(n, "file"))
}

// Text returns the run as a few paragraphs of plain text. Without names it has the number of files and the names of
// the storages, and names no path and no file.
func (r Run) Text(p language.Printer, names bool) string {
	paragraphs := []string{
		r.opening(p), r.seen(p), r.byRule(p), r.refused(p), r.trouble(p, names), r.stopped(p, names), r.kept(p),
		r.ending(p, names),
	}
	if names {
		paragraphs = append(paragraphs, r.listed(p))
	}
	paragraphs = slices.DeleteFunc(paragraphs, func(p string) bool { return p == "" })
	return strings.Join(paragraphs, "\n\n") + "\n"
}

// opening returns the headline as a sentence.
func (r Run) opening(p language.Printer) string {
	if r.ID == 0 || r.Ended.IsZero() || r.Err != "" || r.looked() {
		return language.Capital(r.Headline().In(p)) + "."
	}
	return p.Sprintf("Run %d: %s.", r.ID, r.Headline())
}

// seen returns the results of the scan; "" if there was none.
func (r Run) seen(p language.Printer) string {
	sum := &r.Summary
	if sum.ByConfidence == nil {
		return ""
	}
	where := language.Text(language.Count(sum.Seen, "file"))
	if len(sum.Storages) > 0 {
		where = language.Messagef("%s in %s", where, plainList(sum.Storages))
	}
	if sum.Images == 0 {
		return p.Sprintf("Looked at %s: no image.", where)
	}
	text := p.Sprintf("Looked at %s: %s, %s.", where, language.Count(sum.Images, "image"), Matched(sum))
	if asked := Asked(sum); asked != nil {
		text += " " + language.Capital(asked.In(p)) + "."
	}
	return text
}

// plainList returns names as an enumeration, safe for any reader.
func plainList(names []string) language.Text {
	plain := make([]string, len(names))
	for i, name := range names {
		plain[i] = Plain(name)
	}
	return language.AndNames(plain)
}

// byRule returns a line for each rule that decided on any file, in the policy's order.
func (r Run) byRule(p language.Printer) string {
	var lines []string
	for _, name := range r.ruled() {
		lines = append(lines, "- "+r.ruleLine(p, name))
	}
	return strings.Join(lines, "\n")
}

// ruled returns the rules with figures: the policy's in its order, then those that it no longer has, then purges,
// then files that no rule decided on.
func (r Run) ruled() []string {
	rank := func(name string) int {
		switch i := slices.Index(r.rules, name); {
		case i >= 0:
			return i
		case name == "":
			return len(r.rules) + 2
		case strings.HasPrefix(name, "trash."):
			return len(r.rules) + 1
		}
		return len(r.rules)
	}
	return slices.SortedFunc(maps.Keys(r.Summary.Rules), func(a, b string) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), strings.Compare(a, b))
	})
}

// ruleLine returns the outcome for one rule's files.
func (r Run) ruleLine(p language.Printer, name string) string {
	sum := r.Summary.Rules[name]
	outcome := language.Join(r.outcome(sum), "; ")
	if sum.Matched > 0 {
		return p.Sprintf("%s, %s: %s", ruleName(name), language.Count(sum.Matched, "file"), outcome)
	}
	return p.Sprintf("%s: %s", ruleName(name), outcome)
}

// outcome returns the figures of a rule that are not 0.
func (r Run) outcome(sum *sweeper.RuleSummary) (all []language.Text) {
	say := func(n int64, text language.Message) {
		if n > 0 {
			all = append(all, text)
		}
	}
	size := language.Size(sum.Bytes)
	if r.looked() {
		say(sum.Due, language.Messagef("would be moved to the trash: %d (%s)", sum.Due, language.Size(sum.DueBytes)))
	}
	say(sum.Trashed, language.Messagef("moved to the trash: %d (%s)", sum.Trashed, size))
	say(sum.Purged, language.Messagef("deleted permanently: %d (%s)", sum.Purged, size))
	say(sum.Restored, language.Messagef("restored: %d (%s)", sum.Restored, size))
	say(int64(len(sum.Held)), language.Messagef("held: %s", held(sum)))
	say(sum.Review, language.Messagef("up for review: %d", sum.Review))
	say(int64(len(sum.Kept)), language.Messagef("kept: %s", parts(sum.Kept)))
	say(sum.Refused, language.Messagef("left alone: %d", sum.Refused))
	say(sum.Failed, language.Messagef("failed: %d", sum.Failed))
	if !r.looked() {
		left := sum.Due - sum.Trashed - sum.Refused - sum.Failed
		say(left, language.Messagef("not reached: %d", left))
	}
	return all
}

// held returns the numbers of held files by reason, and until when the first of them is held.
func held(sum *sweeper.RuleSummary) language.Text {
	if sum.Until.IsZero() {
		return parts(sum.Held)
	}
	return language.Messagef("%s, the first until %s", parts(sum.Held), day(sum.Until))
}

// refused returns why files were left alone.
func (r Run) refused(p language.Printer) string {
	if len(r.Summary.Refusals) == 0 {
		return ""
	}
	return p.Sprintf("Left alone, by reason: %s.", Reasons(r.Summary.Refusals))
}

// maxProblems is the number of problems that a message names; the others are counted.
const maxProblems = 10

// trouble returns the problems; without names only their number.
func (r Run) trouble(p language.Printer, names bool) string {
	sum := &r.Summary
	if sum.Errors == 0 {
		return ""
	}
	count := language.Capital(language.Count(sum.Errors, "problem").In(p))
	if !names || len(sum.Problems) == 0 {
		if r.ID == 0 {
			return p.Sprintf("%s; see: %s", count, "sweepd scan")
		}
		return p.Sprintf("%s; see: %s", count, fmt.Sprintf("sweepd history %d", r.ID))
	}
	text := count + ":"
	problems := slices.SortedStableFunc(slices.Values(sum.Problems), func(a, b sweeper.Problem) int {
		return cmp.Or(strings.Compare(a.Storage, b.Storage), strings.Compare(a.Path, b.Path))
	})
	for _, pr := range problems[:min(len(problems), maxProblems)] {
		text += "\n- " + Cannot(pr, place)
	}
	if more := sum.Errors - int64(min(len(problems), maxProblems)); more > 0 {
		text += "\n- " + p.Sprintf("and %d more", more)
	}
	return text
}

// place returns a file's name with its storage, since a message is read where the paths are not at hand.
func place(storage, path string) string {
	if path == "" {
		return Plain(storage)
	}
	return Plain(storage + ":" + path)
}

// stopped returns the places from which nothing was deleted because not all of them could be seen.
func (r Run) stopped(p language.Printer, names bool) string {
	var where []string
	for _, x := range r.Summary.Stopped {
		name := place(x.Storage, "")
		if names {
			name = place(x.Storage, x.Root)
		}
		if !slices.Contains(where, name) {
			where = append(where, name)
		}
	}
	if len(where) == 0 {
		return ""
	}
	return language.Capital(Incomplete(language.AndNames(where)).In(p)) + "."
}

// kept returns where the files are now and for how long, and the command that brings them back.
func (r Run) kept(p language.Printer) string {
	var lines []string
	for _, k := range r.Kept {
		line := p.Sprintf("%s (%s, %s).", language.Capital(k.In(p)), language.Count(k.Files, "file"),
			language.Size(k.Bytes))
		if k.Stays {
			line += " " + p.Sprintf("sweepd cannot purge it there.")
		}
		lines = append(lines, line)
	}
	if len(lines) > 0 {
		lines = append(lines, p.Sprintf("To restore: %s", fmt.Sprintf("sweepd undo %d", r.ID)))
	}
	return strings.Join(lines, "\n")
}

// ending returns the error of the run, and the command that the user may need next.
func (r Run) ending(p language.Printer, names bool) string {
	err := r.held
	if names {
		err = Plain(r.Err)
	}
	files, _ := r.due()
	switch {
	case r.Err != "" && err == "" && r.ID == 0:
		return p.Sprintf("The reason may contain file names; see: %s", "sweepd apply")
	case r.Err != "" && err == "":
		return p.Sprintf("The reason may contain file names; see: %s", fmt.Sprintf("sweepd history %d", r.ID))
	case r.looked() && r.Err != "":
		return strings.TrimSuffix(language.Capital(err)+".\n"+r.hint.In(p), "\n")
	case r.Err != "":
		return p.Sprintf("Reason: %s", err)
	case r.Kind == "report" && files+r.Summary.Unmarked() > 0:
		return p.Sprintf("Nothing was changed. To apply it: sweepd apply. " +
			"To let the service apply it, set mode: enforce in the policy")
	case r.looked() && files+r.Summary.Unmarked() > 0:
		return p.Sprintf("Nothing was changed. To apply it: sweepd apply")
	}
	return ""
}

// listed returns the list of the files that were changed.
func (r Run) listed(p language.Printer) string {
	var lines []string
	for _, f := range r.Files {
		lines = append(lines,
			fmt.Sprintf("- %s: %s (%s)", f.became().In(p), place(f.Storage, f.Path), language.Size(f.Size).In(p)))
	}
	if r.More > 0 {
		more := language.Text(language.Messagef("%s more", language.Number(r.More)))
		if r.More == 1 {
			more = language.Messagef("1 more file")
		}
		lines = append(lines, "- "+p.Sprintf("and %s; see: %s", more, fmt.Sprintf("sweepd history %d", r.ID)))
	}
	if len(lines) == 0 {
		return ""
	}
	return p.Sprintf("Files:\n") + strings.Join(lines, "\n")
}

// Became returns what an operation did to its file, and what became of that since: "trashed, restored since".
func Became(op journal.Operation) language.Message {
	return File{Kind: op.Op.Kind, State: op.State(), Since: op.Resolved}.became()
}

// became returns the outcome for the file, up to now.
func (f File) became() language.Message {
	done := f.done()
	switch {
	case f.State == "open":
		return language.Messagef("interrupted")
	case f.State == "failed":
		return language.Messagef("not %s", done)
	case f.Since != "":
		return language.Messagef("%s, %s", done, Since(f.Since))
	}
	return done
}

// done returns what the operation does to a file.
func (f File) done() language.Message {
	switch f.Kind {
	case providers.OpTrash:
		return language.Messagef("trashed")
	case providers.OpRestore:
		return language.Messagef("restored")
	case providers.OpPurge:
		return language.Messagef("deleted permanently")
	case providers.OpEmpty:
		return language.Messagef("emptied")
	case providers.OpGone:
		return language.Messagef("removed from the trash outside sweepd")
	}
	return language.Message{}
}

package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sweepd/providers"
	"sweepd/sweeper"
)

// looked reports whether the run only looked.
func (r Run) looked() bool { return r.Kind == "report" || r.Kind == "plan" }

// Subject returns the run in one line without names.
func (r Run) Subject() string { return "sweepd: " + r.headline() }

func (r Run) headline() string {
	text := r.became()
	if r.Summary.Partial || len(r.Summary.Stopped) > 0 {
		text += "; the scan was incomplete"
	}
	return text
}

// became returns the outcome of the run.
func (r Run) became() string {
	files, bytes := r.due()
	due := fmt.Sprintf("%s (%s)", Count(files, "file"), Size(bytes))
	switch {
	case r.looked() && r.Err != "":
		return "the plan is on hold; it would move " + due + " to the trash"
	case r.looked() && files > 0:
		return due + " would have been moved to the trash" + r.wouldBegin()
	case r.looked():
		return "nothing would have been moved to the trash" + r.wouldBegin()
	case r.Ended.IsZero():
		return "a run was interrupted, or is still running"
	case r.Err != "":
		return "a run ended early: " + Describe(&r.Summary)
	}
	return Describe(&r.Summary)
}

// wouldBegin returns the number of files whose grace would have begun, as a clause.
func (r Run) wouldBegin() string {
	n := r.Summary.Unmarked()
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(", and the grace of %s would have started", Count(n, "file"))
}

// Text returns the run as a few paragraphs of plain text. Without names it has the number of files and the names of
// the storages, and names no path and no file.
func (r Run) Text(names bool) string {
	paragraphs := []string{
		r.opening(), r.seen(), r.byRule(), r.refused(), r.trouble(names), r.stopped(names), r.kept(), r.ending(names),
	}
	if names {
		paragraphs = append(paragraphs, r.listed())
	}
	paragraphs = slices.DeleteFunc(paragraphs, func(p string) bool { return p == "" })
	return strings.Join(paragraphs, "\n\n") + "\n"
}

// opening returns the headline as a sentence.
func (r Run) opening() string {
	if r.ID == 0 || r.Ended.IsZero() || r.Err != "" || r.looked() {
		return capital(r.headline()) + "."
	}
	return fmt.Sprintf("Run %d: %s.", r.ID, r.headline())
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// seen returns the results of the scan; "" if there was none.
func (r Run) seen() string {
	sum := &r.Summary
	if sum.ByConfidence == nil {
		return ""
	}
	if sum.Images == 0 {
		return fmt.Sprintf("Looked at %s%s: no image.", Count(sum.Seen, "file"), in(sum.Storages))
	}
	return fmt.Sprintf("Looked at %s%s: %s, %s.", Count(sum.Seen, "file"), in(sum.Storages), Count(sum.Images, "image"),
		Matched(sum))
}

func in(storages []string) string {
	if len(storages) == 0 {
		return ""
	}
	plain := make([]string, len(storages))
	for i, name := range storages {
		plain[i] = Plain(name)
	}
	return " in " + list(plain)
}

// byRule returns a line for each rule that decided on any file, in the policy's order.
func (r Run) byRule() string {
	var lines []string
	for _, name := range r.ruled() {
		lines = append(lines, "- "+r.ruleLine(name))
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
func (r Run) ruleLine(name string) string {
	sum := r.Summary.Rules[name]
	var said []string
	say := func(n int64, format string, args ...any) {
		if n > 0 {
			said = append(said, fmt.Sprintf(format, args...))
		}
	}
	if r.looked() {
		say(sum.Due, "would be moved to the trash: %d (%s)", sum.Due, Size(sum.DueBytes))
	}
	say(sum.Trashed, "moved to the trash: %d (%s)", sum.Trashed, Size(sum.Bytes))
	say(sum.Purged, "deleted permanently: %d (%s)", sum.Purged, Size(sum.Bytes))
	say(sum.Restored, "restored: %d (%s)", sum.Restored, Size(sum.Bytes))
	say(int64(len(sum.Held)), "held: %s%s", parts(sum.Held), until(sum))
	say(sum.Review, "up for review: %d", sum.Review)
	say(int64(len(sum.Kept)), "kept: %s", parts(sum.Kept))
	say(sum.Refused, "left alone: %d", sum.Refused)
	say(sum.Failed, "failed: %d", sum.Failed)
	if !r.looked() {
		left := sum.Due - sum.Trashed - sum.Refused - sum.Failed
		say(left, "not reached: %d", left)
	}
	text := ruleName(name)
	if sum.Matched > 0 {
		text += ", " + Count(sum.Matched, "file")
	}
	return text + ": " + strings.Join(said, "; ")
}

func until(sum *sweeper.RuleSummary) string {
	if sum.Until.IsZero() {
		return ""
	}
	return ", the first until " + day(sum.Until)
}

// refused returns why files were left alone.
func (r Run) refused() string {
	if len(r.Summary.Refusals) == 0 {
		return ""
	}
	return "Left alone, by reason: " + Reasons(r.Summary.Refusals) + "."
}

const maxProblems = 10

// trouble returns the problems; without names only their number.
func (r Run) trouble(names bool) string {
	sum := &r.Summary
	if sum.Errors == 0 {
		return ""
	}
	text := capital(Count(sum.Errors, "problem"))
	if !names || len(sum.Problems) == 0 {
		if r.ID == 0 {
			return text + "; see: sweepd scan"
		}
		return text + fmt.Sprintf("; see: sweepd history %d", r.ID)
	}
	text += ":"
	problems := slices.SortedStableFunc(slices.Values(sum.Problems), func(a, b sweeper.Problem) int {
		return cmp.Or(strings.Compare(a.Storage, b.Storage), strings.Compare(a.Path, b.Path))
	})
	for _, pr := range problems[:min(len(problems), maxProblems)] {
		text += "\n- " + Cannot(pr, place)
	}
	if more := sum.Errors - int64(min(len(problems), maxProblems)); more > 0 {
		text += fmt.Sprintf("\n- and %d more", more)
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
func (r Run) stopped(names bool) string {
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
	return capital(Incomplete(list(where))) + "."
}

// kept returns where the files are now and for how long, and the command that brings them back.
func (r Run) kept() string {
	var lines []string
	for _, k := range r.Kept {
		line := fmt.Sprintf("%s (%s, %s).", capital(k.String()), Count(k.Files, "file"), Size(k.Bytes))
		if k.Stays {
			line += " sweepd cannot purge it there."
		}
		lines = append(lines, line)
	}
	if len(lines) > 0 {
		lines = append(lines, fmt.Sprintf("To restore: sweepd undo %d", r.ID))
	}
	return strings.Join(lines, "\n")
}

// ending returns the error of the run, and the command that the user may need next.
func (r Run) ending(names bool) string {
	err := r.held
	if names {
		err = Plain(r.Err)
	}
	files, _ := r.due()
	switch {
	case r.Err != "" && err == "" && r.ID == 0:
		return "The reason may contain file names; see: sweepd apply"
	case r.Err != "" && err == "":
		return fmt.Sprintf("The reason may contain file names; see: sweepd history %d", r.ID)
	case r.looked() && r.Err != "":
		return strings.TrimSuffix(capital(err)+".\n"+r.hint, "\n")
	case r.Err != "":
		return "Reason: " + err
	case r.Kind == "report" && files+r.Summary.Unmarked() > 0:
		return "Nothing was changed. To apply it: sweepd apply. " +
			"To let the service apply it, set mode: enforce in the policy"
	case r.looked() && files+r.Summary.Unmarked() > 0:
		return "Nothing was changed. To apply it: sweepd apply"
	}
	return ""
}

// listed returns the list of the files that were changed.
func (r Run) listed() string {
	var lines []string
	for _, f := range r.Files {
		lines = append(lines, fmt.Sprintf("- %s: %s (%s)", f.became(), place(f.Storage, f.Path), Size(f.Size)))
	}
	if r.More > 0 {
		lines = append(lines, fmt.Sprintf("- and %s; see: sweepd history %d",
			strings.Replace(Count(r.More, "more file"), "more files", "more", 1), r.ID))
	}
	if len(lines) == 0 {
		return ""
	}
	return "Files:\n" + strings.Join(lines, "\n")
}

// became returns the outcome for the file, up to now.
func (f File) became() string {
	done := map[providers.OpKind]string{
		providers.OpTrash: "trashed", providers.OpRestore: "restored", providers.OpPurge: "deleted permanently",
		providers.OpEmpty: "emptied", providers.OpGone: "removed from the trash outside sweepd",
	}[f.Kind]
	switch {
	case f.State == "open":
		return "interrupted"
	case f.State == "failed":
		return "not " + done
	case f.Since != "":
		return done + ", " + Since(f.Since)
	}
	return done
}

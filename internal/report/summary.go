package report

import (
	"encoding/json"
	"fmt"
	"strings"

	"sweepd/fingerprint"
	"sweepd/journal"
	"sweepd/policy"
	"sweepd/providers"
	"sweepd/sweeper"
)

// This file has the words for the summary of a run, for every place that prints one: the command line, the messages,
// the log and the page.

// Describe returns the actions of a run as text without names: "moved 34 files to the trash, failed at 1 file (120 MB);
// 80 MB more are free now".
func Describe(sum *sweeper.Summary) string {
	var all []string
	for _, part := range []struct {
		n    int64
		text string
	}{
		{sum.Trashed, "moved %s to the trash"},
		{sum.Restored, "restored %s"},
		{sum.Purged, "permanently deleted %s from the trash"},
		{sum.Gone - sum.Back, "found %s removed from the trash outside sweepd"},
		{sum.Back, "found %s restored from the trash outside sweepd"},
		{sum.Marked, "started the grace of %s"},
		{sum.Refused, "left alone %s"},
		{sum.Failed, "failed on %s"},
		{sum.Settled, "completed the record of %s from an interrupted run"},
	} {
		if part.n > 0 {
			all = append(all, fmt.Sprintf(part.text, Count(part.n, "file")))
		}
	}
	if len(all) == 0 {
		all = []string{"nothing was due"}
	}
	text := strings.Join(all, ", ")
	if sum.Bytes > 0 {
		text += fmt.Sprintf(" (%s)", Size(sum.Bytes))
	}
	if sum.Freed > 0 {
		text += fmt.Sprintf("; freed %s", Size(sum.Freed))
	}
	return text
}

// Brief returns the end of a run in a few words, for a list: "trashed 3, left alone 1, 12 MB". The error with which a
// run ended may name files.
func Brief(r journal.Run) string {
	if r.Interrupted() {
		return "interrupted, or still running"
	}
	var all []string
	var sum sweeper.Summary
	if json.Unmarshal(r.Summary, &sum) == nil {
		all = figures(r.Kind, &sum)
	}
	if r.Err != "" {
		all = append(all, "ended by: "+r.Err)
	}
	return strings.Join(all, ", ")
}

// figures returns the figures of a run that are not 0, and its bytes.
func figures(kind string, sum *sweeper.Summary) (all []string) {
	due := sum.ByAction[string(policy.Trash)]
	if kind != "report" {
		due = 0 // it is among the other figures
	}
	for _, part := range []struct {
		n    int64
		verb string
	}{
		{due, "due"},
		{sum.Trashed, "trashed"},
		{sum.Restored, "restored"},
		{sum.Purged, "purged"},
		{sum.Gone, "gone from the trash"},
		{sum.Marked, "marked"},
		{sum.Refused, "left alone"},
		{sum.Failed, "failed"},
		{sum.ByAction[string(policy.Hold)], "held"},
		{sum.Unmarked(), "grace not started"},
		{sum.ByAction[string(policy.Review)], "up for review"},
	} {
		if part.n > 0 {
			all = append(all, fmt.Sprintf("%s %d", part.verb, part.n))
		}
	}
	if len(all) == 0 {
		all = []string{"nothing due"}
	}
	if sum.Bytes > 0 {
		all = append(all, Size(sum.Bytes))
	}
	return all
}

// Matched returns the number of files that a scan matched, by confidence: "3 matched: 2 proven, 1 likely".
func Matched(sum *sweeper.Summary) string {
	if sum.Matched == 0 {
		return "none identified as ChatGPT images"
	}
	var levels []string
	for c := fingerprint.Proven; c > fingerprint.None; c-- {
		if n := sum.ByConfidence[c]; n > 0 {
			levels = append(levels, fmt.Sprintf("%d %s", n, c))
		}
	}
	return fmt.Sprintf("%d matched: %s", sum.Matched, strings.Join(levels, ", "))
}

// Next returns what an apply would do after a scan: "move 3 files to the trash and start the grace of 1 file"; "" if
// nothing is due.
func Next(sum *sweeper.Summary) string {
	var all []string
	if n := sum.ByAction[string(policy.Trash)]; n > 0 {
		all = append(all, "move "+Count(n, "file")+" to the trash")
	}
	if n := sum.Unmarked(); n > 0 {
		all = append(all, "start the grace of "+Count(n, "file"))
	}
	return list(all)
}

// Cannot returns a problem as a clause. place returns the name of a file, or of a storage if the path is empty.
func Cannot(pr sweeper.Problem, place func(storage, path string) string) string {
	name := place(pr.Storage, pr.Path)
	if pr.Files > 0 {
		storage := place(pr.Storage, "")
		name = fmt.Sprintf("%s of %s: %s", Count(pr.Files, "file"), storage, strings.TrimPrefix(name, storage+":"))
	}
	return fmt.Sprintf("cannot %s %s: %s", pr.Doing, name, Plain(pr.Text))
}

// Incomplete returns why nothing was deleted from a place, as a clause.
func Incomplete(place string) string {
	return "nothing is deleted from " + place + ", because the scan of it was incomplete"
}

// Reasons returns the numbers of files that were left alone, by reason, the largest first: "4 changed since the
// examination, 1 tracked by Git".
func Reasons(refusals map[string]int64) string { return parts(refusals) }

// Since returns what took a file out of the trash again, after the fact that it was moved there: "restored since".
func Since(resolved providers.OpKind) string {
	switch resolved {
	case providers.OpRestore:
		return "restored since"
	case providers.OpGone:
		return "since removed from the trash outside sweepd"
	}
	return "deleted permanently since"
}

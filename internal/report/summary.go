package report

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/sweeper"
)

// This file has the words for the summary of a run, for every place that prints one: the command line, the messages,
// the log and the page.

// Describe returns the actions of a run as text without names: "moved 34 files to the trash, failed at 1 file (120 MB);
// 80 MB more are free now". A run without any of them is "nothing was due". The functions below have one text each, so
// that a translation can bend the noun with its verb.
func Describe(sum *sweeper.Summary) language.Text {
	var all []language.Text
	say := func(n int64, text func(language.Text) language.Message) {
		if n > 0 {
			all = append(all, text(language.Count(n, "file")))
		}
	}
	say(sum.Trashed, movedText)
	say(sum.Restored, restoredText)
	say(sum.Purged, purgedText)
	say(sum.Gone-sum.Back, goneText)
	say(sum.Back, backText)
	say(sum.Marked, markedText)
	say(sum.Refused, refusedText)
	say(sum.Failed, failedText)
	say(sum.Settled, settledText)
	if len(all) == 0 {
		all = []language.Text{language.Messagef("nothing was due")}
	}
	text := language.Join(all, ", ")
	if sum.Bytes > 0 {
		text = language.Messagef("%s (%s)", text, language.Size(sum.Bytes))
	}
	if sum.Freed > 0 {
		text = language.Messagef("%s; freed %s", text, language.Size(sum.Freed))
	}
	return text
}

func movedText(files language.Text) language.Message {
	return language.Messagef("moved %s to the trash", files)
}

func restoredText(files language.Text) language.Message {
	return language.Messagef("restored %s", files)
}

func purgedText(files language.Text) language.Message {
	return language.Messagef("permanently deleted %s from the trash", files)
}

func goneText(files language.Text) language.Message {
	return language.Messagef("found %s removed from the trash outside sweepd", files)
}

func backText(files language.Text) language.Message {
	return language.Messagef("found %s restored from the trash outside sweepd", files)
}

func markedText(files language.Text) language.Message {
	return language.Messagef("started the grace of %s", files)
}

func refusedText(files language.Text) language.Message {
	return language.Messagef("left alone %s", files)
}

func failedText(files language.Text) language.Message {
	return language.Messagef("failed on %s", files)
}

func settledText(files language.Text) language.Message {
	return language.Messagef("completed the record of %s from an interrupted run", files)
}

// Brief returns the end of a run in a few words, for a list: "trashed 3, left alone 1, 12 MB". The error with which a
// run ended may name files.
func Brief(r journal.Run) language.Text {
	if r.Interrupted() {
		return language.Messagef("interrupted, or still running")
	}
	var all []language.Text
	var sum sweeper.Summary
	if json.Unmarshal(r.Summary, &sum) == nil {
		all = figures(r.Kind, &sum)
	}
	if r.Err != "" {
		all = append(all, language.Messagef("ended by: %s", r.Err))
	}
	return language.Join(all, ", ")
}

// figures returns the figures of a run that are not 0, and its bytes.
func figures(kind string, sum *sweeper.Summary) (all []language.Text) {
	due := sum.ByAction[string(policy.Trash)]
	if kind != "report" {
		due = 0 // it is among the other figures
	}
	say := func(n int64, text language.Message) {
		if n > 0 {
			all = append(all, text)
		}
	}
	held, review := sum.ByAction[string(policy.Hold)], sum.ByAction[string(policy.Review)]
	say(due, language.Messagef("due %d", due))
	say(sum.Trashed, language.Messagef("trashed %d", sum.Trashed))
	say(sum.Restored, language.Messagef("restored %d", sum.Restored))
	say(sum.Purged, language.Messagef("purged %d", sum.Purged))
	say(sum.Gone, language.Messagef("gone from the trash %d", sum.Gone))
	say(sum.Marked, language.Messagef("marked %d", sum.Marked))
	say(sum.Refused, language.Messagef("left alone %d", sum.Refused))
	say(sum.Failed, language.Messagef("failed %d", sum.Failed))
	say(held, language.Messagef("held %d", held))
	say(sum.Unmarked(), language.Messagef("grace not started %d", sum.Unmarked()))
	say(review, language.Messagef("up for review %d", review))
	if len(all) == 0 {
		all = []language.Text{language.Messagef("nothing due")}
	}
	if sum.Bytes > 0 {
		all = append(all, language.Size(sum.Bytes))
	}
	return all
}

// Matched returns the number of files that a scan matched, by confidence: "3 matched: 2 proven, 1 likely".
func Matched(sum *sweeper.Summary) language.Text {
	if sum.Matched == 0 {
		return language.Messagef("none identified as ChatGPT images")
	}
	var levels []language.Text
	for c := fingerprint.Proven; c > fingerprint.None; c-- {
		if n := sum.ByConfidence[c]; n > 0 {
			levels = append(levels, language.Messagef("%d %s", n, c))
		}
	}
	return language.Messagef("%d matched: %s", sum.Matched, language.Join(levels, ", "))
}

// Next returns what an apply would do after a scan: "move 3 files to the trash and start the grace of 1 file"; nil if
// nothing is due.
func Next(sum *sweeper.Summary) language.Text {
	var all []language.Message
	if n := sum.ByAction[string(policy.Trash)]; n > 0 {
		all = append(all, language.Messagef("move %s to the trash", language.Count(n, "file")))
	}
	if n := sum.Unmarked(); n > 0 {
		all = append(all, language.Messagef("start the grace of %s", language.Count(n, "file")))
	}
	if len(all) == 0 {
		return nil
	}
	return language.And(all)
}

// Cannot returns a problem as a clause in English, as errors are. place returns the name of a file, or of a storage if
// the path is empty.
func Cannot(pr sweeper.Problem, place func(storage, path string) string) string {
	name := place(pr.Storage, pr.Path)
	if pr.Files > 0 {
		storage := place(pr.Storage, "")
		name = fmt.Sprintf("%s of %s: %s", language.Count(pr.Files, "file"), storage, strings.TrimPrefix(name,
			storage+":"))
	}
	return fmt.Sprintf("cannot %s %s: %s", pr.Doing, name, Plain(pr.Text))
}

// Asked returns how many pictures were uploaded to OpenAI, and how many wait for it; nil if none.
func Asked(sum *sweeper.Summary) language.Text {
	uploaded := language.Messagef("%s uploaded to OpenAI", language.Count(sum.Uploads, "image"))
	waiting := language.Messagef("%s not yet uploaded to OpenAI", language.Count(sum.Unasked, "image"))
	switch {
	case sum.Uploads > 0 && sum.Unasked > 0:
		return language.Messagef("%s, %s", uploaded, waiting)
	case sum.Uploads > 0:
		return uploaded
	case sum.Unasked > 0:
		return waiting
	}
	return nil
}

// Incomplete returns why nothing was deleted from a place, as a clause.
func Incomplete(place any) language.Message {
	return language.Messagef("nothing is deleted from %s, because the scan of it was incomplete", place)
}

// Reasons returns the numbers of files that were left alone, by reason, the largest first: "4 changed since the
// examination, 1 tracked by Git".
func Reasons(refusals map[string]int64) language.Text { return parts(refusals) }

// Since returns what took a file out of the trash again, after the fact that it was moved there: "restored since".
func Since(resolved providers.OpKind) language.Message {
	switch resolved {
	case providers.OpRestore:
		return language.Messagef("restored since")
	case providers.OpGone:
		return language.Messagef("since removed from the trash outside sweepd")
	}
	return language.Messagef("deleted permanently since")
}

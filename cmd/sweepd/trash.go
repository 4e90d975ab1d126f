package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"sweepd/fingerprint"
	"sweepd/internal/app"
	"sweepd/policy"
	"sweepd/sweeper"
)

// jsonTrashed is one entry of a trash bin.
type jsonTrashed struct {
	Type        string                 `json:"type"` // "trashed"
	Storage     string                 `json:"storage"`
	Path        string                 `json:"path"` // where it was
	Size        int64                  `json:"size"`
	Deleted     *time.Time             `json:"deleted"`
	PurgeReason string                 `json:"whose"` // "ours", "matching", "everything"; "": it may not be purged
	Confidence  fingerprint.Confidence `json:"confidence"`
	Due         bool                   `json:"due"`
	Why         string                 `json:"why"`
}

func (p *program) trash() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "trash",
		Short: "list trash contents and delete them permanently",
		Long: `trash reads every trash bin of your disks and accounts and classifies each entry:
ours (sweepd put it there), matching (someone else did, and a rule of the policy
would trash it), or everything (the policy purges any entry).

The policy's trash: section sets the age at which entries are due. Folders, links,
and files without a recorded origin are left alone.`,
	}
	cmd.AddCommand(p.trashList(), p.trashPurge(), p.trashEmpty())
	return cmd
}

func (p *program) trashList() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:               "list [PATH|STORAGE]...",
		ValidArgsFunction: p.where,
		Short:             "list trash contents, who put them there, and what is due",
		RunE: func(cmd *cobra.Command, args []string) error {
			a, err := p.open(cmd.Context(), args, false)
			if err != nil {
				return err
			}
			defer a.Close()
			var all, due int
			var bytes int64
			sum, err := a.Sweeper.Bins(cmd.Context(), func(b sweeper.TrashEntry) {
				all, bytes = all+1, bytes+b.Trashed.Size
				if b.Due {
					due++
				}
				if asJSON {
					p.json(binnedLine(b))
					return
				}
				p.printTrashEntry(b)
			})
			if err != nil {
				return err
			}
			if asJSON {
				p.json(problemLines(sum)...)
			} else {
				p.problems(sum)
				p.term.printf("%d in the trash (%s), %d due; nothing was changed\n", all, size(bytes), due)
			}
			return trouble(sum)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object per line")
	return cmd
}

func binnedLine(b sweeper.TrashEntry) jsonTrashed {
	t := b.Trashed
	return jsonTrashed{
		"trashed", b.Storage, t.Path, t.Size, moment(t.Deleted), string(b.PurgeReason), b.Verdict.Confidence, b.Due, b.Why,
	}
}

// printTrashEntry prints an entry, and why it is due or not.
func (p *program) printTrashEntry(b sweeper.TrashEntry) {
	reason := string(b.PurgeReason)
	if b.PurgeReason == sweeper.PurgeReasonNone {
		reason = "-"
	}
	mark := ""
	if b.Due {
		mark = p.term.paint("31", "due: ")
	}
	p.term.printf("%-10s  %8s  %s\n%s%s%s\n", reason, size(b.Trashed.Size), p.place(b.Storage, b.Trashed.Path),
		"                      ", mark, p.term.dim(safe(b.Why)))
}

func (p *program) trashPurge() *cobra.Command {
	return p.purging("purge", "permanently delete entries that are due: ours and matching",
		`purge lists the entries that are due under the policy's trash: section: those that
sweepd put there (ours) and those that someone else put there and a rule would
trash (matching). With --apply it deletes them permanently, after examining each
file again.`,
		func(t policy.TrashAges) bool { return t.Ours > 0 || t.Matching > 0 },
		"trash: {ours: 30d} or trash: {matching: 30d}", sweeper.PurgeReasonOurs, sweeper.PurgeReasonMatching)
}

func (p *program) trashEmpty() *cobra.Command {
	return p.purging("empty", "permanently delete all entries that are old enough",
		`empty lists all entries that have been in the trash for at least the age in the
policy's trash: {everything: AGE}, whoever put them there. With --apply it deletes
them permanently. Without that line in the policy it refuses.`,
		func(t policy.TrashAges) bool { return t.Everything > 0 },
		"trash: {everything: 30d}", sweeper.PurgeReasonOurs, sweeper.PurgeReasonMatching, sweeper.PurgeReasonEverything)
}

// purging returns a verb that deletes for good the due entries for which it has one of the rights. allowed reports
// whether the policy gives any of them.
func (p *program) purging(
	name, short, long string, allowed func(policy.TrashAges) bool, line string, rights ...sweeper.PurgeReason,
) *cobra.Command {
	var apply bool
	var l look
	cmd := &cobra.Command{
		Use: name + " [--apply] [PATH|STORAGE]...", Short: short, Long: long, ValidArgsFunction: p.where,
		RunE: func(cmd *cobra.Command, args []string) error {
			a, err := p.open(cmd.Context(), args, apply)
			if err != nil {
				return err
			}
			defer a.Close()
			if !allowed(a.Policy.Trash) {
				return &app.UsageError{
					Err:  fmt.Errorf("%s does not allow this purge", p.policyName(a)),
					Hint: "nothing was changed; to allow it, add to the policy: " + line,
				}
			}
			if apply {
				if err := p.recover(cmd.Context(), l, a); err != nil {
					return err
				}
			}
			due, sum, err := a.PlanPurge(cmd.Context(), rights)
			if err != nil {
				return err
			}
			p.printPurge(l, due, sum)
			if apply && !due.Empty() {
				total := len(due.Purge)
				done, err := a.Sweeper.Execute(cmd.Context(), due,
					func(n int) { p.term.progress("done: %d of %d", n, total) })
				p.term.settle()
				if done != nil {
					p.done(l, done)
				}
				return firstError(err, trouble(sum), troubleOf(done))
			}
			if !l.json {
				p.term.printf("nothing was changed%s\n", purgeHint(name, due))
			}
			return trouble(sum)
		},
	}
	cmd.Flags().BoolVar(&apply, "apply", false, "permanently delete what is due")
	cmd.Flags().BoolVar(&l.json, "json", false, "print one JSON object per line")
	return cmd
}

// recover first completes the record, so that the planned entries are in the trash.
func (p *program) recover(ctx context.Context, l look, a *app.App) error {
	sum, err := a.Sweeper.Recover(ctx)
	if sum != nil && !l.json {
		p.done(l, sum)
	}
	return err
}

func troubleOf(sum *sweeper.Summary) error {
	if sum == nil {
		return nil
	}
	return trouble(sum)
}

func purgeHint(name string, due *sweeper.Plan) string {
	if due.Empty() {
		return ""
	}
	return "; to delete permanently: sweepd trash " + name + " --apply"
}

// printPurge prints the due entries and, separately, how many of them are not images from ChatGPT.
func (p *program) printPurge(l look, due *sweeper.Plan, sum *sweeper.Summary) {
	var others []sweeper.Item
	for _, it := range due.Purge {
		if it.PurgeReason == sweeper.PurgeReasonEverything {
			others = append(others, it)
		}
		if l.json {
			p.json(jsonTrashed{
				"trashed", it.Storage, it.Entry.Path, it.Entry.Size, nil, string(it.PurgeReason), fingerprint.None, true,
				it.Decision.Reasons[0],
			})
			continue
		}
		p.term.printf("%-10s  %8s  %s\n", it.PurgeReason, size(it.Entry.Size), p.place(it.Storage, it.Entry.Path))
	}
	if l.json {
		p.json(problemLines(sum)...)
		return
	}
	p.problems(sum)
	p.term.printf("due: %s\n", due)
	if len(others) > 0 {
		p.term.printf("%s of these (%s) are not identified as ChatGPT images\n",
			count(int64(len(others)), "file"), size(sweeper.Bytes(others)))
	}
}

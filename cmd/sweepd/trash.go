package main

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/sweeper"
)

// jsonTrashed is one entry of a trash bin. Deleted is null if the bin does not record it; Why is an English sentence.
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

// newTrashCmd returns the verb trash, which only has other verbs.
func newTrashCmd(p *program) *cobra.Command {
	cmd := group(&cobra.Command{
		Use:   "trash",
		Short: "list trash contents and delete them permanently",
		Long: `trash reads every trash bin of your disks and accounts and classifies each entry:
ours (sweepd put it there), matching (someone else did, and a rule of the policy
would trash it), or everything (the policy purges any entry).

The policy's trash: section sets the age at which entries are due. Folders, links,
and files without a recorded origin are left alone.

Exit status: that of the command; alone, trash prints this help, and 0.`,
	})
	cmd.AddCommand(newTrashListCmd(p), newTrashPurgeCmd(p), newTrashEmptyCmd(p))
	return cmd
}

// trashListOptions are the arguments and flags of trash list.
type trashListOptions struct {
	where []string // folders and storages; none: all storages of the policy
	json  bool
}

// newTrashListCmd returns the verb trash list.
func newTrashListCmd(p *program) *cobra.Command {
	var o trashListOptions
	cmd := &cobra.Command{
		Use:               "list [PATH|STORAGE]...",
		ValidArgsFunction: p.where,
		Short:             "list trash contents, who put them there, and what is due",
		Long: `list lists the entries of every trash bin, each with its reason to be purged (ours,
matching or everything), its size, its old place, and why it is due or not. It
changes nothing.

Exit status: 1 if a trash bin or an entry could not be read.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.where = args
			return runTrashList(cmd.Context(), p, o)
		},
	}
	cmd.Flags().BoolVar(&o.json, "json", false, "print one JSON object per line")
	return cmd
}

// runTrashList prints the entries of the trash bins and their totals. It changes nothing, and opens the storages
// for reading. It returns errTrouble if a bin could not be read.
func runTrashList(ctx context.Context, p *program, o trashListOptions) error {
	a, err := p.open(ctx, o.where, false)
	if err != nil {
		return err
	}
	defer a.Close()
	var all, due int
	var bytes int64
	sum, err := a.Sweeper.Bins(ctx, func(b sweeper.TrashEntry) {
		all, bytes = all+1, bytes+b.Trashed.Size
		if b.Due {
			due++
		}
		if o.json {
			p.json(binnedLine(b))
			return
		}
		p.printTrashEntry(b)
	})
	if err != nil {
		return err
	}
	if o.json {
		p.json(problemLines(sum)...)
	} else {
		p.problems(sum)
		p.term.printf("%d in the trash (%s), %d due; nothing was changed\n", all, size(bytes), due)
	}
	return trouble(sum)
}

// binnedLine returns the line of an entry for --json.
func binnedLine(b sweeper.TrashEntry) jsonTrashed {
	t := b.Trashed
	return jsonTrashed{
		"trashed", b.Storage, t.Path, t.Size, moment(t.Deleted), string(b.PurgeReason), b.Verdict.Confidence,
		b.Due, b.Why.String(),
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
		mark = p.term.paint("31", p.term.in.Sprintf("due: "))
	}
	p.term.printf("%-10s  %8s  %s\n", reason, size(b.Trashed.Size),
		p.term.fit(p.place(b.Storage, b.Trashed.Path), 22))
	p.term.note(mark+p.term.dim(p.term.text(b.Why)), 22)
}

// purgeOptions are the arguments and flags of trash purge and trash empty. The two verbs differ only in the rights that
// they use, so they share the command and its function.
type purgeOptions struct {
	where      []string // folders and storages; none: all storages of the policy
	everything bool     // trash empty: whoever put it there
	apply      bool
	json       bool
}

// newTrashPurgeCmd returns the verb trash purge, which deletes entries that sweepd put there, or that a rule
// would trash.
func newTrashPurgeCmd(p *program) *cobra.Command {
	return newPurgeCmd(p, purgeOptions{}, "permanently delete entries that are due: ours and matching",
		`purge lists the entries that are due under the policy's trash: section: those that
sweepd put there (ours) and those that someone else put there and a rule would
trash (matching). With --apply it deletes them permanently, after examining each
file again.

Exit status: 1 if something failed or was skipped for safety, 3 if all was refused
for safety.`)
}

// newTrashEmptyCmd returns the verb trash empty, which deletes entries of any origin.
func newTrashEmptyCmd(p *program) *cobra.Command {
	return newPurgeCmd(p, purgeOptions{everything: true}, "permanently delete all entries that are old enough",
		`empty lists all entries that have been in the trash for at least the age in the
policy's trash: {everything: AGE}, whoever put them there. With --apply it deletes
them permanently. Without that line in the policy it refuses.

Exit status: 1 if something failed or was skipped for safety, 3 if all was refused
for safety.`)
}

// newPurgeCmd returns a verb that deletes for good what is due. o has the kind; the rest of it is set by the
// arguments and flags.
func newPurgeCmd(p *program, o purgeOptions, short, long string) *cobra.Command {
	cmd := &cobra.Command{
		Use:               o.verb() + " [--apply] [PATH|STORAGE]...",
		ValidArgsFunction: p.where,
		Short:             short,
		Long:              long,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.where = args
			return runPurge(cmd.Context(), p, o)
		},
	}
	cmd.Flags().BoolVar(&o.apply, "apply", false, "permanently delete what is due")
	cmd.Flags().BoolVar(&o.json, "json", false, "print one JSON object per line")
	return cmd
}

// verb returns the name of the verb.
func (o purgeOptions) verb() string {
	if o.everything {
		return "empty"
	}
	return "purge"
}

// allowed reports whether the policy gives any of the verb's rights; line is one of a policy that does.
func (o purgeOptions) allowed(ages policy.TrashAges) (ok bool, line string) {
	if o.everything {
		return ages.Everything > 0, "trash: {everything: 30d}"
	}
	return ages.Ours > 0 || ages.Matching > 0, "trash: {ours: 30d} or trash: {matching: 30d}"
}

// rights returns the reasons for which the verb may purge. An entry has one reason, the strongest: trash empty deletes
// ours and matching entries too.
func (o purgeOptions) rights() []sweeper.PurgeReason {
	rights := []sweeper.PurgeReason{sweeper.PurgeReasonOurs, sweeper.PurgeReasonMatching}
	if o.everything {
		rights = append(rights, sweeper.PurgeReasonEverything)
	}
	return rights
}

// runPurge prints the due entries that the verb may delete, and with --apply deletes them.
//
// It returns a *app.UsageError if the policy allows none of it. With --apply the record is completed first, and
// each file is examined again right before it is deleted. It returns errTrouble if something failed or was left
// alone.
func runPurge(ctx context.Context, p *program, o purgeOptions) error {
	a, err := p.open(ctx, o.where, o.apply)
	if err != nil {
		return err
	}
	defer a.Close()
	if ok, line := o.allowed(a.Policy.Trash); !ok {
		return &app.UsageError{
			Err:  fmt.Errorf("%s does not allow this purge", p.policyName(a)),
			Hint: "nothing was changed; to allow it, add to the policy: " + line,
		}
	}
	if o.apply { // an entry whose purge was interrupted would be planned again although it may be gone
		if err := p.recover(ctx, o.json, a.Sweeper.RecoverOpen); err != nil {
			return err
		}
	}
	due, sum, err := a.PlanPurge(ctx, o.rights())
	if err != nil {
		return err
	}
	p.printPurge(o.json, due, sum)
	if o.apply && !due.Empty() {
		done, err := p.execute(ctx, o.json, a, due)
		return cmp.Or(err, trouble(sum), troubleOf(done))
	}
	if o.apply { // else the purge has looked what has left the trash
		if err := p.recover(ctx, o.json, a.Sweeper.Recover); err != nil {
			return err
		}
	}
	if !o.json {
		p.term.printf("nothing was changed%s\n", p.purgeHint(o.verb(), due))
	}
	return trouble(sum)
}

// recover completes the record by a method of the Sweeper, and prints what that did.
func (p *program) recover(
	ctx context.Context, asJSON bool, by func(context.Context) (*sweeper.Summary, error),
) error {
	sum, err := by(ctx)
	if sum != nil && !asJSON {
		p.done(false, sum)
	}
	return err
}

// troubleOf is trouble for a summary that may be nil, because nothing was begun.
func troubleOf(sum *sweeper.Summary) error {
	if sum == nil {
		return nil
	}
	return trouble(sum)
}

// purgeHint returns the end of the sentence with the command that deletes, "" if nothing is due.
func (p *program) purgeHint(verb string, due *sweeper.Plan) string {
	if due.Empty() {
		return ""
	}
	return p.term.in.Sprintf("; to delete permanently: %s", "sweepd trash "+verb+" --apply")
}

// printPurge prints the due entries and, separately, how many of them are not images from ChatGPT.
func (p *program) printPurge(asJSON bool, due *sweeper.Plan, sum *sweeper.Summary) {
	var others, bytes int64 // not identified
	for _, it := range due.Purge {
		if it.PurgeReason == sweeper.PurgeReasonEverything {
			others, bytes = others+1, bytes+it.Entry.Size
		}
		if asJSON {
			p.json(jsonTrashed{
				"trashed", it.Storage, it.Entry.Path, it.Entry.Size, nil, string(it.PurgeReason), fingerprint.None,
				true, it.Decision.Reasons[0].String(),
			})
			continue
		}
		p.term.printf("%-10s  %8s  %s\n", it.PurgeReason, size(it.Entry.Size),
			p.term.fit(p.place(it.Storage, it.Entry.Path), 22))
	}
	if asJSON {
		p.json(problemLines(sum)...)
		return
	}
	p.problems(sum)
	p.term.printf("due: %s\n", due)
	if others > 0 {
		p.term.printf("%s of these (%s) are not identified as ChatGPT images\n", count(others, "file"), size(bytes))
	}
}

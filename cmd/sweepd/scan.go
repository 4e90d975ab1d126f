package main

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/report"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/sweeper"
)

// listing are the flags of the verbs that list what a scan finds.
type listing struct {
	all  bool // every image, not only matches
	json bool
	page outputFile // a contact sheet, in place of the list
}

// flags adds --all and --json. The page has its own flag (sheetFlag), which plan combines with another output.
func (l *listing) flags(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&l.all, "all", false, "list every image, not only matches")
	cmd.Flags().BoolVar(&l.json, "json", false, "print one JSON object per line")
}

// scanOptions are the arguments and flags of scan.
type scanOptions struct {
	listing
	selection
	where     []string // folders and storages; none: all storages of the policy
	byImage   bool
	documents bool
}

// newScanCmd returns the verb scan. It may be given a whole home, which apply refuses: looking is harmless.
func newScanCmd(p *program) *cobra.Command {
	o := scanOptions{listing: listing{page: newSheetFile()}, selection: newSelection()}
	cmd := &cobra.Command{
		Use:               "scan [PATH|STORAGE]...",
		ValidArgsFunction: p.where,
		Short:             "find ChatGPT images and show what the policy would do",
		Long: `scan examines every image in the given folders and storages, or in all storages of
the policy, and changes nothing. It shows how certain it is that each file comes
from ChatGPT, why, and what the policy would do. scan accepts a whole home
directory; apply needs the folders in which pictures are saved.

Where the policy says ask: openai, a scan may upload pictures to OpenAI; sweepd
check says which. Otherwise nothing is uploaded.

Without a policy file, the built-in policy applies: it would trash proven images
and put strong and likely ones up for review. The last line is then the command
that writes a policy for the folders in which images were found.

--due, --held and --confidence list only some of the files, also in JSON. The
numbers at the end are of the whole scan; --totals adds those of the listed files.

With --by-image, files with the same content are listed once, with all their
places. They are compared by hash: the hashes that cloud services report, and
hashes of local files. Nothing is downloaded for it.

--documents also looks into documents: office documents, e-books, web pages, notebooks,
mails and PDF. It lists those that contain a picture from ChatGPT, with its place in
the document, why it is listed, and the conversation if an export was learnt. No
document is changed. Documents in accounts are not looked into.

--html writes the list as one web page: thumbnails, and for each file why it is
listed, when it is due or what holds it, and a command to copy that keeps or
releases it. The page loads nothing and runs no script. It replaces only a page of
sweepd, unless --force is given, and never a picture.

Exit status: 1 if a file or a folder could not be read.`,
		Example: `  sweepd scan ~/Downloads ~/Pictures
  sweepd scan --due --sort size --totals folder
  sweepd scan --by-image
  sweepd scan --documents ~/Downloads
  sweepd scan --html found.html && xdg-open found.html
  sweepd scan --json | jq -r 'select(.confidence=="proven").path'`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.where = args
			return runScan(cmd.Context(), p, o)
		},
	}
	o.listing.flags(cmd)
	o.selection.flags(cmd)
	cmd.Flags().BoolVar(&o.byImage, "by-image", false, "list each picture once, with all its places")
	cmd.Flags().BoolVar(&o.documents, "documents", false, "also list the documents with pictures from ChatGPT in them")
	sheetFlag(cmd, &o.page)
	cmd.Flags().BoolVar(&o.page.force, "force", false, "replace the --html file even if it is not a sweepd page")
	cmd.MarkFlagsMutuallyExclusive("html", "by-image")
	return cmd
}

// runScan scans, and prints the files, the totals and the next command. It returns errTrouble after a scan with
// problems, which are printed. Beside the files that the selection lists it keeps those that are due, for the forecast
// whether apply would refuse them, and with --documents those that match.
func runScan(ctx context.Context, p *program, o scanOptions) error {
	stdout, err := p.aside(o.page)
	if err != nil {
		return err
	}
	opts := p.options()
	opts.Only, opts.WholeHome, opts.Upload = o.where, true, true
	a, err := p.openApp(ctx, opts)
	if err != nil {
		return err
	}
	defer a.Close()
	var due, found []sweeper.Found
	folders := map[string]app.PictureFolder{}
	scan := func(so sweeper.ScanOptions) (*sweeper.Summary, error) {
		// The scan calls Each for one file at a time, so these need no lock.
		so.Each = noting(&due, folders, so.Each)
		if o.documents {
			so.Each = collecting(&found, so.Each)
		}
		return a.Sweeper.Scan(ctx, so)
	}
	var sum *sweeper.Summary
	end := ending{selection: o.selection}
	if o.byImage {
		end.listed, end.byImage, sum, err = p.showImages(ctx, o, a, scan)
	} else {
		end.listed, sum, err = p.show(o.listing, o.selection, scan)
	}
	if err != nil {
		return err
	}
	if o.documents {
		if end.documents, err = p.lookIntoDocuments(ctx, o, a, found, sum); err != nil {
			return err
		}
	}
	if end.refusal, err = p.refusal(ctx, a, due, sum); err != nil {
		return err
	}
	p.conclude(o.json, a, sum, end)
	p.barred(a, sum)
	if o.page.named != "" {
		if err := p.scanSheet(ctx, a, o, due, sum, end, stdout); err != nil {
			return err
		}
	}
	switch {
	case o.json:
	case end.refusal != nil:
		p.term.printf("nothing was changed\n")
		p.refused(end.refusal)
	default:
		p.term.printf("nothing was changed%s\n", p.next(a, o.where, sum))
	}
	if !o.json && a.PolicyFile == "" {
		p.suggestPolicy(folders)
	}
	return trouble(sum)
}

// noting returns a function that passes each file to each, notes the files that are due, and counts images by folder.
// It counts every image, matched or not, also those that the selection leaves out; the caller reads both results after
// the scan.
func noting(
	due *[]sweeper.Found, folders map[string]app.PictureFolder, each func(sweeper.Found),
) func(sweeper.Found) {
	return func(f sweeper.Found) {
		app.CountPicture(folders, f.Entry.Path, f.Verdict.Confidence)
		if f.Decision.Action == policy.Trash {
			*due = append(*due, f)
		}
		each(f)
	}
}

// collecting returns a function that passes each file to each, and collects those that match.
func collecting(found *[]sweeper.Found, each func(sweeper.Found)) func(sweeper.Found) {
	return func(f sweeper.Found) {
		if f.Verdict.Confidence > fingerprint.None {
			*found = append(*found, f)
		}
		each(f)
	}
}

// refusal returns why apply would refuse to trash the files that a scan found due; nil if it would not, or if that is
// not known. It is not known without the record, whose usage counts toward the limits, and with last copies to keep,
// for which a plan is needed. The user gets this forecast for free, because the scan has all it needs.
func (p *program) refusal(
	ctx context.Context, a *app.App, due []sweeper.Found, sum *sweeper.Summary,
) (refusal, err error) {
	if len(due) == 0 || a.ReportOnly != nil || p.wholeHome(a) || a.Policy.LastCopy {
		return nil, nil
	}
	return asRefusal(cmp.Or(a.Paused(ctx), a.Sweeper.Allow(ctx, a.Sweeper.PlanFound(due, sum))))
}

// asRefusal returns an error that refuses a plan as the first result, and any other as the second.
func asRefusal(err error) (refusal, other error) {
	_, limit := errors.AsType[*sweeper.LimitError](err)
	_, surge := errors.AsType[*sweeper.SurgeError](err)
	if limit || surge || errors.Is(err, sweeper.ErrPaused) && !errors.Is(err, journal.ErrUnreachable) {
		return err, nil
	}
	return nil, err
}

// refused prints why apply would refuse the plan, and what the user can do. The hint is another one than that of apply
// (diagnose), since here the user has not asked for anything yet.
func (p *program) refused(why error) {
	p.warn("apply would refuse this: %s", p.term.text(language.Explanation(why)))
	switch _, surge := errors.AsType[*sweeper.SurgeError](why); {
	case errors.Is(why, sweeper.ErrPaused):
		p.hint("to continue: sweepd resume")
	case surge:
		p.hint("review the plan and apply it: sweepd plan -o plan.json, then sweepd apply plan.json")
	default:
		p.hint("to see what is due: sweepd scan --due --totals folder; then name fewer folders, or raise limits: in " +
			"the policy")
	}
}

// wholeHome reports whether the scan was of a home, which apply refuses.
func (p *program) wholeHome(a *app.App) bool {
	return slices.ContainsFunc(a.Scope, func(sc sweeper.Scope) bool { return slices.ContainsFunc(sc.Roots, a.Home) })
}

// next returns a hint with the command that would carry out the plan; "" if nothing is due. The command repeats the
// arguments of the scan, quoted for a shell.
func (p *program) next(a *app.App, where []string, sum *sweeper.Summary) string {
	would := report.Next(sum)
	if would == nil || a.ReportOnly != nil {
		return ""
	}
	if p.wholeHome(a) {
		return p.term.in.Sprintf("; to %s, name the folders: %s", would, p.term.bold("sweepd apply FOLDER..."))
	}
	command := p.withPolicy("sweepd apply")
	for _, arg := range where {
		command += " " + p.quotedPath(arg)
	}
	return p.term.in.Sprintf("; to %s: %s", would, p.term.bold(command))
}

package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"sweepd/internal/app"
	"sweepd/internal/report"
	"sweepd/sweeper"
)

// listing are the flags of the verbs that list what a scan finds.
type listing struct {
	all  bool // every image, not only matches
	json bool
}

func (l *listing) flags(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&l.all, "all", false, "list every image, not only matches")
	cmd.Flags().BoolVar(&l.json, "json", false, "print one JSON object per line")
}

// scanOptions are the arguments and flags of scan.
type scanOptions struct {
	listing
	selection
	where   []string // folders and storages; none: all storages of the policy
	byImage bool
}

func newScanCmd(p *program) *cobra.Command {
	o := scanOptions{selection: newSelection()}
	cmd := &cobra.Command{
		Use:               "scan [PATH|STORAGE]...",
		ValidArgsFunction: p.where,
		Short:             "find ChatGPT images and show what the policy would do",
		Long: `scan examines every image in the given folders and storages, or in all storages of
the policy, and changes nothing. It shows how certain it is that each file comes
from ChatGPT, why, and what the policy would do. scan accepts a whole home
directory; apply needs the folders in which pictures are saved.

Without a policy file, the built-in policy applies: it would trash proven images
and put strong and likely ones up for review.

--due, --held and --confidence list only some of the files, also in JSON. The
numbers at the end are of the whole scan; --totals adds those of the listed files.

With --by-image, files with the same content are listed once, with all their
places. They are compared by hash: the hashes that cloud services report, and
hashes of local files. Nothing is downloaded for it.`,
		Example: `  sweepd scan ~/Downloads ~/Pictures
  sweepd scan --due --sort size --totals folder
  sweepd scan --by-image
  sweepd scan --json | jq -r 'select(.confidence=="proven").path'`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.where = args
			return runScan(cmd.Context(), p, o)
		},
	}
	o.listing.flags(cmd)
	o.selection.flags(cmd)
	cmd.Flags().BoolVar(&o.byImage, "by-image", false, "list each picture once, with all its places")
	return cmd
}

// runScan scans, and prints the files, the totals and the next command.
func runScan(ctx context.Context, p *program, o scanOptions) error {
	opts := p.options()
	opts.Only, opts.WholeHome = o.where, true
	a, err := p.openApp(ctx, opts)
	if err != nil {
		return err
	}
	defer a.Close()
	scan := func(so sweeper.ScanOptions) (*sweeper.Summary, error) { return a.Sweeper.Scan(ctx, so) }
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
	p.conclude(o.json, a, sum, end)
	p.barred(a, sum)
	if !o.json {
		p.term.printf("nothing was changed%s\n", p.next(a, o.where, sum))
	}
	return trouble(sum)
}

// next returns a hint with the command that would carry out the plan; "" if nothing is due.
func (p *program) next(a *app.App, where []string, sum *sweeper.Summary) string {
	would := report.Next(sum)
	if would == "" || a.ReportOnly != nil {
		return ""
	}
	for _, sc := range a.Scope {
		if slices.ContainsFunc(sc.Roots, a.Home) { // apply refuses it
			return fmt.Sprintf("; to %s, name the folders: %s", would,
				p.term.bold("sweepd apply FOLDER..."))
		}
	}
	command := "sweepd apply"
	if p.policyFile != "" {
		command += " --policy " + quoted(p.policyFile)
	}
	for _, arg := range where {
		if short := tilde(arg, p.home()); quoted(short) == short { // a shell does not expand a quoted ~
			arg = short
		}
		command += " " + quoted(arg)
	}
	return fmt.Sprintf("; to %s: %s", would, p.term.bold(command))
}

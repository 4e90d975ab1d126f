package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"sweepd/fingerprint"
	"sweepd/internal/app"
	"sweepd/policy"
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
	where   []string // folders and storages; none: all storages of the policy
	byImage bool
}

func newScanCmd(p *program) *cobra.Command {
	var o scanOptions
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

With --by-image, files with the same content are listed once, with all their
places. They are compared by hash: the hashes that cloud services report, and
hashes of local files. Nothing is downloaded for it.`,
		Example: "  sweepd scan ~/Downloads ~/Pictures\n  sweepd scan --by-image\n  sweepd scan --json | jq -r 'select(.confidence==\"proven\").path'",
		RunE: func(cmd *cobra.Command, args []string) error {
			o.where = args
			return runScan(cmd.Context(), p, o)
		},
	}
	o.flags(cmd)
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
	var grouped *jsonByImage
	if o.byImage {
		sum, grouped, err = p.showImages(ctx, o.listing, a, scan)
	} else {
		sum, err = p.show(o.listing, scan)
	}
	if err != nil {
		return err
	}
	p.conclude(o.json, a, sum, grouped)
	p.barred(a, sum)
	if !o.json {
		p.term.printf("nothing was changed%s\n", p.next(a, o.where, sum))
	}
	return trouble(sum)
}

// open opens the app for a verb that takes folders and storages.
func (p *program) open(ctx context.Context, where []string, act bool) (*app.App, error) {
	o := p.options()
	o.Only, o.Act = where, act
	return p.openApp(ctx, o)
}

// openApp opens the app and prints a warning if the record cannot be relied on.
func (p *program) openApp(ctx context.Context, o app.Options) (*app.App, error) {
	a, err := app.Open(ctx, o)
	if err == nil && a.ReportOnly != nil {
		what := "nothing will be deleted"
		if _, ok := errors.AsType[*app.StateError](a.ReportOnly); ok {
			what = "nothing will be remembered or deleted, and what you said of files is not known"
		}
		fmt.Fprintf(p.stderr, "%s %s: %s\n", p.term.paint("33", "warning:"), what, safe(a.ReportOnly.Error()))
		if _, hint := p.diagnose(a.ReportOnly); hint != "" {
			fmt.Fprintf(p.stderr, "hint: %s\n", hint)
		}
	}
	if err == nil {
		p.warnDiffers(a.Differs)
	}
	return a, err
}

// warnDiffers warns, once, that a service with another policy is running.
func (p *program) warnDiffers(how string) {
	if how != "" && !p.warned {
		p.warned = true
		fmt.Fprintf(p.stderr, "%s %s\n", p.term.paint("33", "warning:"), safe(how))
	}
}

// show scans and prints the files: as they are found in JSON, sorted in text.
func (p *program) show(
	l listing, scan func(sweeper.ScanOptions) (*sweeper.Summary, error),
) (*sweeper.Summary, error) {
	var found []sweeper.Found
	o := p.looking(l, func(f sweeper.Found) { found = append(found, f) })
	if l.json {
		o.Each = func(f sweeper.Found) { p.json(fileLine(f)) }
	}
	sum, err := scan(o)
	p.term.settle()
	if err != nil {
		return sum, err
	}
	slices.SortFunc(found, func(x, y sweeper.Found) int {
		return cmp.Or(cmp.Compare(y.Verdict.Confidence, x.Verdict.Confidence),
			strings.Compare(x.Entry.Path, y.Entry.Path))
	})
	if len(found) > 0 {
		p.heading("file and reason")
	}
	for _, f := range found {
		p.file(f)
		p.why(f)
	}
	return sum, nil
}

// looking returns the options of a scan that passes each file to each, and shows its progress to the user.
func (p *program) looking(l listing, each func(sweeper.Found)) sweeper.ScanOptions {
	return sweeper.ScanOptions{
		All:      l.all,
		Each:     each,
		Progress: func(seen, matched int64) { p.term.progress("looking: %s, %d found", count(seen, "file"), matched) },
	}
}

func (p *program) heading(last string) {
	p.term.printf("%s\n", p.term.dim(fmt.Sprintf("%-8s  %8s  %6s  %-6s  %s", "sure", "size", "age", "policy", last)))
}

// file prints a line about the file.
func (p *program) file(f sweeper.Found) {
	p.term.printf("%s  %8s  %6s  %s  %s\n", p.term.level(f.Verdict.Confidence), size(f.Entry.Size),
		age(f.Entry.Modified, p.now()),
		p.action(f.Decision.Action), p.term.fit(p.place(f.Storage, f.Entry.Path), 36))
}

// why prints the reasons for the verdict and the decision.
func (p *program) why(f sweeper.Found) {
	why := strings.TrimPrefix(f.Verdict.String(), f.Verdict.Confidence.String()+": ")
	if d := f.Decision; d.Action == policy.Hold ||
		d.Action == policy.Keep && d.Rule == "" && f.Verdict.Confidence >= fingerprint.Strong {
		why += "; " + string(f.Decision.Action) + ": " + strings.Join(f.Decision.Reasons, ", ")
	}
	p.term.printf("%s%s\n", strings.Repeat(" ", 36), p.term.dim(safe(why)))
}

func (p *program) action(a policy.Action) string {
	code := map[policy.Action]string{policy.Trash: "31", policy.Hold: "35", policy.Review: "33"}[a]
	return p.term.paint(code, fmt.Sprintf("%-6s", a))
}

// conclude prints the problems and the totals. grouped is nil if the files were not grouped by image.
func (p *program) conclude(asJSON bool, a *app.App, sum *sweeper.Summary, grouped *jsonByImage) {
	if asJSON {
		p.json(problemLines(sum)...)
		line := scanLine(sum)
		line.ByImage = grouped
		p.json(line)
		return
	}
	p.problems(sum)
	p.stopped(sum)
	if sum.Matched > 0 {
		p.term.printf("\n")
	}
	var levels []string
	for c := fingerprint.Proven; c > fingerprint.None; c-- {
		if n := sum.ByConfidence[c]; n > 0 {
			levels = append(levels, fmt.Sprintf("%d %s", n, c))
		}
	}
	matched := "none identified as ChatGPT images"
	if sum.Matched > 0 {
		matched = fmt.Sprintf("%d matched: %s", sum.Matched, strings.Join(levels, ", "))
	}
	p.term.printf("%s, %s, %s (read %s in %.1f s)\n", count(sum.Seen, "file"), count(sum.Images, "image"), matched,
		size(sum.BytesRead), sum.Duration.Seconds())
	if sum.Matched > 0 {
		var would []string
		for _, act := range []policy.Action{policy.Trash, policy.Hold, policy.Review, policy.Keep} {
			if n := sum.ByAction[string(act)]; n > 0 {
				would = append(would, fmt.Sprintf("%s %d", act, n))
			}
		}
		p.term.printf("%s would %s\n", p.policyName(a), strings.Join(would, ", "))
	}
	if grouped != nil && grouped.Images > 0 {
		p.term.printf("by their bytes they are %s in %s\n", count(int64(grouped.Images), "image"),
			count(int64(grouped.Places), "place"))
	}
}

// policyName returns the user's name of the policy.
func (p *program) policyName(a *app.App) string {
	if a.PolicyFile == "" {
		return "the built-in policy"
	}
	return safe(tilde(a.PolicyFile, p.home()))
}

// next returns a hint with the command that would carry out the plan; "" if nothing is due.
func (p *program) next(a *app.App, where []string, sum *sweeper.Summary) string {
	var would []string
	if n := sum.ByAction[string(policy.Trash)]; n > 0 {
		would = append(would, "move "+count(n, "file")+" to the trash")
	}
	if n := sum.Unmarked(); n > 0 {
		would = append(would, "start the grace of "+count(n, "file"))
	}
	if len(would) == 0 || a.ReportOnly != nil {
		return ""
	}
	for _, sc := range a.Scope {
		if slices.ContainsFunc(sc.Roots, a.Home) { // apply refuses it
			return fmt.Sprintf("; to %s, name the folders: %s", strings.Join(would, " and "),
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
	return fmt.Sprintf("; to %s: %s", strings.Join(would, " and "), p.term.bold(command))
}

// problems prints the problems of a run, and each hint once.
func (p *program) problems(sum *sweeper.Summary) {
	var hints []string
	for _, pr := range sum.Problems {
		what, hint := p.place(pr.Storage, pr.Path), strings.ReplaceAll(app.Hint(pr.Err), "STORAGE", pr.Storage)
		if pr.Files > 0 {
			what = fmt.Sprintf("%s of %s: %s", count(pr.Files, "file"), p.place(pr.Storage, ""), what)
			hint = "check that you can write there; to test it: sweepd doctor"
		}
		fmt.Fprintf(p.stderr, "%s cannot %s %s: %s\n", p.term.paint("33", "warning:"), pr.Doing, what, safe(pr.Text))
		if hint != "" && !slices.Contains(hints, hint) {
			hints = append(hints, hint)
		}
	}
	for _, hint := range hints {
		fmt.Fprintf(p.stderr, "hint: %s\n", safe(hint))
	}
	if more := sum.Errors - int64(len(sum.Problems)); more > 0 {
		fmt.Fprintf(p.stderr, "warning: and %s more\n", count(more, "problem"))
	}
}

// barred prints the folders from which files that are due cannot go to the trash.
func (p *program) barred(a *app.App, sum *sweeper.Summary) {
	if sum.ByAction[string(policy.Trash)]+sum.ByAction[string(policy.Hold)] == 0 {
		return
	}
	for _, x := range a.Barred() {
		fmt.Fprintf(p.stderr, "%s cannot move files from %s to the trash: %s\n", p.term.paint("33", "warning:"),
			p.place(x.Storage, x.Root), safe(x.Err.Error()))
		fmt.Fprintf(p.stderr, "hint: %s\n", safe(x.Hint))
	}
}

// stopped prints the roots from which nothing is deleted.
func (p *program) stopped(sum *sweeper.Summary) {
	folders := 0
	for _, x := range sum.Stopped {
		if _, account := p.accounts()[x.Storage]; !account {
			folders++
		}
		fmt.Fprintf(p.stderr, "%s nothing is deleted from %s, because the scan of it was incomplete\n",
			p.term.paint("33", "warning:"), p.place(x.Storage, x.Root))
	}
	if folders > 0 {
		fmt.Fprintf(p.stderr,
			"hint: mount the disk or make it readable; or skip the folder with exclude: in the policy or a file named .nosweep\n")
	}
}

// trouble returns the error with which a run with problems ends; they are printed already.
func trouble(sum *sweeper.Summary) error {
	if sum.Trouble() {
		return errTrouble
	}
	return nil
}

// quoted returns s quoted for a shell.
func quoted(s string) string {
	if s != "" && strings.IndexFunc(s, func(r rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./~+,:@%", r)
	}) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(safe(s), "'", `'\''`) + "'"
}

func splitLines(s string) []string { return strings.Split(strings.TrimRight(s, "\n"), "\n") }

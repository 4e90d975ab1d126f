package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"sweepd/internal/app"
	"sweepd/policy"
)

func newCheckCmd(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "check [POLICY]",
		Short: "validate a policy file and explain it in English",
		Args:  atMostOne("file"),
		RunE:  func(cmd *cobra.Command, args []string) error { return runCheck(cmd.Context(), p, args) },
	}
}

// runCheck explains the policy in a file, with its warnings. Without a file it is the one that the other verbs use.
func runCheck(ctx context.Context, p *program, files []string) error {
	paths, err := app.FindPaths(p.getenv)
	if err != nil {
		return err
	}
	named := p.options().NamedPolicy()
	if len(files) == 1 {
		named = files[0]
	}
	path, err := paths.FindPolicy(named)
	if err != nil {
		return err
	}
	if path == "" {
		return &app.UsageError{
			Err:  errors.New("no policy file found"),
			Hint: "name one: sweepd check FILE; or create one: sweepd init",
		}
	}
	pol, err := app.LoadPolicy(path, paths.Home)
	if err != nil {
		return err
	}
	p.term.printf("%s is valid.\n\n%s\n", safe(tilde(path, p.home())), lines(pol.String()))
	p.printNotes(ctx, pol)
	for _, warning := range slices.Concat(pol.Cautions(), cautions(pol), p.bars(pol)) {
		p.warn("%s", safe(warning))
	}
	if len(files) == 0 { // a named file need not be the one that the service uses
		p.warnDiffers(app.ServiceDiffers(ctx, paths, path, pol))
	}
	return nil
}

// printNotes prints a paragraph for each kind of thing that the user should know of a valid policy.
func (p *program) printNotes(ctx context.Context, pol *policy.Policy) {
	if notes := pol.Notes(); len(notes) > 0 {
		p.term.printf("Limitations of its storages:\n  %s\n\n", lines(strings.Join(notes, "\n  ")))
	}
	if len(pol.Links) > 0 {
		p.term.printf("Symbolic links:\n")
		for _, l := range pol.Links {
			p.term.printf("  %s\n", safe(l.String()))
		}
		p.term.printf("\n")
	}
	if idle := app.Unmatched(ctx, pol); len(idle) > 0 {
		p.term.printf("Patterns that match no file or folder at present, so they protect nothing:\n")
		for _, x := range idle {
			p.term.printf("  %s\n", safe(x.String()))
		}
		p.term.printf("\n")
	}
}

// cautions returns the mistakes of a valid policy on this machine.
func cautions(pol *policy.Policy) (all []string) {
	names := make([]string, 0, len(pol.Storages))
	for name := range pol.Storages {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if pol.Storages[name].Remote() {
			continue
		}
		for _, root := range pol.Storages[name].Roots {
			if why, hint := app.Unseen(root); why != "" {
				all = append(all, fmt.Sprintf("storage %s: %s; %s", name, why, hint))
			}
		}
	}
	return all
}

// bars returns the folders from which nothing can go to the trash, if the policy trashes anything.
func (p *program) bars(pol *policy.Policy) (all []string) {
	if !slices.ContainsFunc(pol.Rules, func(r policy.Rule) bool { return r.Do == policy.Trash }) {
		return nil
	}
	for _, x := range p.options().Barred(pol) {
		all = append(all, fmt.Sprintf("storage %s: cannot move files from %s to the trash: %v; %s", x.Storage, x.Root,
			x.Err, x.Hint))
	}
	return all
}

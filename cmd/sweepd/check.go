package main

import (
	"context"
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/policy"
)

// checkOptions are the arguments and flags of check.
type checkOptions struct {
	files []string // "-" is standard input; none: the policy that the other verbs use
	json  bool
	quiet bool   // only the exit status
	diff  string // the policy to compare with; "": none
}

// newCheckCmd returns the verb check. With --diff it is another function (runDiff), which scans; check alone only
// reads.
func newCheckCmd(p *program) *cobra.Command {
	var o checkOptions
	cmd := &cobra.Command{
		Use:   "check [POLICY]... | check [POLICY] --diff OTHER",
		Short: "validate policy files and explain them in English",
		Long: `check validates policy files, and explains what each of them means and what it
cannot do. Without a file it checks the policy that the other commands use, and
compares it with that of a running service. - is standard input.

--diff compares what the policy and another one, such as a draft, do with the images
that are there now: it lists those that would newly go, wait, be reviewed or stay,
with the rules, and the settings that differ besides, such as limits. It scans the
storages of both policies as scan does, and changes and remembers nothing.

Exit status: 0 if every policy is valid, otherwise 2. With --diff: 0 if both policies
have the same effect, 1 if not, or if a file or a folder could not be read.`,
		Example: "  sweepd check\n  sweepd check --quiet policy.yaml && sweepd reload\n" +
			"  sweepd check --diff draft.yaml\n" +
			"  sweepd check --json *.yaml | jq -r 'select(.ok | not).file'",
		RunE: func(cmd *cobra.Command, args []string) error {
			o.files = args
			if cmd.Flags().Changed("diff") {
				return runDiff(cmd.Context(), p, o)
			}
			return runCheck(cmd.Context(), p, o)
		},
	}
	cmd.Flags().BoolVar(&o.json, "json", false, "print one JSON object per file")
	cmd.Flags().BoolVarP(&o.quiet, "quiet", "q", false, "print nothing; the exit status is the answer")
	cmd.Flags().StringVar(&o.diff, "diff", "",
		"compare the effect with that of the policy in `OTHER`; - is standard input")
	cmd.MarkFlagsMutuallyExclusive("json", "quiet")
	return cmd
}

// runCheck checks the policies, also after one that is invalid. It returns errInvalid if one is and that was printed.
func runCheck(ctx context.Context, p *program, o checkOptions) error {
	if i := slices.Index(o.files, "-"); i >= 0 && slices.Contains(o.files[i+1:], "-") {
		return &app.UsageError{Err: errors.New("standard input can be checked once"), Hint: "name - once"}
	}
	files := o.files
	switch {
	case len(files) == 0 && p.policyText != nil:
		files = []string{"-"}
	case len(files) == 0:
		files = []string{""}
	}
	var invalid error
	for i, file := range files {
		c, err := p.checked(ctx, file)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case o.json:
			p.json(p.checkLine(c, err))
		case o.quiet:
		// The caller prints it, with its hint and its own status.
		case err != nil && len(files) == 1:
			return err
		case err != nil:
			p.exit(err)
		default:
			if i > 0 {
				p.term.printf("\n")
			}
			p.printChecked(c, len(files) > 1)
		}
		if err != nil {
			invalid = errInvalid
		}
	}
	return invalid
}

// checkedPolicy is a policy file and what is to be known of it. Only file and policy are errors if they are wrong; the
// other fields are advice about a policy that is valid.
type checkedPolicy struct {
	file     string // as the user knows it
	policy   *policy.Policy
	idle     []policy.Protection // patterns that match nothing
	warnings []language.Message
	differs  language.Message // how the running service's policy differs
}

// checked reads and examines the policy in a file; "" is the one that the other verbs use. With an error, only file is
// set. Patterns are tried against the files that are there now (app.Unmatched), for which ctx can end the search;
// accounts are not asked, since check works without a network.
func (p *program) checked(ctx context.Context, file string) (c checkedPolicy, err error) {
	paths, err := app.FindPaths(p.getenv)
	if err != nil {
		return c, err
	}
	c.file, c.policy, err = p.readPolicy(paths, file)
	if err != nil {
		return c, err
	}
	c.idle = app.Unmatched(ctx, c.policy)
	c.warnings = slices.Concat(c.policy.Cautions(), cautions(c.policy), p.bars(c.policy))
	if file == "" { // a named file need not be the one that the service uses
		c.differs = app.ServiceDiffers(ctx, paths, c.file, c.policy)
	}
	return c, nil
}

// readPolicy reads the policy in a file, from standard input, or the one that the other verbs use. It returns its name
// also with an error. It returns a *app.UsageError if there is no policy at all: check has nothing to explain then,
// although the other verbs would use the built-in one. A mistake in the text is a *policyfile.Error, or several joined.
func (p *program) readPolicy(paths app.Paths, file string) (name string, pol *policy.Policy, err error) {
	if file == "-" {
		src, err := p.policyInput()
		if err == nil {
			pol, err = app.ParsePolicy(standardInput, src, paths.Home)
		}
		return standardInput, pol, err
	}
	if file == "" {
		file = p.options().NamedPolicy()
	}
	path, err := paths.FindPolicy(file)
	if err == nil && path == "" {
		err = &app.UsageError{
			Err:  errors.New("no policy file found"),
			Hint: "name one: sweepd check FILE; or create one: sweepd init",
		}
	}
	if err != nil {
		return path, nil, err
	}
	pol, err = app.LoadPolicy(path, paths.Home)
	return path, pol, err
}

// printChecked explains a valid policy; a warning names its file if there are several.
func (p *program) printChecked(c checkedPolicy, several bool) {
	name := safe(tilde(c.file, p.home()))
	p.term.printf("%s is valid.\n\n%s\n", name, lines(c.policy.In(p.term.in)))
	p.printNotes(c)
	for _, warning := range c.warnings {
		text := p.term.text(warning)
		if several {
			text = name + ": " + text
		}
		p.warn("%s", text)
	}
	p.warnDiffers(c.differs)
}

// printNotes prints a paragraph for each kind of thing that the user should know of a valid policy. These are no
// warnings: the policy does what it means, and the paragraphs are about the places it applies to.
func (p *program) printNotes(c checkedPolicy) {
	pol := c.policy
	if notes := pol.Notes(); len(notes) > 0 {
		p.term.printf("Limitations of its storages:\n  %s\n\n", lines(language.Join(notes, "\n  ").In(p.term.in)))
	}
	if access := app.Delegations(pol); len(access) > 0 {
		p.term.printf("Access that others have to allow:\n  %s\n\n", lines(language.Join(access, "\n  ").In(p.term.in)))
	}
	if len(pol.Links) > 0 {
		p.term.printf("Symbolic links:\n")
		for _, l := range pol.Links {
			p.term.printf("  %s\n", p.term.text(l))
		}
		p.term.printf("\n")
	}
	if len(c.idle) > 0 {
		p.term.printf("Patterns that match no file or folder at present, so they protect nothing:\n")
		for _, x := range c.idle {
			p.term.printf("  %s\n", p.term.text(x))
		}
		p.term.printf("\n")
	}
}

// cautions returns the mistakes of a valid policy on this machine. They are about folders that do not exist or cannot
// be read. Accounts are left to doctor, which can ask the service.
func cautions(pol *policy.Policy) (all []language.Message) {
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
			if why, hint := app.Unseen(root); !why.IsZero() {
				all = append(all, language.Messagef("storage %s: %s; %s", name, why, hint))
			}
		}
	}
	return all
}

// bars returns the folders from which nothing can go to the trash, if the policy trashes anything. A mount without a
// usable trash folder is the usual reason. Such files would be refused one by one at every sweep, so the user learns it
// before.
func (p *program) bars(pol *policy.Policy) (all []language.Message) {
	if !slices.ContainsFunc(pol.Rules, func(r policy.Rule) bool { return r.Do == policy.Trash }) {
		return nil
	}
	for _, x := range p.options().Barred(pol) {
		all = append(all, language.Messagef("storage %s: cannot move files from %s to the trash: %v; %s",
			x.Storage, x.Root, x.Err, x.Hint))
	}
	return all
}

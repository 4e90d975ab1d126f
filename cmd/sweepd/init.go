package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/durable"
)

// initOptions are the flags of init. given grows while the questions are answered: sameAnswers builds the command that
// repeats the answers from it.
type initOptions struct {
	answers
	given map[string]bool // the flags of answers that the user gave
	yes   bool            // ask nothing

	template policyTemplate
	file     string              // the policy to write
	found    []app.PictureFolder // by the search
}

// newInitCmd returns the verb init. Each question has a flag, so that a script can give all answers, and a template has
// defaults for them.
func newInitCmd(p *program) *cobra.Command {
	o := initOptions{given: map[string]bool{}}
	cmd := &cobra.Command{
		Use:   "init",
		Short: "create a policy by answering five questions",
		Long: `init searches your home for ChatGPT images, for 10 seconds at most, and proposes the
folders that have some. Enter ends the search early, and --folder replaces it. It
only reads. It proposes neither your whole home nor hidden folders, trash bins,
caches, other mounts, snapshots, and folders of programs, libraries or Git.

init then asks where your pictures are, how certain sweepd must be, how long a file
is marked, how long it stays in the trash, and what the service may do. Enter gives
the answer that is shown in brackets. init shows the policy, writes it if you agree,
and shows what it means and would do. It deletes nothing. If you stop it before the
end, it writes nothing, and prints the command that gives your answers again.

A flag answers a question, which is then not asked. For an account, give --drive or
--dropbox. With --yes init asks nothing and uses the safest defaults for the rest:
folders with images that are proven or strong, or else your downloads and pictures.
It never changes an existing policy. Use --policy to write to another file.

A template is a policy for one purpose, with its own answers where you give none:

` + describedTemplates() + `
Each only reports until you choose --mode enforce.

Exit status: 1 if it was stopped or a file could not be written or read, 2 if an
answer or a template is invalid, a policy exists, or there is no terminal to ask at.`,
		Example: "  sweepd init\n  sweepd init --folder ~/Downloads --careful strong --yes\n" +
			"  sweepd init --template tidy-downloads",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			// A flag with its default is no answer: the template, or the user, decides then.
			cmd.Flags().Visit(func(f *pflag.Flag) { o.given[f.Name] = true })
			return runInit(cmd.Context(), p, o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.Template, "template", "", "start from the template `NAME`; list describes the templates")
	cobra.CheckErr(cmd.RegisterFlagCompletionFunc("template", completeTemplates)) // there is such a flag
	f.StringArrayVar(&o.Folders, "folder", nil,
		"scan `FOLDER`; repeatable (default those found, or your downloads and pictures)")
	f.StringVar(&o.Drive, "drive", "",
		"scan a Google Drive with the OAuth client in `FILE`; see docs/google-drive.md")
	f.StringVar(&o.Dropbox, "dropbox", "",
		"scan a Dropbox with the app of this `KEY`; see docs/dropbox.md")
	f.StringVar(&o.Careful, "careful", "proven", "required `CONFIDENCE`: proven, strong or likely")
	f.StringVar(&o.Grace, "grace", "7d", "`DURATION` for which a file is marked before it is trashed; 0 for no wait")
	f.StringVar(&o.Trash, "trash", "off",
		"`DURATION` for which a file stays in the trash before it is purged; off for never")
	f.StringVar(&o.Mode, "mode", "report", "`MODE` of the service, what it may do: report or enforce")
	offer(cmd, "careful", "proven", "strong", "likely")
	offer(cmd, "grace", "0", "7d")
	offer(cmd, "trash", "off", "30d")
	offer(cmd, "mode", "report", "enforce")
	f.BoolVarP(&o.yes, "yes", "y", false, "do not ask questions")
	return cmd
}

// runInit looks for folders and asks what no flag has answered, writes the policy, and shows what it means. The
// existing policy is checked for first, so that the user does not answer five questions in vain; writeNew checks again
// when it writes.
func runInit(ctx context.Context, p *program, o initOptions) (err error) {
	if o.Template == "list" {
		p.term.printf("%s", describedTemplates())
		return nil
	}
	if o.template, err = findTemplate(o.Template, o.answers); err != nil {
		return err
	}
	if o.file, err = p.newPolicy(); err != nil {
		return err
	}
	a, err := p.answer(ctx, o)
	if err != nil {
		return err
	}
	if err := o.template.missing(a); err != nil {
		return err
	}
	policy, err := a.policy()
	if err != nil {
		return err
	}
	if err := writeNew(o.file, policy); err != nil {
		return err
	}
	p.term.printf("written: %s\n\n", safe(tilde(o.file, p.home())))
	return p.firstLook(ctx, a)
}

// answer returns the answers of the flags, of the template, of the search for folders, and of the user. Those of the
// flags are checked before the search, and then each of the user's as it is given. It returns an *unwrittenError, with
// the command that goes on from there, once there are answers that could be lost. With --yes the listener is only
// started on a terminal, where Enter ends the search; a pipe is left unread.
func (p *program) answer(ctx context.Context, o initOptions) (answers, error) {
	a := o.template.fill(o.answers, o.given)
	for i, folder := range a.Folders {
		a.Folders[i] = p.absolute(folder)
	}
	if !o.given["folder"] {
		a.Folders = p.defaultFolders(o.template.where)
	}
	if err := p.fits(a); err != nil {
		return a, &app.UsageError{Err: err, Hint: "see: sweepd init --help"}
	}
	if err := p.askable(); err != nil && !o.yes {
		return a, err
	}
	var in *listener
	if !o.yes || isTerminal(p.stdin) {
		in = listen(p.stdin)
	}
	if !o.given["folder"] && o.template.where == fromSearch {
		var err error
		if o.found, err = p.look(ctx, in, a); err != nil {
			return a, &unwrittenError{err, p.sameAnswers(a, o.given)}
		}
		if sure := p.sureFolders(o.found); len(sure) > 0 {
			a.Folders = sure
		}
	}
	if o.yes {
		return a, nil
	}
	return p.interview(ctx, in, a, o)
}

// newPolicy returns the path of the policy to write. It returns a *app.UsageError if a file exists there.
func (p *program) newPolicy() (string, error) {
	paths, err := app.FindPaths(p.getenv)
	if err != nil {
		return "", err
	}
	file := cmp.Or(p.options().NamedPolicy(), paths.Policy[0])
	if _, err := os.Lstat(file); !errors.Is(err, fs.ErrNotExist) {
		return "", taken(file, err)
	}
	return file, nil
}

// taken returns a *app.UsageError if the policy exists, or an error if that cannot be seen. fs.ErrExist counts as the
// former, because another init may have been faster.
func taken(file string, err error) error {
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("write the policy: %w", err)
	}
	return &app.UsageError{
		Err:  fmt.Errorf("a policy already exists: %s", file),
		Hint: "to see what it means: sweepd check; to create another: sweepd init --policy FILE",
	}
}

// writeNew writes a file that only its owner may read, whole or not at all. It returns a *app.UsageError if the file
// exists, and leaves it unchanged. The mode is 0600 and that of new folders 0700, since a policy names folders,
// accounts and commands.
func writeNew(file string, content []byte) (err error) {
	defer func() {
		if err != nil {
			err = taken(file, err)
		}
	}()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	return durable.Create(file, ".sweepd-policy-*", content)
}

// firstLook prints what the policy means, what it would do on this machine, and the next steps, also if files could not
// be read. There is no sign-in to an account yet. The scan is the one that the verb scan does, of the storage home
// alone: an account would only be an error here.
func (p *program) firstLook(ctx context.Context, a answers) error {
	if err := runCheck(ctx, p, checkOptions{}); err != nil {
		return err
	}
	var err error
	if len(a.Folders) > 0 {
		err = runScan(ctx, p, scanOptions{where: []string{"home"}})
	}
	p.nextSteps(a)
	return err
}

// nextSteps prints the commands that come after init.
func (p *program) nextSteps(a answers) {
	at := ""
	if p.policyFile != "" {
		at = " --policy " + quoted(p.policyFile)
	}
	p.term.printf("\nnext:\n")
	next := func(what, command string) { p.term.printf("  %s %s\n", pad(what, 34), p.term.bold(command)) }
	if a.Drive != "" {
		next(p.term.in.Sprintf("sign in to Google Drive:"), "sweepd login drive"+at)
	}
	if a.Dropbox != "" {
		next(p.term.in.Sprintf("sign in to Dropbox:"), "sweepd login box"+at)
	}
	next(p.term.in.Sprintf("see what the policy would do:"), "sweepd scan"+at)
	next(p.term.in.Sprintf("move due files to the trash:"), "sweepd apply"+at)
	if at == "" && p.getenv("SWEEPD_POLICY") == "" && p.unit("user") {
		next(p.term.in.Sprintf("run it every night:"), "systemctl --user enable --now sweepd")
	} else {
		next(p.term.in.Sprintf("run it every night:"), "sweepd run"+at)
	}
}

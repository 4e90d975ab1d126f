package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"sweepd/internal/app"
	"sweepd/internal/durable"
	"sweepd/policy/policyfile"
)

// answers are the parts of a first policy, as the user writes them.
type answers struct {
	Folders []string
	Drive   string // the file of the OAuth client, absolute or below ~/; "": no Google Drive
	Dropbox string // the key of the app; "": no Dropbox
	Careful string // the confidence from which a picture goes
	Grace   string // "0": none
	Trash   string // how long until it is deleted from there, or off
	Mode    string
}

// initOptions are the flags of init.
type initOptions struct {
	answers
	given map[string]bool // the flags of answers that the user gave
	yes   bool            // ask nothing
}

func newInitCmd(p *program) *cobra.Command {
	o := initOptions{given: map[string]bool{}}
	cmd := &cobra.Command{
		Use:   "init",
		Short: "create a policy by answering five questions",
		Long: `init asks where your pictures are, how certain sweepd must be, how long it waits,
and what the service may do; writes a commented policy; and shows what the policy
means and would do. It deletes nothing.

Each flag answers one question. With --yes init asks nothing and uses the safest
defaults for the rest. It never changes an existing policy. Use --policy to write
to another file.`,
		Example: "  sweepd init\n  sweepd init --folder ~/Downloads --careful strong --yes",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			for _, q := range p.questions(o.answers) {
				o.given[q.flag] = cmd.Flags().Changed(q.flag)
			}
			return runInit(cmd.Context(), p, o)
		},
	}
	f := cmd.Flags()
	f.StringArrayVar(&o.Folders, "folder", nil,
		"scan `folder`; repeatable (default your downloads and pictures)")
	f.StringVar(&o.Drive, "drive", "",
		"scan a Google Drive with the OAuth client in `file`; see docs/google-drive.md")
	f.StringVar(&o.Dropbox, "dropbox", "",
		"scan a Dropbox with the app of this `key`; see docs/dropbox.md")
	f.StringVar(&o.Careful, "careful", "proven", "required confidence: proven, strong or likely")
	f.StringVar(&o.Grace, "grace", "7d", "how `long` a file is marked before it is trashed; 0 for no wait")
	f.StringVar(&o.Trash, "trash", "off", "how `long` a file stays in the trash before it is purged; off for never")
	f.StringVar(&o.Mode, "mode", "report", "what the service may do: report or enforce")
	f.BoolVarP(&o.yes, "yes", "y", false, "do not ask questions")
	return cmd
}

// runInit asks what no flag has answered, writes the policy, and shows what it means.
func runInit(ctx context.Context, p *program, o initOptions) error {
	file, err := p.newPolicy()
	if err != nil {
		return err
	}
	a := o.answers
	if !o.given["folder"] {
		a.Folders = p.pictureFolders()
	}
	for i, folder := range a.Folders {
		a.Folders[i] = p.absolute(folder)
	}
	if err := p.fits(a); err != nil {
		return &app.UsageError{Err: err, Hint: "see: sweepd init --help"}
	}
	if !o.yes {
		if a, err = p.interview(ctx, a, o.given, file); err != nil {
			return err
		}
	}
	if a.nowhere() {
		return &app.UsageError{
			Err:  errors.New("no folder given"),
			Hint: "name one: sweepd init --folder FOLDER",
		}
	}
	if err := writeNew(file, a.policy()); err != nil {
		return err
	}
	p.term.printf("written: %s\n\n", safe(tilde(file, p.home())))
	return p.firstLook(ctx, a)
}

// newPolicy returns the path of the policy to write. It returns a *app.UsageError if a file exists there.
func (p *program) newPolicy() (string, error) {
	paths, err := app.FindPaths(p.getenv)
	if err != nil {
		return "", err
	}
	file := cmp.Or(p.namedPolicy(), paths.Policy[0])
	if _, err := os.Lstat(file); !errors.Is(err, fs.ErrNotExist) {
		return "", taken(file, err)
	}
	return file, nil
}

// taken returns a *app.UsageError if the policy exists, or an error if that cannot be seen.
func taken(file string, err error) error {
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("write the policy: %w", err)
	}
	return &app.UsageError{
		Err:  fmt.Errorf("a policy already exists: %s", file),
		Hint: "to see what it means: sweepd check; to create another: sweepd init --policy FILE",
	}
}

func (a answers) nowhere() bool { return len(a.Folders) == 0 && a.Drive == "" && a.Dropbox == "" }

// fits returns an error about the first answer that is invalid, in one sentence.
func (p *program) fits(a answers) error {
	for _, folder := range a.Folders {
		if fi, err := os.Stat(p.expand(folder)); err == nil && !fi.IsDir() || errors.Is(err, fs.ErrNotExist) {
			if meant := app.Meant(p.expand(folder)); meant != "" {
				return fmt.Errorf("no folder %q; did you mean %q?", folder, tilde(meant, p.home()))
			}
			return fmt.Errorf("no folder %q", folder)
		} else if err != nil {
			why, hint := app.Unseen(p.expand(folder))
			return fmt.Errorf("%s: %s", why, hint)
		}
	}
	if fi, err := os.Stat(p.expand(a.Drive)); a.Drive != "" && (err != nil || !fi.Mode().IsRegular()) {
		return fmt.Errorf("no file %q", a.Drive)
	}
	switch a.Careful {
	case "proven", "strong", "likely":
	default:
		return fmt.Errorf("%q is not one of: proven, strong, likely", a.Careful)
	}
	if a.nowhere() {
		a.Folders = []string{"/nowhere/yet"} // the other answers can be checked anyway
	}
	pol, err := policyfile.Parse("policy.yaml", a.policy(), policyfile.ParseOptions{Home: p.home()})
	if wrong, ok := errors.AsType[*policyfile.Error](err); ok {
		text := wrong.Message
		if len(wrong.Allowed) > 0 {
			text += "; it is one of: " + strings.Join(wrong.Allowed, ", ")
		}
		if wrong.Hint != "" {
			text += "; " + wrong.Hint
		}
		return errors.New(text)
	}
	if err != nil {
		return err
	}
	for i, folder := range a.Folders {
		if got := pol.Storages["home"].Roots[i]; got != filepath.Clean(p.expand(folder)) { // it is not UTF-8
			return fmt.Errorf("a policy cannot name the folder %q", folder)
		}
	}
	return nil
}

// expand returns the folder with the home in place of ~.
func (p *program) expand(folder string) string {
	if rest, ok := strings.CutPrefix(folder, "~/"); ok {
		return filepath.Join(p.home(), rest)
	}
	return folder
}

// absolute returns the folder as a policy names it, independent of the working directory.
func (p *program) absolute(folder string) string {
	if strings.HasPrefix(folder, "~/") {
		return folder
	}
	if path, err := filepath.Abs(folder); err == nil {
		folder = path
	}
	return tilde(folder, p.home())
}

// question is a question for the user, unless a flag has answered it.
type question struct {
	flag, asks string
	now        string // the answer of Enter; "": none
	take       func(*answers, string)
}

func (p *program) questions(a answers) []question {
	return []question{
		{
			"folder", "1. In which folders do you save pictures? Separate them with commas.",
			strings.Join(a.Folders, ", "), func(a *answers, text string) {
				a.Folders = nil
				for folder := range strings.SplitSeq(text, ",") {
					if folder = strings.TrimSpace(folder); folder != "" {
						a.Folders = append(a.Folders, p.absolute(folder))
					}
				}
			},
		},
		{
			"drive",
			"2. Scan a Google Drive? Enter the file of your OAuth client (docs/google-drive.md), or nothing to skip.",
			a.Drive,
			func(a *answers, text string) { a.Drive = unless(text, "no") },
		},
		{
			"dropbox",
			"   Scan a Dropbox? Enter the key of your app (docs/dropbox.md), or nothing to skip.",
			a.Dropbox,
			func(a *answers, text string) { a.Dropbox = unless(text, "no") },
		},
		{
			"careful",
			"3. How certain must sweepd be? proven: OpenAI's signature names ChatGPT; strong: it names OpenAI;\n   likely: the file name looks like a ChatGPT download.",
			a.Careful,
			func(a *answers, text string) { a.Careful = text },
		},
		{
			"grace",
			"4. How long should a file be marked before it is trashed? 7d, 2w, 12h; 0 for no wait.",
			a.Grace,
			func(a *answers, text string) { a.Grace = text },
		},
		{
			"trash",
			"   How long should it stay in the trash before it is deleted permanently? 30d, 1w; off for never.",
			a.Trash,
			func(a *answers, text string) { a.Trash = text },
		},
		{
			"mode",
			"5. What may the service do? report: only report what it would do; enforce: do it.",
			a.Mode,
			func(a *answers, text string) { a.Mode = text },
		},
	}
}

// unless returns text, or "" if it equals the second argument in any case.
func unless(text, word string) string {
	if strings.EqualFold(text, word) {
		return ""
	}
	return text
}

// interview asks the questions that no flag has answered, each until the answer is valid, and whether the policy may
// be written.
func (p *program) interview(ctx context.Context, a answers, given map[string]bool, file string) (answers, error) {
	if isTerminal(p.stdin) && !p.term.live {
		return a, &app.UsageError{
			Err:  errors.New("init has no terminal to show its questions on"),
			Hint: "to skip the questions, use --yes",
		}
	}
	in := bufio.NewReader(p.stdin)
	for _, q := range p.questions(a) {
		for asked := given[q.flag]; !asked; {
			text, err := p.hear(ctx, in, fmt.Sprintf("%s\n   [%s] ", q.asks, cmp.Or(q.now, "no")))
			if err != nil {
				return a, err
			}
			next := a
			if text != "" {
				q.take(&next, text)
			}
			if err = p.fits(next); err == nil && q.flag == "folder" && next.nowhere() {
				err = errors.New("name a folder")
			}
			if err != nil {
				fmt.Fprintf(p.stderr, "   %s %s\n", p.term.paint("33", "no:"), safe(err.Error()))
				continue
			}
			a, asked = next, true
		}
	}
	p.term.printf("\n%s\n", p.term.dim(lines(string(a.policy()))))
	text, err := p.hear(ctx, in, fmt.Sprintf("write this policy to %s? [y/N] ", tilde(file, p.home())))
	if yes := strings.ToLower(text); err == nil && yes != "y" && yes != "yes" {
		p.term.printf("nothing was written\n")
		return a, errTrouble
	}
	return a, err
}

// hear prints a prompt and returns the line that the user types. An interrupt ends it.
func (p *program) hear(ctx context.Context, in *bufio.Reader, prompt string) (string, error) {
	fmt.Fprint(p.stderr, lines(prompt))
	type line struct {
		text string
		err  error
	}
	heard := make(chan line, 1)
	go func() {
		text, err := in.ReadString('\n')
		heard <- line{strings.TrimSpace(text), err}
	}()
	select {
	case l := <-heard:
		if l.err != nil && l.text == "" {
			fmt.Fprintln(p.stderr)
			return "", &app.UsageError{
				Err:  fmt.Errorf("no answer: %w", l.err),
				Hint: "nothing was written; to skip the questions, use --yes",
			}
		}
		return l.text, nil
	case <-ctx.Done():
		fmt.Fprintln(p.stderr)
		return "", ctx.Err()
	}
}

// policy returns the text of the policy for the answers.
func (a answers) policy() []byte {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("# yaml-language-server: $schema=/usr/share/sweepd/policy.schema.json")
	line("#\n# Written by sweepd init. To explain it in English, run: sweepd check")
	line("version: 1\n\nstorages: # where to look")
	if len(a.Folders) > 0 {
		roots := make([]string, 0, len(a.Folders))
		for _, folder := range a.Folders {
			roots = append(roots, inYAML(folder))
		}
		line("  home:\n    type: local\n    roots: [%s]", strings.Join(roots, ", "))
	}
	if a.Drive != "" {
		line("  drive: # all of My Drive; roots: [/Pictures] for less\n    type: gdrive\n    client: %s # your OAuth client", inYAML(a.Drive))
	}
	if a.Dropbox != "" {
		line("  box: # all of it; roots: [/Pictures] for less\n    type: dropbox\n    app_key: %s # your app\n    purge: off # apps cannot delete permanently in a personal Dropbox; Dropbox does so after 30 days or more", inYAML(a.Dropbox))
	}
	line("\nrules: # in this order; the first that matches decides")
	line("  # Files in a folder named keep are never touched.\n  - {name: keepers, when: {path: \"**/keep/**\"}, do: keep}\n")
	mine := fmt.Sprintf("{name: mine, when: {confidence: %s}, do: trash}", yamlScalar(a.Careful))
	if a.Grace != "0" {
		line("  # A run marks a file; a later run trashes it if the grace is over and the file is unchanged.")
		mine = fmt.Sprintf("{name: mine, when: {confidence: %s}, do: trash, grace: %s}",
			yamlScalar(a.Careful), yamlScalar(a.Grace))
	} else {
		line("  # The first run that finds a file trashes it; add grace: 7d to wait.")
	}
	line("  - %s\n", mine)
	line("  # Other possible ChatGPT images are put up for review.\n  - {name: unsure, when: {confidence: possible}, do: review}\n")
	line("# When files that sweepd trashed are deleted permanently.\ntrash: {ours: %s}\n", yamlScalar(a.Trash))
	line("# Limits per day; a plan over a limit is refused as a whole.\nlimits: {files: 500, bytes: 5GB, share: 50%%}\n")
	line("# What the service may do: report (deletes nothing) or enforce.\nmode: %s\nschedule:\n  sweep: daily 03:00 # a missed sweep is run once, later", yamlScalar(a.Mode))
	line("# notify: [{to: desktop}] # who receives messages")
	return []byte(b.String())
}

// inYAML returns any text as a YAML string: its JSON form.
func inYAML(text string) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(text) // a string: it cannot fail
	return strings.TrimSuffix(b.String(), "\n")
}

func yamlScalar(text string) string {
	// Lower-case letters and digits need no quotes.
	if text != "" && strings.Trim(text, "abcdefghijklmnopqrstuvwxyz0123456789") == "" {
		return text
	}
	return inYAML(text)
}

// writeNew writes a file that only its owner may read, whole or not at all. It returns a *app.UsageError if the file
// exists, and leaves it unchanged.
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

// firstLook prints what the policy means, what it would do on this machine, and the next steps.
func (p *program) firstLook(ctx context.Context, a answers) error {
	err := runCheck(ctx, p, nil)
	if err == nil && len(a.Folders) > 0 { // there is no sign-in to an account yet
		err = runScan(ctx, p, scanOptions{where: []string{"home"}})
	}
	if err != nil {
		return err
	}
	at := ""
	if p.policyFile != "" {
		at = " --policy " + quoted(p.policyFile)
	}
	p.term.printf("\nnext:\n")
	next := func(what, command string) { p.term.printf("  %-34s %s\n", what, p.term.bold(command)) }
	if a.Drive != "" {
		next("sign in to Google Drive:", "sweepd login drive"+at)
	}
	if a.Dropbox != "" {
		next("sign in to Dropbox:", "sweepd login box"+at)
	}
	next("move due files to the trash:", "sweepd apply"+at)
	if at == "" && p.getenv("SWEEPD_POLICY") == "" && p.unit("user") {
		next("run it every night:", "systemctl --user enable --now sweepd")
	} else {
		next("run it every night:", "sweepd run"+at)
	}
	return nil
}

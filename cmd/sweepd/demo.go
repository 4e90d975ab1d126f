package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/cloudsim/rehearsal"
)

// demoOptions are the flags of demo.
type demoOptions struct {
	yes    bool // do not wait between the steps
	review bool // the page in place of the tour
}

// newDemoCmd returns the verb demo, with the verb serve below it. Alone it takes no argument, so any other is an
// unknown verb.
func newDemoCmd(p *program) *cobra.Command {
	var o demoOptions
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "take a guided tour on a simulated Google Drive and Dropbox",
		Long: `demo simulates a Google Drive and a Dropbox in memory, creates a folder of
pictures, and runs sweepd on them step by step: sign in, scan, plan, apply,
history, undo, trash, purge. It runs the real commands and shows each one as you
would type it. On a terminal it waits for Enter before each command.

demo needs no account and no network, and does not touch your files: it connects
only to loopback. It runs in a temporary home directory that is removed when it
ends, even after a crash.

--review signs in and opens the page of sweepd review on these clouds instead. You
can keep, approve, apply and undo there; Ctrl-C ends.

Exit status: 1 if a step failed or the tour was stopped.`,
		Args: knownVerb,
		RunE: func(cmd *cobra.Command, _ []string) error { return runDemo(cmd.Context(), p, o) },
	}
	cmd.Flags().BoolVarP(&o.yes, "yes", "y", false, "do not wait between steps")
	cmd.Flags().BoolVar(&o.review, "review", false, "open the page of review on the simulated clouds")
	cmd.AddCommand(newDemoServeCmd(p))
	return cmd
}

// runDemo takes the tour. It returns a *app.UsageError on other systems than Linux, and errTrouble if the tour
// was interrupted. The clouds and the home are removed in every case.
func runDemo(ctx context.Context, p *program, o demoOptions) (err error) {
	if runtime.GOOS != "linux" {
		return &app.UsageError{
			Err:  errors.New("the tour runs on Linux only: it needs SSL_CERT_FILE and a trash that sweepd supports"),
			Hint: "to start the simulated clouds alone: sweepd demo serve",
		}
	}
	t, err := p.newTour(!o.yes && !o.review && isTerminal(p.stdin))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.rehearsal.Close()) }()
	walk := t.walk
	if o.review {
		walk = t.review
	}
	err = walk(ctx)
	if ctx.Err() != nil {
		p.term.printf("\nstopped; all temporary files were removed\n")
		if !o.review || err != nil {
			return errTrouble
		}
	}
	return err
}

// demoPolicy is the policy of the tour. purge is off for the Dropbox because a personal one offers no permanent
// deletion by API (docs/dropbox.md).
const demoPolicy = `version: 1
storages:
  downloads: {type: local, roots: [~/Downloads]}
  drive: {type: gdrive, client: ~/.config/sweepd/google.json}
  box: {type: dropbox, app_key: rehearsalown, purge: off}
rules:
  - {name: keepers, when: {path: "**/Keep/**"}, do: keep}
  # The demo's pictures carry no OpenAI signature, because that cannot be forged. This policy therefore
  # trusts file names alone, also of pictures that were saved anew. sweepd never does so unless a policy says it.
  - {name: by name, when: {confidence: likely, derived: include}, do: trash}
trash: {ours: 2s}  # short for the demo; a real policy would say 30d
settle: 0s         # the demo's files are new; the default is 10m
`

// newTour starts the clouds and creates a home. The caller closes the rehearsal of the tour; if newTour returns
// an error, nothing is left. pause is true if the tour waits for Enter before each command.
func (p *program) newTour(pause bool) (*tour, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	r, err := rehearsal.Start(rehearsal.Options{Files: 40, Now: p.now})
	if err != nil {
		return nil, err
	}
	t := &tour{p: p, rehearsal: r, exe: exe, pause: pause}
	if err := t.furnish(); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return t, nil
}

// furnish creates the home of a user of sweepd: a policy, the OAuth client, and a folder with two pictures that
// the policy trashes and three that it leaves. The files are a hundred days old.
func (t *tour) furnish() (err error) {
	if t.home, err = t.rehearsal.Folder("home"); err != nil {
		return err
	}
	client, err := os.ReadFile(t.rehearsal.Place().Client)
	if err != nil {
		return err
	}
	files := map[string][]byte{
		".config/sweepd/policy.yaml":                               []byte(demoPolicy),
		".config/sweepd/google.json":                               client,
		"Downloads/ChatGPT Image Apr 20, 2026, 01_17_00 AM.png":    rehearsal.Painting(1),
		"Downloads/ChatGPT Image Apr 22, 2026, 11_40_12 AM.png":    rehearsal.Painting(2),
		"Downloads/Keep/ChatGPT Image May 2, 2026, 4_05_31 PM.png": rehearsal.Painting(3),
		"Downloads/holiday.png":                                    rehearsal.Painting(4),
		"Downloads/sunset.png":                                     rehearsal.Painting(5),
	}
	then := t.p.now().Add(-100 * 24 * time.Hour)
	for name, content := range files {
		path := filepath.Join(t.home, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		if err := errors.Join(os.WriteFile(path, content, 0o600), os.Chtimes(path, then, then)); err != nil {
			return err
		}
	}
	return nil
}

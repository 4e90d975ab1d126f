package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/sweepd/sweepd/internal/cloudsim/rehearsal"
)

// tour is a guided tour of the program, which it runs as shipped, in a home and on clouds that are made up. Every
// command is a process of its own, with an environment that leads to the made-up clouds only: the tour shows what the
// user would see, and a mistake in it can reach no real file or account.
type tour struct {
	p         *program
	rehearsal *rehearsal.Rehearsal
	home      string
	exe       string // this program
	pause     bool   // wait for Enter between the steps
	input     *bufio.Reader
}

// walk runs all steps. It ends at the first step that fails; readRecord compares what the clouds recorded with what the
// steps should have done.
func (t *tour) walk(ctx context.Context) error {
	t.say("sweepd finds the images that you generated in ChatGPT and saved, and deletes them by a policy.",
		t.p.term.in.Sprintf("This tour uses a simulated Google Drive and Dropbox of %s, and a temporary folder.",
			t.account()),
		"It needs no account, does not touch your files, and removes everything when it ends.")
	for _, step := range []func(context.Context) error{
		t.readPolicy, t.signIn, t.look, t.apply, t.readHistory, t.undo, t.purge, t.signOut,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return t.readRecord()
}

// account returns the address of the made-up user, who has an account in both clouds.
func (t *tour) account() string { return t.rehearsal.Place().Accounts[0].Name }

// readPolicy shows the policy and the explanation of it.
func (t *tour) readPolicy(ctx context.Context) error {
	if err := t.present(ctx, "A policy decides what happens. The demo's policy is "+
		"~/.config/sweepd/policy.yaml:"); err != nil {
		return err
	}
	t.p.term.printf("%s\n", t.p.term.dim(demoPolicy))
	return t.step(ctx, "`check` explains the policy in English, with the limitations of each storage.", "check")
}

// signIn signs in, and acts as the user in the browser.
func (t *tour) signIn(ctx context.Context) error {
	if err := t.signInTo(ctx, "drive",
		"Sign in to each account once. Normally a browser opens; here, as on a server, `login` prints a link.",
		"The demo acts as you: it opens the link, allows access, and pastes the resulting address.",
	); err != nil {
		return err
	}
	return t.signInTo(ctx, "box", "Now sign in to Dropbox.")
}

// signInTo runs login and plays the part of the browser: it opens the link that login prints, and types the address
// that the consent page redirects to.
func (t *tour) signInTo(ctx context.Context, storage string, say ...string) error {
	if err := t.present(ctx, say...); err != nil {
		return err
	}
	args := []string{"login", storage, "--no-browser"}
	cmd := t.command(ctx, args...)
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	t.prompt(args)
	if err := cmd.Start(); err != nil {
		return err
	}
	answered := t.answer(ctx, out, in)
	return errors.Join(answered, in.Close(), ended(cmd, cmd.Wait()))
}

// consentLink matches the consent page of either service.
var consentLink = regexp.MustCompile(`https://\S*/oauth2/\S+`)

// answer prints the output of a sign-in, and does what it asks of the user.
func (t *tour) answer(ctx context.Context, out io.Reader, in io.Writer) error {
	for lines := bufio.NewReader(out); ; {
		line, err := lines.ReadString('\n')
		t.p.term.printf("%s", line)
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		link := consentLink.FindString(line)
		if link == "" {
			continue
		}
		back, _, err := t.rehearsal.Allow(ctx, link, t.account())
		if err == nil {
			_, err = fmt.Fprintln(in, back)
		}
		if err != nil {
			return err
		}
		defer t.p.term.printf(
			"%s\n",
			t.p.term.dim(t.p.term.in.Sprintf("(the demo allowed access as %s, and pasted the address)", t.account())),
		)
	}
}

// look scans the folder and both clouds: the policy of the demo has them as its storages.
func (t *tour) look(ctx context.Context) error {
	return t.step(ctx,
		"`scan` changes nothing. It shows each match, how certain it is, why, and what the policy would do.", "scan")
}

// apply saves a plan and applies the saved plan. apply alone would need a terminal to ask at, or --yes.
func (t *tour) apply(ctx context.Context) error {
	if err := t.step(ctx, "`plan` saves what would be done, for review. It changes nothing either.", "plan", "-o",
		"plan.json"); err != nil {
		return err
	}
	return t.step(ctx,
		"`apply` executes exactly that plan. Each unchanged file moves to the trash of its own storage.",
		"apply", "plan.json")
}

// readHistory shows the operations of the run that apply has made, the first of this record, and verifies the chain.
func (t *tour) readHistory(ctx context.Context) error {
	if err := t.step(ctx, "`history` shows the record, which is written before and after each "+
		"operation.", "history", "1"); err != nil {
		return err
	}
	return t.step(ctx, "`history --verify` detects tampering.", "history", "--verify")
}

// undo brings back one file. It takes the first file of the Drive in run 1, which apply has just made.
func (t *tour) undo(ctx context.Context) error {
	out, err := t.quietly(ctx, "history", "1", "--json")
	if err != nil {
		return err
	}
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var op struct{ Type, Storage, Path string }
		if err := dec.Decode(&op); err != nil {
			return fmt.Errorf("find what was moved to the trash of the Drive: %w", err)
		}
		if op.Type == "operation" && op.Storage == "drive" {
			return t.step(ctx,
				"Want one back? `undo` restores it and keeps it from then on. (sweepd undo 1 restores all.)",
				"undo", "drive:"+op.Path)
		}
	}
}

// purge lists the trash, waits until the two seconds of the policy are over, and deletes what is due.
func (t *tour) purge(ctx context.Context) error {
	if err := t.step(ctx,
		"The rest is in the trash. sweepd does not delete what you put there yourself.", "trash", "list",
		"drive", "box"); err != nil {
		return err
	}
	if err := t.due(ctx); err != nil {
		return err
	}
	return t.step(ctx,
		"When the policy's time is over (two seconds here), sweepd may delete its own trash permanently.\n"+
			"(Not in a personal Dropbox: only Dropbox itself does so, after 30 days.)",
		"trash", "purge", "--apply", "drive")
}

// due waits until something in the trash is due. It asks the program itself, five times a second, since only that knows
// by which clock it counts.
func (t *tour) due(ctx context.Context) error {
	for {
		out, err := t.quietly(ctx, "trash", "purge", "--json", "drive")
		if err != nil || strings.Contains(string(out), `"due":true`) {
			return err
		}
		select {
		case <-time.After(200 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// signOut gives both accounts up; the services revoke the tokens, which is in their record too.
func (t *tour) signOut(ctx context.Context) error {
	if err := t.step(ctx, "`logout` signs out and revokes access.", "logout", "drive"); err != nil {
		return err
	}
	return t.step(ctx, "The same for Dropbox.", "logout", "box")
}

// readRecord prints the changes in the clouds' own record. It returns an error if it finds an unexpected change. A run
// that did more, or did something else, makes the demo fail: it is also a test of the program as shipped.
func (t *tour) readRecord() error {
	did := map[string]int64{}
	ours := map[string]bool{} // files that were moved to the trash
	for _, m := range t.rehearsal.Audit().Mutations(0) {
		if m.N == 0 {
			continue // the user did it
		}
		did[m.Provider+" "+m.Op]++
		switch m.Provider + " " + m.Op {
		case "gdrive trash", "dropbox delete":
			ours[m.File] = true
		case "gdrive edit", "gdrive untrash", "gdrive delete": // edit: the update that trashes a file edits it too
			if ours[m.File] {
				continue
			}
			fallthrough
		default:
			return fmt.Errorf("the %s recorded an unexpected change: %s of %s", m.Provider, m.Op, m.File)
		}
	}
	var asked int64
	for _, n := range t.rehearsal.Audit().Calls() {
		asked += int64(n)
	}
	t.say(t.p.term.in.Sprintf(
		"The simulated clouds recorded %s: %s trashed, %s restored, %s deleted permanently, and no other change.",
		count(asked, "request"),
		count(did["gdrive trash"]+did["dropbox delete"], "file"), count(did["gdrive untrash"], "file"),
		count(did["gdrive delete"], "file")),
		"To use your own account, see docs/google-drive.md and docs/dropbox.md. To keep these clouds running: "+
			"sweepd demo serve")
	return nil
}

// step prints a description, waits, and runs one command.
func (t *tour) step(ctx context.Context, say string, args ...string) error {
	if err := t.present(ctx, say); err != nil {
		return err
	}
	cmd := t.command(ctx, args...)
	cmd.Stdout = t.p.stdout
	t.prompt(args)
	return ended(cmd, cmd.Run())
}

// quietly runs a command and returns its output.
func (t *tour) quietly(ctx context.Context, args ...string) ([]byte, error) {
	cmd := t.command(ctx, args...)
	out, err := cmd.Output()
	return out, ended(cmd, err)
}

// command returns this program's command in the tour's environment. It passes on no variable that could lead it out of
// there. The end of ctx interrupts the command, which may then finish its file; it is killed ten seconds later.
func (t *tour) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, t.exe, slices.Concat(args, []string{"--color", t.p.term.when})...)
	// The program may be called otherwise, as by go run; its errors and hints name it so.
	cmd.Args[0] = "sweepd"
	cmd.Dir = t.home
	at := t.rehearsal.Place()
	cmd.Env = []string{
		"HOME=" + t.home, "HTTPS_PROXY=" + at.Proxy, "SSL_CERT_FILE=" + at.CAFile, "SSL_CERT_DIR=" + t.home,
	}
	for _, name := range []string{
		"PATH", "TERM", "NO_COLOR", "TZ", "LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "TMPDIR",
	} {
		if value := t.p.getenv(name); value != "" {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	cmd.Stderr = t.p.stderr
	// As Ctrl-C does, so that the command finishes its file and its record.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	return cmd
}

// prompt shows a command as a user types it.
func (t *tour) prompt(args []string) {
	line := "$ sweepd"
	for _, arg := range args {
		line += " " + quoted(arg)
	}
	t.p.term.printf("%s\n", t.p.term.bold(line))
}

// ended adds the command to an error.
func ended(cmd *exec.Cmd, err error) error {
	if err != nil {
		return fmt.Errorf("sweepd %s: %w", cmd.Args[1], err)
	}
	return nil
}

// present prints a description and waits for Enter. It returns the error of ctx after an interrupt. The end of the
// input turns the waiting off for the rest of the tour.
func (t *tour) present(ctx context.Context, lines ...string) error {
	t.say(lines...)
	if !t.pause {
		return ctx.Err()
	}
	fmt.Fprint(t.p.stderr, t.p.term.err.paint("2", "[Enter] "))
	if t.input == nil {
		t.input = bufio.NewReader(t.p.stdin)
	}
	pressed := make(chan error, 1)
	go func() { _, err := t.input.ReadString('\n'); pressed <- err }()
	select {
	case err := <-pressed:
		if errors.Is(err, io.EOF) {
			t.pause = false // there is no user to wait for
			return nil
		}
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// say prints a paragraph. A line that is a text of the catalogs is printed in the user's language.
func (t *tour) say(lines ...string) {
	for i, line := range lines {
		lines[i] = t.p.term.in.Text(line)
	}
	t.p.term.printf("\n%s\n", strings.Join(lines, "\n"))
}

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
	"strings"
	"time"

	"sweepd/internal/cloudsim/rehearsal"
)

// tour is a guided tour of the program, which it runs as shipped, in a home and on clouds that are made up.
type tour struct {
	p         *program
	rehearsal *rehearsal.Rehearsal
	home      string
	exe       string // this program
	pause     bool   // wait for Enter between the steps
	input     *bufio.Reader
}

// walk runs all steps.
func (t *tour) walk(ctx context.Context) error {
	t.say("sweepd finds the images that you generated in ChatGPT and saved, and deletes them by a policy.",
		"This walks through it on a Google Drive and a Dropbox that are made up, of "+t.account()+", and a folder.",
		"No account is needed, nothing of yours is looked at, and nothing is left behind.")
	for _, step := range []func(context.Context) error{
		t.readPolicy, t.signIn, t.look, t.apply, t.readHistory, t.undo, t.purge, t.signOut,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return t.readRecord()
}

func (t *tour) account() string { return t.rehearsal.Place().Accounts[0].Name }

func (t *tour) readPolicy(ctx context.Context) error {
	if err := t.next(ctx, "A policy says what may happen. This one is in ~/.config/sweepd/policy.yaml:"); err != nil {
		return err
	}
	t.p.term.printf("%s\n", t.p.term.dim(demoPolicy))
	return t.step(ctx, "sweepd says in English what a policy means, and what a storage cannot do.", "check")
}

// signIn signs in, and acts as the user in the browser.
func (t *tour) signIn(ctx context.Context) error {
	if err := t.signInTo(ctx, "drive",
		"You let sweepd into an account once. A browser would open; here, as on a server, it prints a link.",
		"The demo plays your part: it opens the link, presses the button, and pastes the address that comes of it.",
	); err != nil {
		return err
	}
	return t.signInTo(ctx, "box", "A Dropbox likewise.")
}

func (t *tour) signInTo(ctx context.Context, storage string, say ...string) error {
	if err := t.next(ctx, say...); err != nil {
		return err
	}
	cmd := t.command(ctx, "login", storage, "--no-browser")
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	t.prompt(cmd)
	if err := cmd.Start(); err != nil {
		return err
	}
	answered := t.answer(ctx, out, in)
	return errors.Join(answered, in.Close(), ended(cmd, cmd.Wait()))
}

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
		defer t.p.term.printf("%s\n", t.p.term.dim("(the demo allowed it as "+t.account()+", and pasted the address)"))
	}
}

func (t *tour) look(ctx context.Context) error {
	return t.step(ctx,
		"A scan changes nothing. It says of every picture how sure it is, why, and what the policy would do.", "scan")
}

func (t *tour) apply(ctx context.Context) error {
	if err := t.step(ctx, "A plan is what would be done, to be read first. It also changes nothing.", "plan", "-o",
		"plan.json"); err != nil {
		return err
	}
	return t.step(ctx,
		"Applied, it does exactly that: each file goes to the trash of its own storage, if it is still what it was.",
		"apply", "plan.json")
}

func (t *tour) readHistory(ctx context.Context) error {
	if err := t.step(ctx, "Whatever is done is in the record, written before and after.", "history", "1"); err != nil {
		return err
	}
	return t.step(ctx, "The record can tell whether somebody has tampered with it.", "history", "--verify")
}

// undo brings back one file.
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
				"One of them was dear to you? It comes back, and stays from then on. (sweepd undo 1 brings back all.)",
				"undo", "drive:"+op.Path)
		}
	}
}

func (t *tour) purge(ctx context.Context) error {
	if err := t.step(ctx,
		"The rest lies in the trash. What you put there yourself is yours: sweepd deletes none of it.", "trash", "list",
		"drive", "box"); err != nil {
		return err
	}
	if err := t.due(ctx); err != nil {
		return err
	}
	return t.step(ctx,
		"After the time that the policy says, two seconds here, what sweepd put there may go for good.\n(Not from a Dropbox of your own: that only Dropbox does, after 30 days.)", "trash", "purge", "--apply", "drive")
}

// due waits until something in the trash is due.
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

func (t *tour) signOut(ctx context.Context) error {
	if err := t.step(ctx, "Signing out gives the access back.", "logout", "drive"); err != nil {
		return err
	}
	return t.step(ctx, "And once more.", "logout", "box")
}

// readRecord prints the changes in the clouds' own record. It returns an error if it finds an unexpected change.
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
			return fmt.Errorf("the %s has recorded what was not to be: %s of %s", m.Provider, m.Op, m.File)
		}
	}
	var asked int64
	for _, n := range t.rehearsal.Audit().Calls() {
		asked += int64(n)
	}
	t.say(fmt.Sprintf(
		"The clouds' own record of all this: %s; %s to the trash, %s brought back, %s deleted for good, and nothing else.",
		count(asked, "request"),
		count(did["gdrive trash"]+did["dropbox delete"], "file"), count(did["gdrive untrash"], "file"),
		count(did["gdrive delete"], "file")),
		"Your own: docs/google-drive.md, docs/dropbox.md. Any program on these: sweepd demo serve.")
	return nil
}

// step prints a description, waits, and runs one command.
func (t *tour) step(ctx context.Context, say string, args ...string) error {
	if err := t.next(ctx, say); err != nil {
		return err
	}
	cmd := t.command(ctx, args...)
	cmd.Stdout = t.p.stdout
	t.prompt(cmd)
	return ended(cmd, cmd.Run())
}

// quietly runs a command and returns its output.
func (t *tour) quietly(ctx context.Context, args ...string) ([]byte, error) {
	cmd := t.command(ctx, args...)
	out, err := cmd.Output()
	return out, ended(cmd, err)
}

// command returns this program's command in the tour's environment. It passes on no variable that could lead it out
// of there.
func (t *tour) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, t.exe, args...)
	cmd.Args[0] = "sweepd"
	cmd.Dir = t.home
	at := t.rehearsal.Place()
	cmd.Env = []string{
		"HOME=" + t.home, "HTTPS_PROXY=" + at.Proxy, "SSL_CERT_FILE=" + at.CAFile, "SSL_CERT_DIR=" + t.home,
	}
	for _, name := range []string{"PATH", "TERM", "NO_COLOR", "TZ", "LANG", "LC_ALL", "TMPDIR"} {
		if value := t.p.getenv(name); value != "" {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	cmd.Stderr = t.p.stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	return cmd
}

// prompt shows a command as a user types it.
func (t *tour) prompt(cmd *exec.Cmd) {
	line := "$ sweepd"
	for _, arg := range cmd.Args[1:] {
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

// next prints a description and waits for Enter.
func (t *tour) next(ctx context.Context, lines ...string) error {
	t.say(lines...)
	if !t.pause {
		return ctx.Err()
	}
	fmt.Fprint(t.p.stderr, t.p.term.dim("[Enter] "))
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

func (t *tour) say(lines ...string) { t.p.term.printf("\n%s\n", strings.Join(lines, "\n")) }

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/sweepd/sweepd/internal/app"
)

// question is a question for the user, unless a flag has answered it. take sets the answer in the copy that ask checks;
// it does not judge it.
type question struct {
	flag, asks string
	now        string // the answer of Enter; "": none
	take       func(*answers, string)
}

// questions returns the five questions, with the answers that Enter gives. Numbers stand for the found folders.
func (p *program) questions(a answers, found []app.PictureFolder, t policyTemplate) []question {
	return append([]question{p.whereQuestion(a, found, t)}, p.howQuestions(a)...)
}

// whereQuestion asks for the folders, or for the account that the template is for.
func (p *program) whereQuestion(a answers, found []app.PictureFolder, t policyTemplate) question {
	if t.where == fromDrive {
		return question{
			"drive", p.term.in.Sprintf("Which file has your OAuth client for Google Drive? See docs/google-drive.md."),
			a.Drive,
			func(a *answers, text string) { a.Drive = text },
		}
	}
	folders := p.term.in.Sprintf("In which folders do you save pictures? Separate them with commas.")
	if len(found) > 0 {
		folders = p.term.in.Sprintf("In which folders do you save pictures? Give numbers of the list, or folders, " +
			"with commas.")
	}
	return question{
		"folder", folders, strings.Join(a.Folders, ", "),
		func(a *answers, text string) { p.takeFolders(a, text, found) },
	}
}

// howQuestions ask how the policy treats what it finds.
func (p *program) howQuestions(a answers) []question {
	return []question{
		{
			"careful",
			p.term.in.Sprintf("How certain must sweepd be? proven: OpenAI's signature names ChatGPT; strong: it " +
				"names OpenAI;\nlikely: the file name is one of a ChatGPT download, and nothing shows that it was " +
				"saved anew."),
			a.Careful,
			func(a *answers, text string) { a.Careful = text },
		},
		{
			"grace",
			p.term.in.Sprintf("How long should a file be marked before it is trashed? 7d, 2w, 12h; 0 for no wait."),
			a.Grace,
			func(a *answers, text string) { a.Grace = text },
		},
		{
			"trash",
			p.term.in.Sprintf("How long should it stay in the trash before it is deleted permanently? 30d, 1w; off " +
				"for never."),
			a.Trash,
			func(a *answers, text string) { a.Trash = text },
		},
		{
			"mode",
			p.term.in.Sprintf("What may the service do? report: only report what it would do; enforce: do it."),
			a.Mode,
			func(a *answers, text string) { a.Mode = text },
		},
	}
}

// takeFolders takes the folders that the user lists, by path or by number, or none if the list is "none". A folder
// whose name is a number of the list, or has a comma in it, has to be given by --folder or as ./7.
func (p *program) takeFolders(a *answers, list string, found []app.PictureFolder) {
	a.Folders = nil
	if strings.EqualFold(list, "none") {
		return
	}
	for folder := range strings.SplitSeq(list, ",") {
		folder = strings.TrimSpace(folder)
		if n, err := strconv.Atoi(folder); err == nil && 0 < n && n <= len(found) {
			folder = found[n-1].Path
		}
		if folder != "" {
			a.Folders = append(a.Folders, p.absolute(folder))
		}
	}
}

// unwrittenError is why init ended before it wrote the policy. The error itself is only for the text: Error names an
// interrupt and the end of the input as what they are to the user.
type unwrittenError struct {
	err   error
	again string // the command that gives the same answers
}

// Error returns the reason as a user at a prompt would put it.
func (e *unwrittenError) Error() string {
	switch {
	case errors.Is(e.err, io.EOF):
		return "no answer: the input has ended"
	case errors.Is(e.err, context.Canceled):
		return "interrupted"
	}
	return e.err.Error()
}

// Unwrap returns the reason itself, by which diagnose distinguishes an interrupt.
func (e *unwrittenError) Unwrap() error { return e.err }

// diagnose returns the exit status and the hint.
func (e *unwrittenError) diagnose() (status int, hint string) {
	status = exitUsage
	if errors.Is(e.err, context.Canceled) {
		status = exitTrouble
	}
	return status, "nothing was written; to go on with the answers so far: " + e.again
}

// interview asks the questions that no flag has answered, each until the answer is valid, and whether the policy may
// be written. o.given are the answers that are settled; interview adds to them. It returns an *unwrittenError if the
// input ends, or an interrupt comes, before the last answer.
func (p *program) interview(ctx context.Context, in *listener, a answers, o initOptions) (answers, error) {
	var open []question
	for _, q := range p.questions(a, o.found, o.template) {
		if !o.given[q.flag] {
			open = append(open, q)
		}
	}
	p.term.show("%s. Enter gives the answer in brackets. Ctrl-C ends init; nothing is written then.\n",
		count(int64(len(open)), "question"))
	for i, q := range open {
		next, err := p.ask(ctx, in, fmt.Sprintf("\n%d. ", i+1), q, a, o.template)
		if err != nil {
			return a, &unwrittenError{err, p.sameAnswers(a, o.given)}
		}
		a, o.given[q.flag] = next, true
	}
	return a, p.accept(ctx, in, a, o)
}

// ask asks one question until the answer is valid, and returns the answers with it. An invalid answer is explained and
// asked for again; it never ends init, however often it comes. Only the end of the input and an interrupt do.
func (p *program) ask(
	ctx context.Context, in *listener, number string, q question, a answers, t policyTemplate,
) (answers, error) {
	enter := p.term.in.Sprintf("no answer yet")
	if q.now != "" {
		enter = p.term.in.Sprintf("Enter: %s", q.now)
	}
	p.term.err.printf("%s%s\n", number, strings.ReplaceAll(q.asks, "\n", "\n   "))
	for {
		text, err := p.hear(ctx, in, fmt.Sprintf("   [%s] ", enter))
		if err != nil {
			return a, err
		}
		next := a
		if text != "" {
			q.take(&next, text)
		}
		if err = p.fits(next); err == nil {
			err = t.missing(next)
		}
		if err == nil {
			return next, nil
		}
		p.term.err.printf("   %s %s\n", p.term.err.paint("33", p.term.in.Sprintf("no:")), safe(err.Error()))
	}
}

// accept shows the policy and asks whether to write it. Enter is a yes: the file is new, and by itself deletes
// nothing. It returns errTrouble after a no, with the command that gives the same answers printed.
func (p *program) accept(ctx context.Context, in *listener, a answers, o initOptions) error {
	policy, err := a.policy()
	if err != nil {
		return err
	}
	p.term.printf("\n%s\n", p.term.dim(lines(string(policy))))
	again := p.sameAnswers(a, o.given)
	prompt := p.term.in.Sprintf("write this policy to %s? [Y/n, Enter: y] ", tilde(o.file, p.home()))
	for {
		text, err := p.hear(ctx, in, prompt)
		switch {
		case err != nil:
			return &unwrittenError{err, again}
		case text == "", p.term.agrees(text):
			return nil
		case p.term.declines(text):
			p.term.printf("nothing was written; to go on with these answers: %s\n", p.term.bold(again))
			return errTrouble
		}
	}
}

// hear prints a prompt and returns the line that the user types.
func (p *program) hear(ctx context.Context, in *listener, prompt string) (string, error) {
	p.term.err.printf("%s", lines(prompt))
	text, err := in.next(ctx)
	if err != nil {
		fmt.Fprintln(p.stderr)
	}
	return text, err
}

// sameAnswers returns the command that gives the answers that are settled. Every value is quoted for a shell, because
// the user is asked to paste it.
func (p *program) sameAnswers(a answers, given map[string]bool) string {
	command := "sweepd init"
	if p.policyFile != "" {
		command += " --policy " + quoted(p.policyFile)
	}
	if a.Template != "" {
		command += " --template " + a.Template
	}
	add := func(flag, value string) {
		if given[flag] {
			command += " --" + flag + " " + value
		}
	}
	for _, folder := range a.Folders {
		add("folder", p.quotedPath(p.expand(folder)))
	}
	for _, f := range [][2]string{
		{"drive", p.quotedPath(p.expand(a.Drive))},
		{"dropbox", quoted(a.Dropbox)},
		{"careful", quoted(a.Careful)},
		{"grace", quoted(a.Grace)},
		{"trash", quoted(a.Trash)},
		{"mode", quoted(a.Mode)},
	} {
		add(f[0], f[1])
	}
	return command
}

// askable returns a *app.UsageError if the input is a terminal, but the questions would not appear there.
func (p *program) askable() error {
	if isTerminal(p.stdin) && !p.term.live {
		return &app.UsageError{
			Err:  errors.New("init has no terminal to show its questions on"),
			Hint: "to skip the questions, use --yes",
		}
	}
	return nil
}

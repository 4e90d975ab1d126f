package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"sweepd/internal/app"
)

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
			"3. How certain must sweepd be? proven: OpenAI's signature names ChatGPT; strong: it names OpenAI;\n" +
				"   likely: the file name looks like a ChatGPT download.",
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

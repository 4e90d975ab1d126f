package main

import (
	"bufio"
	"context"
	"net/url"
	"regexp"
)

// pageLink matches the link to the page of review. The path is a one-time secret that the page prints on its own
// standard output.
var pageLink = regexp.MustCompile(`http://127\.0\.0\.1:\d+/login/\S+`)

// review signs in to the clouds, and serves the page of review until ctx ends, as by an interrupt, which is no error.
// The browser is the user's own, so it is not started in the home of the tour.
func (t *tour) review(ctx context.Context) error {
	if err := t.signIn(ctx); err != nil {
		return err
	}
	t.say("The page shows the pictures in a temporary folder and in the simulated clouds.")
	args := []string{"review", "--no-browser"}
	cmd := t.command(ctx, args...)
	cmd.Stdin = t.p.stdin
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	t.prompt(args)
	if err := cmd.Start(); err != nil {
		return err
	}
	opened := false
	for lines := bufio.NewScanner(out); lines.Scan(); {
		t.p.term.printf("%s\n", lines.Text())
		if link := pageLink.FindString(lines.Text()); link != "" && !opened {
			opened = true
			if u, err := url.Parse(link); err == nil {
				t.p.openPage(ctx, link, "http://"+u.Host)
			}
		}
	}
	if err := cmd.Wait(); ctx.Err() == nil || !opened {
		return ended(cmd, err)
	}
	return nil
}

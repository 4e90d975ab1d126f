package main

import (
	"context"
	"errors"
	"io/fs"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/review"
	"github.com/sweepd/sweepd/internal/status"
)

// reviewOptions are the arguments and flags of review.
type reviewOptions struct {
	where     []string // folders and storages; none: all storages of the policy
	listen    string   // an address
	noBrowser bool
	terminal  bool // no page
	service   bool // the page of the running service
	password  bool // print the hash of a password
}

// newReviewCmd returns the verb review. It has three forms: a page of its own, the page of the service, and a list on
// the terminal.
func newReviewCmd(p *program) *cobra.Command {
	var o reviewOptions
	cmd := &cobra.Command{
		Use:               "review [PATH|STORAGE]...",
		ValidArgsFunction: p.where,
		Short:             "look at the found pictures, and keep or approve them",
		Long: `review scans as scan does, and serves a page of this machine only: each found
picture with its places, why it was found, and when it is due. Keep, approve and
undo are those of the command line. Files move to the trash only after the page
has shown the plan, as with apply.

It opens the browser with a link that signs it in, once. Enter prints another
link, Ctrl-C ends. Other users of the machine are turned away.

--terminal lists the pictures on the terminal instead, and what is in the trash.
Keys decide: k keeps a picture and every copy, a approves it as it is shown, u takes
that back or restores it, Enter shows all evidence, ? the other keys. A terminal
that can show pictures (kitty, iTerm2 or sixel) shows them.

A service shows the page to other machines if the policy says so, with a
certificate and a password (review: in sweepd-policy(5)). --password asks for a
password and prints its hash, for the file that the policy names.

Exit status: 1 if the page could not be served; with --terminal, if a file or a
folder could not be read.`,
		Example: "  sweepd review ~/Downloads ~/Pictures\n  sweepd review --listen 127.0.0.1:8080 --no-browser\n" +
			"  sweepd review --terminal",
		RunE: func(cmd *cobra.Command, args []string) error {
			o.where = args
			if o.password {
				return runReviewPassword(cmd.Context(), p)
			}
			if o.terminal {
				return runReviewTerminal(cmd.Context(), p, o.where)
			}
			return runReview(cmd.Context(), p, o)
		},
	}
	cmd.Flags().StringVar(&o.listen, "listen", "127.0.0.1:0",
		"serve at a local `ADDRESS`; port 0 picks a free port; unix:/PATH is a socket")
	cmd.Flags().BoolVar(&o.noBrowser, "no-browser", false, "only print the link")
	cmd.Flags().BoolVar(&o.terminal, "terminal", false, "list the pictures on the terminal")
	cmd.MarkFlagsMutuallyExclusive("terminal", "no-browser")
	cmd.Flags().BoolVar(&o.service, "service", false, "open the page of the running service (sweepd run --review)")
	cmd.Flags().BoolVar(&o.password, "password", false, "print the hash of a password for review: in the policy")
	cmd.MarkFlagsMutuallyExclusive("terminal", "service", "password", "listen")
	cmd.MarkFlagsMutuallyExclusive("password", "no-browser")
	return cmd
}

// runReview scans and serves the page until ctx ends, as by an interrupt, which is no error. The scan comes first and
// shows its progress here; the page can scan again later.
func runReview(ctx context.Context, p *program, o reviewOptions) error {
	if o.service {
		return p.reviewService(ctx, o)
	}
	p.heap.limit(pagePercent)
	s, err := p.reviewServer(ctx, o.where)
	if err != nil {
		return err
	}
	err = s.Look()
	p.term.settle()
	if err == nil {
		err = p.serveReview(ctx, s, o)
	}
	return errors.Join(err, s.Close())
}

// reviewService prints a link to the page of the running service, and opens it. The link is asked for through the
// control socket, which only the user of the service can open. It returns a *app.UsageError if no service runs.
func (p *program) reviewService(ctx context.Context, o reviewOptions) error {
	if len(o.where) > 0 {
		return &app.UsageError{
			Err: errors.New("the service has the storages of its policy"), Hint: "leave out the folders and storages",
		}
	}
	paths, err := app.FindPaths(p.getenv)
	if err != nil {
		return err
	}
	link, err := status.Link(ctx, paths.Control())
	if errors.Is(err, fs.ErrNotExist) {
		return &app.UsageError{Err: errors.New("the service is not running"), Hint: p.howToStart()}
	}
	if err != nil {
		return err
	}
	p.term.printf("%s\n", p.term.bold(safe(link)))
	if base, _, ok := strings.Cut(link, "/login/"); ok && !o.noBrowser {
		p.openPage(ctx, link, base)
	}
	return nil
}

// reviewServer returns the page of the folders and storages. The caller closes it. The server opens the app anew for
// each scan, with the policy as it is then.
func (p *program) reviewServer(ctx context.Context, where []string) (*review.Server, error) {
	paths, err := app.FindPaths(p.getenv)
	if err != nil {
		return nil, err
	}
	return review.New(ctx, review.Options{
		App: func() app.Options {
			o := p.options()
			o.Only, o.WholeHome = where, true
			return o
		},
		Now: p.now, Language: p.term.in, Home: p.home(), Dir: paths.State,
		Progress: func(seen, matched int64) {
			p.term.progress("looking: %s, %d found", count(seen, "file"), matched)
		},
	})
}

// serveReview serves the page, and prints a link each time the user asks for one. The end of the input, as in a script,
// does not end the page: only ctx and an error of the server do.
func (p *program) serveReview(ctx context.Context, s *review.Server, o reviewOptions) error {
	base, serve, err := s.Open(ctx, o.listen)
	if errors.Is(err, status.ErrNotHere) {
		return &app.UsageError{
			Err: err, Hint: "this page is of this machine only; for other machines, forward its port, or write " +
				"review: in the policy of a service: docs/review.md",
		}
	}
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 1)
	// An error of the server ends the wait for Enter; the read itself goes on until the process ends.
	go func() { defer cancel(); ended <- serve(ctx) }()
	link := p.printLink(s, base)
	if !o.noBrowser {
		p.openPage(ctx, link, base)
	}
	p.term.printf("Press Enter for another link, Ctrl-C to end.\n")
	for in := listen(p.stdin); ; {
		if _, err := in.next(ctx); err != nil { // the input or ctx has ended
			break
		}
		p.printLink(s, base)
	}
	return <-ended
}

// printLink prints a new link and returns it. A link signs in one browser, once.
func (p *program) printLink(s *review.Server, base string) string {
	link := base + s.Link()
	p.term.printf("%s\n", p.term.bold(link))
	return link
}

// openPage opens the link in the browser. Other users see the address in the list of processes; where the page cannot
// turn them away, it is the address without the link.
func (p *program) openPage(ctx context.Context, link, base string) {
	if !review.Guarded {
		link = base
	}
	if err := p.browse(ctx, link); err != nil {
		p.term.printf("Open it in a browser on this machine.\n")
	}
}

package main

import (
	"bufio"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"sweepd/internal/app"
	"sweepd/policy"
)

func (p *program) login() *cobra.Command {
	var noBrowser, scanOnly, trashOnly bool
	cmd := &cobra.Command{
		Use:   "login STORAGE",
		Short: "sign in to a cloud account",
		Long: `login opens the service's consent page in your browser, for the OAuth client that
the policy names, and stores the access token in the state directory, readable
only by you. It requests only the access that the policy needs: drive.readonly if
the policy deletes nothing, otherwise drive.

With --no-browser, for a machine without a browser, login prints a link. Open it
on any machine. After you allow access, the browser is redirected to an address
that it cannot open: copy that address and paste it.

The storage is bound to the first account that signs in. To create your own OAuth
client, see docs/google-drive.md.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			l := app.Login{Storage: args[0], Show: p.showConsent(cmd.Context())}
			if noBrowser {
				l.Show, l.Paste = p.showLink, p.paste
			}
			if most := policy.AccessScan; scanOnly {
				l.Most = &most
			}
			if most := policy.AccessTrash; trashOnly {
				l.Most = &most
			}
			g, use, err := app.LogIn(cmd.Context(), p.options(), l)
			if err != nil {
				return err
			}
			p.term.printf("signed in to %s as %s: sweepd may %s there\n", safe(args[0]),
				p.term.bold(safe(g.Account.Email)), use)
			return nil
		},
	}
	cmd.Flags().BoolVar(&noBrowser, "no-browser", false, "print a link and read the address that you paste")
	cmd.Flags().BoolVar(&scanOnly, "scan-only", false,
		"request read access only (drive.readonly); nothing can be deleted")
	cmd.Flags().BoolVar(&trashOnly, "trash-only", false,
		"request read and trash access only (drive.readonly, drive.metadata); nothing can be deleted permanently")
	cmd.MarkFlagsMutuallyExclusive("scan-only", "trash-only")
	return cmd
}

// showConsent starts a browser and also prints the link, in case none opens.
func (p *program) showConsent(ctx context.Context) func(start, consent string) error {
	return func(start, consent string) error {
		err := p.browse(ctx, start)
		if err == nil {
			p.term.printf(
				"allow access in your browser; if no page opened, open this link on this machine:\n\n  %s\n\n",
				consent,
			)
			return nil
		}
		p.term.printf(
			"open this link in a browser on this machine (if there is none: sweepd login --no-browser):\n\n  %s\n\n",
			consent,
		)
		return nil
	}
}

// showLink prints the link, for a machine without a browser.
func (p *program) showLink(_, consent string) error {
	p.term.printf("open this link in a browser, on any machine:\n\n  %s\n\nafter you allow access, the browser is redirected to an address that begins with http://127.0.0.1\nand that it cannot open. Copy that address and paste it here:\n", consent)
	return nil
}

// paste returns the line that the user pastes. An interrupt ends it.
func (p *program) paste(ctx context.Context) (string, error) {
	type line struct {
		text string
		err  error
	}
	lines := make(chan line, 1)
	go func() {
		text, err := bufio.NewReader(p.stdin).ReadString('\n')
		lines <- line{text, err}
	}()
	select {
	case l := <-lines:
		if strings.TrimSpace(l.text) != "" {
			return l.text, nil // also without a newline at the end
		}
		if l.err != nil {
			return "", &app.UsageError{
				Err:  fmt.Errorf("nothing was pasted: %w", l.err),
				Hint: "run it in a terminal, or pipe the address to it",
			}
		}
		return "", nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

func (p *program) logout() *cobra.Command {
	var forget, anyway bool
	cmd := &cobra.Command{
		Use:   "logout STORAGE",
		Short: "sign out and revoke access",
		Long: `logout revokes sweepd's access at the service and deletes the stored token. The
record stays, and the storage stays bound to the account: use --forget to let
another account sign in.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			g, err := app.LogOut(cmd.Context(), p.options(), args[0], forget, anyway)
			if err != nil {
				return err
			}
			whose := ""
			if g.Account.Email != "" {
				whose = " as " + safe(g.Account.Email)
			}
			p.term.printf("signed out of %s%s\n", safe(args[0]), whose)
			return nil
		},
	}
	cmd.Flags().BoolVar(&forget, "forget", false, "let another account sign in to the storage")
	cmd.Flags().BoolVar(&anyway, "anyway", false, "delete the token even if the service cannot be reached")
	return cmd
}

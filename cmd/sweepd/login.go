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
		Short: "let sweepd into the account of a storage",
		Long: `login opens the consent page of the account's service in your browser, for the
OAuth client of your own that the policy names, and keeps what you allow there in
the state directory, where only you can read it. It asks for no more than the
policy needs: drive.readonly where it only looks, else drive.

With --no-browser, for a machine without one, it prints a link. Open it on any
machine; when you have allowed access, the browser is sent to an address that it
cannot open: copy that address and paste it.

The first account that signs in is the storage's from then on. How to make an
OAuth client of your own: docs/google-drive.md.`,
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
	cmd.Flags().BoolVar(&noBrowser, "no-browser", false, "print a link, and take what you paste back")
	cmd.Flags().BoolVar(&scanOnly, "scan-only", false,
		"allow looking only (drive.readonly): nothing can then be deleted")
	cmd.Flags().BoolVar(&trashOnly, "trash-only", false,
		"allow looking and the trash (drive.readonly, drive.metadata): nothing can then be deleted for good")
	cmd.MarkFlagsMutuallyExclusive("scan-only", "trash-only")
	return cmd
}

// showConsent starts a browser and also prints the link, in case none opens.
func (p *program) showConsent(ctx context.Context) func(start, consent string) error {
	return func(start, consent string) error {
		err := p.browse(ctx, start)
		if err == nil {
			p.term.printf(
				"your browser asks whether sweepd may use the account; if it does not, open this link on this machine:\n\n  %s\n\n",
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
	p.term.printf("open this link in a browser, on any machine:\n\n  %s\n\nwhen you have allowed access, the browser is sent to an address that begins with http://127.0.0.1 and\nthat it cannot open. Copy that address and paste it here:\n", consent)
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
				Hint: "run it where you can paste, or pipe the address into it",
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
		Short: "give the access to an account back, and forget it",
		Long: `logout tells the service that sweepd may no longer use the account, and deletes
what was kept of the sign-in. What sweepd recorded stays, and so does whose
account the storage is: with --forget another may sign in for it.`,
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
	cmd.Flags().BoolVar(&forget, "forget", false, "let the storage be of another account from now on")
	cmd.Flags().BoolVar(&anyway, "anyway", false, "delete what was kept even if the service cannot be told")
	return cmd
}

package main

import (
	"bufio"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/policy"
)

// loginOptions are the argument and flags of login.
type loginOptions struct {
	storage             string
	noBrowser           bool
	scanOnly, trashOnly bool // at most one
}

// newLoginCmd returns the verb login.
func newLoginCmd(p *program) *cobra.Command {
	var o loginOptions
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
client, see docs/google-drive.md.

Exit status: 1 if the sign-in failed or was not completed, 2 if the policy has no
such account or no address was pasted.`,
		Args:              exactlyOne("storage"),
		ValidArgsFunction: p.completeAccount,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.storage = args[0]
			return runLogin(cmd.Context(), p, o)
		},
	}
	cmd.Flags().BoolVar(&o.noBrowser, "no-browser", false, "print a link and read the address that you paste")
	cmd.Flags().BoolVar(&o.scanOnly, "scan-only", false,
		"request read access only (drive.readonly); nothing can be deleted")
	cmd.Flags().BoolVar(&o.trashOnly, "trash-only", false,
		"request read and trash access only (drive.readonly, drive.metadata); nothing can be deleted permanently")
	cmd.MarkFlagsMutuallyExclusive("scan-only", "trash-only")
	return cmd
}

// runLogin signs in to an account. It returns the errors of app.LogIn, whose hints name the next step. With
// --no-browser no port is open while it waits. Otherwise a port on loopback receives the browser (RFC 8252, 7.3).
func runLogin(ctx context.Context, p *program, o loginOptions) error {
	l := app.Login{Storage: o.storage, Show: p.showConsent(ctx), Most: o.most()}
	if o.noBrowser {
		l.Show, l.Paste = p.showLink, p.paste
	}
	g, use, err := app.LogIn(ctx, p.options(), l)
	if err != nil {
		return err
	}
	p.term.printf("signed in to %s as %s: sweepd may %s there\n", safe(o.storage), p.term.bold(safe(g.Account.Email)),
		use)
	return nil
}

// most returns the access to request at most; nil: what the policy needs.
func (o loginOptions) most() *policy.Access {
	most := policy.AccessScan
	switch {
	case o.scanOnly:
		return &most
	case o.trashOnly:
		most = policy.AccessTrash
		return &most
	}
	return nil
}

// showConsent returns a function that starts a browser and also prints the link, in case none opens. The browser
// gets start, an address of this machine, because other users can see the arguments of a process; the printed
// link is the consent page itself.
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

// showLink prints the link, for a machine without a browser. The address that the browser cannot open has the code in
// its query; the user carries it over by hand.
func (p *program) showLink(_, consent string) error {
	p.term.printf("open this link in a browser, on any machine:\n\n  %s\n\n"+
		"after you allow access, the browser is redirected to an address that begins with http://127.0.0.1\n"+
		"and that it cannot open. Copy that address and paste it here:\n", consent)
	return nil
}

// paste returns the line that the user pastes. It returns a *app.UsageError if standard input ends before a line,
// and ctx's error after an interrupt; the read then goes on until the process ends, because it cannot be
// interrupted.
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

// logoutOptions are the argument and flags of logout.
type logoutOptions struct {
	storage string
	forget  bool // let another account sign in
	anyway  bool // also if the service cannot be reached
}

// newLogoutCmd returns the verb logout.
func newLogoutCmd(p *program) *cobra.Command {
	var o logoutOptions
	cmd := &cobra.Command{
		Use:   "logout STORAGE",
		Short: "sign out and revoke access",
		Long: `logout revokes sweepd's access at the service and deletes the stored token. The
record stays, and the storage stays bound to the account: use --forget to let
another account sign in.

Exit status: 1 if the access could not be revoked or the token not deleted, 2 if
the policy has no such account.`,
		Args:              exactlyOne("storage"),
		ValidArgsFunction: p.completeAccount,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.storage = args[0]
			return runLogout(cmd.Context(), p, o)
		},
	}
	cmd.Flags().BoolVar(&o.forget, "forget", false, "let another account sign in to the storage")
	cmd.Flags().BoolVar(&o.anyway, "anyway", false, "delete the token even if the service cannot be reached")
	return cmd
}

// runLogout signs out of an account. It returns an error if access could not be revoked and --anyway is not set:
// nothing was deleted then. The account is named if the grant has it.
func runLogout(ctx context.Context, p *program, o logoutOptions) error {
	g, err := app.LogOut(ctx, p.options(), o.storage, o.forget, o.anyway)
	if err != nil {
		return err
	}
	if g.Account.Email == "" {
		p.term.printf("signed out of %s\n", safe(o.storage))
		return nil
	}
	p.term.printf("signed out of %s as %s\n", safe(o.storage), safe(g.Account.Email))
	return nil
}

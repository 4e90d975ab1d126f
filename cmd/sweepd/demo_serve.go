package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/cloudsim"
	"github.com/sweepd/sweepd/internal/cloudsim/rehearsal"
)

// demoServeOptions are the flags of demo serve.
type demoServeOptions struct {
	rehearsal.Options
	faults string // a file; "": none
	json   bool
}

// newDemoServeCmd returns the verb demo serve. Other programs than sweepd can use the clouds too;
// docs/internals/rehearse.md shows rclone and curl.
func newDemoServeCmd(p *program) *cobra.Command {
	var o demoServeOptions
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "run the simulated clouds for any program until interrupted",
		Long: `serve simulates a Google Drive and a Dropbox in memory, with fictional accounts
and files, and OpenAI's check of pictures, behind a loopback proxy that answers
at the services' real addresses. It prints the settings that a program needs to
use them. The proxy forwards nothing and opens no outgoing connection.

serve records every request and change; audit_url returns them as JSON lines.
--faults injects the faults in FILE; docs/internals/rehearse.md lists them.

Exit status: 0 after an interrupt, 1 if the clouds could not be served, 2 if the
address or the list of faults is wrong.`,
		Example: "  sweepd demo serve\n  sweepd demo serve --json --accounts 2 --files 1000 --latency 50ms",
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return runDemoServe(cmd.Context(), p, o) },
	}
	cmd.Flags().StringVar(&o.Addr, "addr", "127.0.0.1:0", "loopback `ADDRESS` to listen on; port 0 picks a free port")
	cmd.Flags().BoolVar(&o.json, "json", false, "print one JSON object")
	cmd.Flags().IntVar(&o.Accounts, "accounts", 1, "`NUMBER` of accounts per cloud")
	cmd.Flags().IntVar(&o.Files, "files", 40, "`NUMBER` of files per account")
	cmd.Flags().DurationVar(&o.Latency, "latency", 0, "delay of each response, a `DURATION` such as 50ms")
	cmd.Flags().StringVar(&o.faults, "faults", "", "inject the faults in this JSON `FILE`; - is standard input")
	return cmd
}

// runDemoServe serves the clouds until ctx ends, as by an interrupt. It returns a *app.UsageError if a number is
// out of range, the address is not a loopback one, or the list of faults is wrong; an interrupt is no error.
func runDemoServe(ctx context.Context, p *program, o demoServeOptions) (err error) {
	if o.Accounts < 1 || o.Files < 0 || o.Latency < 0 {
		return &app.UsageError{Err: errors.New("--accounts must be at least 1, --files and --latency at least 0")}
	}
	if o.Faults, err = p.readFaults(o.faults); err != nil {
		return err
	}
	o.Now = p.now
	r, err := p.rehearse(o.Options)
	if err != nil {
		return err
	}
	policy, err := r.Write("policy.yaml", []byte(fmt.Sprintf(servedPolicy, r.Place().Client, r.Place().AppKey)))
	if err != nil {
		return errors.Join(err, r.Close())
	}
	if o.json {
		p.json(r.Place())
	} else {
		p.printPlace(r.Place(), o.Options, policy)
	}
	<-ctx.Done()
	return r.Close()
}

// servedPolicy is a policy for the served clouds. It is formatted with the path of the OAuth client and the key of the
// Dropbox app.
const servedPolicy = `version: 1
storages:
  drive: {type: gdrive, client: %q}
  box: {type: dropbox, app_key: %s, purge: off}
rules:
  # These pictures carry no OpenAI signature, because that cannot be forged: match them by name.
  - {name: by name, when: {confidence: likely, derived: include}, do: trash}
trash: {ours: 30d}
`

// rehearse starts a rehearsal. It returns a *app.UsageError if the address is not a loopback one. The clouds have no
// passwords worth the name, so they must not be reachable from another machine. The caller closes the rehearsal.
func (p *program) rehearse(o rehearsal.Options) (*rehearsal.Rehearsal, error) {
	r, err := rehearsal.Start(o)
	if errors.Is(err, cloudsim.ErrNotLoopback) {
		return nil, &app.UsageError{Err: err, Hint: "the simulated clouds listen on loopback only: --addr 127.0.0.1:0"}
	}
	return r, err
}

// readFaults reads the faults to inject from a file, or from standard input if path is "-"; none if it is "". It
// returns a *app.UsageError if the list is not valid (cloudsim.ReadFaults).
func (p *program) readFaults(path string) ([]cloudsim.Fault, error) {
	if path == "" {
		return nil, nil
	}
	from := p.stdin
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		from = f
	}
	list, err := cloudsim.ReadFaults(from)
	if err != nil {
		return nil, &app.UsageError{
			Err:  fmt.Errorf("%s: %w", path, err),
			Hint: "docs/internals/rehearse.md has an example",
		}
	}
	return list, nil
}

// printPlace prints how programs are pointed at the rehearsal, in one write: a pipe that is closed in the middle of it
// would end the program before it has cleaned up.
func (p *program) printPlace(at rehearsal.Place, o rehearsal.Options, policy string) {
	a, box := at.Accounts[0], at.Accounts[o.Accounts]
	p.term.printf(placeText, count(int64(o.Accounts), "account"), count(int64(o.Files), "file"),
		at.Proxy, quoted(at.CAFile), quoted(policy), a.Name, a.AccessToken, at.AuditURL,
		quoted(filepath.Dir(at.CAFile)), box.AccessToken)
}

// placeText is the output of demo serve without --json. The arguments are numbered, because some are used twice:
// accounts, files, proxy, certificate, policy, address and token of an account of the Drive, record, folder,
// token of an account of the Dropbox.
const placeText = `Simulated Google Drive and Dropbox: %[1]s each, with %[2]s.

Set these variables to make a program use them instead of the real services:

  export HTTPS_PROXY=%[3]s SSL_CERT_FILE=%[4]s

sweepd, with a separate policy and record:

  export STATE_DIRECTORY=$(mktemp -d) SWEEPD_POLICY=%[5]s
  sweepd login drive --no-browser
  sweepd login box --no-browser
  sweepd scan

  to get the address to paste without a browser:
  curl -s --cacert $SSL_CERT_FILE -d account=%[6]s -w '%%{redirect_url}' 'LINK'

rclone:

  export RCLONE_CONFIG_DEMO_TYPE=drive RCLONE_CONFIG_DEMO_TOKEN='{"access_token":"%[7]s"}'
  rclone --config /dev/null lsl demo:
  export RCLONE_CONFIG_BOX_TYPE=dropbox RCLONE_CONFIG_BOX_TOKEN='{"access_token":"%[10]s"}'
  rclone --config /dev/null lsl box:

curl:

  curl --cacert $SSL_CERT_FILE -H 'Authorization: Bearer %[7]s' 'https://www.googleapis.com/drive/v3/files'

Recorded requests and changes: curl %[8]s
Press Ctrl-C to stop and remove %[9]s
`

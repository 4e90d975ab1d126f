package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"sweepd/internal/app"
)

// jsonCheck is one line of doctor --json.
type jsonCheck struct {
	Type    string    `json:"type"` // "check"
	Storage string    `json:"storage"`
	Check   string    `json:"check"`
	State   app.State `json:"state"` // "ok", "warn", "fail"
	Text    string    `json:"text"`
	Hint    string    `json:"hint,omitempty"`
}

// doctorOptions are the arguments and flags of doctor.
type doctorOptions struct {
	storages []string // none: all of the policy
	json     bool
}

// newDoctorCmd returns the verb doctor.
func newDoctorCmd(p *program) *cobra.Command {
	var o doctorOptions
	cmd := &cobra.Command{
		Use:               "doctor [STORAGE]...",
		ValidArgsFunction: p.completeStorages,
		Short:             "check the setup and suggest fixes",
		Long: `doctor checks the policy, the record and each storage. For a cloud account it also
checks that the sign-in is valid, belongs to the right account and has the access
that the policy needs; that the clock is right; and how full the account is.

doctor does not change your files. To test the trash of a folder it moves an empty
file of its own there and removes it again.

Exit status: 1 if a check failed.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.storages = args
			return runDoctor(cmd.Context(), p, o)
		},
	}
	cmd.Flags().BoolVar(&o.json, "json", false, "print one JSON object per line")
	return cmd
}

// runDoctor prints the result of each check as soon as it is known. It returns errTrouble if one failed; a
// warning is no failure.
func runDoctor(ctx context.Context, p *program, o doctorOptions) error {
	failed := false
	for f := range app.Doctor(ctx, p.options(), o.storages) {
		failed = failed || f.State == app.Fail
		if o.json {
			p.json(jsonCheck{"check", f.Storage, f.Check, f.State, f.Text, f.Hint})
			continue
		}
		p.printCheck(f)
	}
	if failed {
		return errTrouble
	}
	return ctx.Err()
}

// printCheck prints one line, with the hint below it if there is one.
func (p *program) printCheck(f app.Finding) {
	code := map[app.State]string{app.Well: "32", app.Warn: "33", app.Fail: "31"}[f.State]
	what := f.Check
	if f.Storage != "" {
		what = safe(f.Storage) + " " + what
	}
	p.term.item(5, "%s %s: %s\n", p.term.paint(code, fmt.Sprintf("%-4s", f.State)), what, lines(f.Text))
	if f.Hint != "" {
		p.term.printf("     hint: %s\n", safe(f.Hint))
	}
}

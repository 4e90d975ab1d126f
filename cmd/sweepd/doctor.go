package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/language"
)

// jsonCheck is one line of doctor --json. Storage is "" for a check of the whole setup. Check is a fixed name (see
// headed), Text and Hint are English sentences.
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
			p.json(jsonCheck{"check", f.Storage, f.Check, f.State, f.Text.String(), f.Hint.String()})
			continue
		}
		p.printCheck(f)
	}
	if failed {
		return errTrouble
	}
	return ctx.Err()
}

// printCheck prints one line, with the hint below it if there is one. The state is padded to four columns so that the
// findings are aligned, and green, yellow or red.
func (p *program) printCheck(f app.Finding) {
	code := map[app.State]string{app.Well: "32", app.Warn: "33", app.Fail: "31"}[f.State]
	text := lines(headed(f.Check, f.Text).In(p.term.in))
	if f.Storage != "" {
		text = safe(f.Storage) + " " + text
	}
	p.term.item(5, "%s %s\n", p.term.paint(code, fmt.Sprintf("%-4s", f.State)), text)
	if hint := p.term.text(f.Hint); hint != "" {
		p.term.printf("     hint: %s\n", hint)
	}
}

// headed returns the finding of a check with the check's name before it. Each name has a text of its own, so that the
// catalogs can translate it; an unknown name, as of a check that is new, is shown as it is.
func headed(check string, finding language.Message) language.Message {
	switch check {
	case "policy":
		return language.Messagef("policy: %s", finding)
	case "service":
		return language.Messagef("service: %s", finding)
	case "review":
		return language.Messagef("review page: %s", finding)
	case "protection":
		return language.Messagef("protection: %s", finding)
	case "record":
		return language.Messagef("record: %s", finding)
	case "pause":
		return language.Messagef("pause: %s", finding)
	case "folder":
		return language.Messagef("folder: %s", finding)
	case "trash":
		return language.Messagef("trash: %s", finding)
	case "client":
		return language.Messagef("client: %s", finding)
	case "sign-in":
		return language.Messagef("sign-in: %s", finding)
	case "access":
		return language.Messagef("access: %s", finding)
	case "account":
		return language.Messagef("account: %s", finding)
	case "clock":
		return language.Messagef("clock: %s", finding)
	case "space":
		return language.Messagef("space: %s", finding)
	}
	return language.Messagef("%s: %s", check, finding)
}

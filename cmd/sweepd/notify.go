package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/notify"
)

// newNotifyCmd returns the verb notify, which only has the verb test.
func newNotifyCmd(p *program) *cobra.Command {
	cmd := group(&cobra.Command{
		Use:   "notify",
		Short: "test notifications",
		Long: `notify tests the notifications in the policy.

Exit status: that of the command; alone, notify prints this help, and 0.`,
	})
	cmd.AddCommand(newNotifyTestCmd(p))
	return cmd
}

// newNotifyTestCmd returns the verb notify test. It sends to every receiver, because a test of some could leave the one
// unnoticed that is wrong.
func newNotifyTestCmd(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "test",
		Short: "send a test message to every receiver in the policy",
		Long: `test sends one message to each receiver under notify: in the policy, whatever
events it subscribes to, and prints the result. It does not retry.

Exit status: 1 if a message could not be sent.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runNotifyTest(cmd.Context(), p) },
	}
}

// runNotifyTest sends a message to each receiver and prints the results. It returns errTrouble if a message could not
// be sent. An accepted message can still be lost behind the receiver.
func runNotifyTest(ctx context.Context, p *program) error {
	results, err := app.TryNotify(ctx, p.options())
	if err != nil {
		return err
	}
	failed := false
	for _, r := range results {
		failed = failed || r.Err != nil
		p.printSent(r)
	}
	if failed {
		return errTrouble
	}
	return nil
}

// printSent prints one line, with the hint below it.
func (p *program) printSent(r notify.Result) {
	if r.Err == nil {
		p.term.printf("%s %s: sent\n", p.term.paint("32", "ok  "), safe(r.Sink.To))
		return
	}
	text, hint := r.Err.Error(), ""
	if bad, ok := errors.AsType[*notify.SinkError](r.Err); ok {
		text, hint = bad.Err.Error(), bad.Hint
	}
	p.term.printf("%s %s: %s\n", p.term.paint("31", "fail"), safe(r.Sink.To), lines(text))
	if hint != "" {
		p.term.printf("     hint: %s\n", safe(hint))
	}
}

package main

import (
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/sweepd/sweepd/internal/app"
)

// standardInput is the name of standard input in messages.
const standardInput = "(standard input)"

// readPolicyInput reads the policy from standard input for --policy -. It returns a *app.UsageError for a verb that
// acts, asks, or reads its policy again: only those that look take a policy that no file keeps.
func (p *program) readPolicyInput(cmd *cobra.Command) (err error) {
	if !cmd.HasParent() || cmd.Parent().HasParent() ||
		!slices.Contains([]string{"check", "explain", "plan", "scan"}, cmd.Name()) {
		return &app.UsageError{
			Err: fmt.Errorf("%s does not read a policy from standard input, since it must be able to read it again",
				cmd.CommandPath()),
			Hint: "save the policy to a file and name that: --policy FILE; " +
				"check, scan, plan and explain take --policy -",
		}
	}
	_, err = p.policyInput()
	return err
}

// policyInput returns the policy on standard input, which it reads once. It is kept in policyText, from which
// app.Options passes it on. An empty input is an empty policy, which is invalid.
func (p *program) policyInput() ([]byte, error) {
	if p.policyText != nil {
		return p.policyText, nil
	}
	text, err := io.ReadAll(io.LimitReader(p.stdin, 1<<20)) // the parser refuses one as large
	if err != nil {
		return nil, fmt.Errorf("read the policy from standard input: %w", err)
	}
	p.policyFile, p.policyText = standardInput, text
	return text, nil
}

// withPolicy returns the beginning of a command with the policy that this one was given, if any. A policy from standard
// input is in no file that could be named.
func (p *program) withPolicy(command string) string {
	switch {
	case p.policyText != nil:
		return command + " --policy FILE"
	case p.policyFile != "":
		return command + " --policy " + quoted(p.policyFile)
	}
	return command
}

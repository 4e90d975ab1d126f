package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/policy/policyfile"
)

// group makes cmd a command of verbs only: alone it prints its help, and an unknown verb is a *app.UsageError. cobra's
// own default is an error in another form, and status 0 for an unknown verb below the first level.
func group(cmd *cobra.Command) *cobra.Command {
	cmd.Args = knownVerb
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	return cmd
}

// knownVerb returns a *app.UsageError for the arguments that are left for a command of verbs: the first is no verb.
func knownVerb(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := "see: " + cmd.CommandPath() + " --help"
	if meant := meantVerb(cmd, args[0]); meant != "" {
		hint = fmt.Sprintf("did you mean %q?", meant)
	}
	return &app.UsageError{Err: fmt.Errorf("unknown command %q for %q", args[0], cmd.CommandPath()), Hint: hint}
}

// adaptDefaults adds cobra's own command completion, and gives it and help the errors and the exit statuses of the
// other verbs.
func adaptDefaults(root *cobra.Command, args []string) {
	root.InitDefaultCompletionCmd(args...)
	for _, verb := range root.Commands() {
		switch verb.Name() {
		case "completion":
			group(verb)
			verb.Long += "\nExit status: that of the command; alone, completion prints this help, and 0.\n"
			for _, shell := range verb.Commands() {
				shell.Long += "\nExit status: 1 if the script could not be written.\n"
			}
		case "help":
			verb.Args = knownTopic
			verb.Long += "\n\nExit status: 2 if there is no such command."
		}
	}
}

// knownTopic returns a *app.UsageError if sweepd help is asked for a verb that does not exist.
func knownTopic(cmd *cobra.Command, args []string) error {
	of, rest, err := cmd.Root().Find(args)
	if err == nil && of.HasSubCommands() {
		err = knownVerb(of, rest)
	}
	return err
}

// meantVerb returns the verb of cmd that the user may have meant; "" if none is near. A verb that lists the name in its
// SuggestFor comes first, because the nearest name of "unpause" is its opposite. Case does not matter.
func meantVerb(cmd *cobra.Command, name string) string {
	var names []string
	for _, verb := range cmd.Commands() {
		if slices.Contains(verb.SuggestFor, strings.ToLower(name)) {
			return verb.Name()
		}
		if verb.IsAvailableCommand() {
			names = append(names, verb.Name())
		}
	}
	return policyfile.Nearest(name, names)
}

// flagError returns the error of a flag, or that of an unknown verb before it, whose flag it may be.
func flagError(cmd *cobra.Command, err error) error {
	if cmd.HasSubCommands() {
		if unknown := knownVerb(cmd, cmd.Flags().Args()); unknown != nil {
			return unknown
		}
	}
	return err
}

// compatible returns a *app.UsageError if flags are set of which a verb takes only one; nil if not. It runs before
// every verb, and so before cobra's own check, whose error has no hint. The names of the flags are taken out of cobra's
// message, because cobra has no typed error for it; if the message ever changes, it is shown as it is.
func compatible(cmd *cobra.Command) error {
	err := cmd.ValidateFlagGroups()
	if err == nil {
		return nil
	}
	text := err.Error()
	if _, set, found := strings.Cut(text, "; ["); found { // cobra lists the flags in its own words
		set, _, _ = strings.Cut(set, "]")
		text = "use only one of --" + strings.Join(strings.Fields(set), " and --")
	}
	return &app.UsageError{Err: errors.New(text), Hint: "see: " + cmd.CommandPath() + " --help"}
}

// needs returns the check of the arguments of a verb that takes at least one: what is "a file". The error shows the
// usage line of the verb as its hint.
func needs(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return misused(cmd, "needs "+what)
		}
		return nil
	}
}

// atMostOne returns the check of the arguments of a verb that takes one or none: what is "run".
func atMostOne(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > 1 {
			return misused(cmd, "takes one "+what)
		}
		return nil
	}
}

// exactlyOne returns the check of the arguments of a verb that takes one: what is "storage". None and several are
// different errors.
func exactlyOne(what string) cobra.PositionalArgs {
	return cobra.MatchAll(needs("a "+what), atMostOne(what))
}

// noArgs checks the arguments of a verb that takes none.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return misused(cmd, fmt.Sprintf("takes no arguments, but was given %q", args[0]))
	}
	return nil
}

// misused returns the error of a verb with a wrong number of arguments.
func misused(cmd *cobra.Command, how string) error {
	verb := strings.TrimPrefix(cmd.CommandPath(), cmd.Root().Name()+" ")
	return &app.UsageError{Err: fmt.Errorf("%s %s", verb, how), Hint: "usage: " + cmd.UseLine()}
}

package main

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/sweepd/sweepd/internal/language"
)

// translateHelp makes root and its verbs show their help in the language. The texts of the commands stay English until
// then, so that completions and man pages have those. It is lazy for speed too: only the verb whose help is shown is
// translated.
func translateHelp(root *cobra.Command, in language.Printer) {
	if in.Tag() == "en" {
		return
	}
	show := root.HelpFunc()
	root.SetHelpFunc(func(cmd *cobra.Command, args []string) {
		translateCommand(cmd, in)
		show(cmd, args)
	})
}

// translateCommand translates all that the help of cmd shows. Its flags have their defaults already. A text that the
// catalogs do not have stays English.
func translateCommand(cmd *cobra.Command, in language.Printer) {
	cmd.Short, cmd.Long, cmd.Example = in.Text(cmd.Short), in.Text(cmd.Long), in.Text(cmd.Example)
	for _, verb := range cmd.Commands() {
		verb.Short = in.Text(verb.Short)
	}
	for _, g := range cmd.Groups() {
		g.Title = in.Text(g.Title)
	}
	fixed := fixedTexts(in)
	cmd.SetUsageTemplate(fixed.Replace(cmd.UsageTemplate()))
	translate := func(f *pflag.Flag) {
		if f.Name == "help" {
			f.Usage = fixed.Replace(f.Usage)
		}
		f.Usage = in.Text(f.Usage)
	}
	cmd.NonInheritedFlags().VisitAll(translate)
	cmd.InheritedFlags().VisitAll(translate)
}

// headings returns the texts of cobra's template for the help, and the beginning of the usage of --help. The catalogs
// have them by these strings; one that a new version of cobra changes is shown in English.
func headings() []string {
	return []string{
		"Usage:", "Examples:", "Available Commands:", "Additional Commands:", "Global Flags:", "Flags:",
		`Use "{{.CommandPath}} [command] --help" for more information about a command.`, "help for",
	}
}

// fixedTexts returns what replaces each of the headings by its translation.
func fixedTexts(in language.Printer) *strings.Replacer {
	var pairs []string
	for _, english := range headings() {
		pairs = append(pairs, english, in.Text(english))
	}
	return strings.NewReplacer(pairs...)
}

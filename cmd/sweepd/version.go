package main

import (
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
)

// newVersionCmd returns the verb version. It is in no group of the help, beside completion and help.
func newVersionCmd(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "print the version, revision and build date",
		Long: `version prints the version of sweepd, the revision and the date of its source, and
the version of Go that built it, as --version does.

Exit status: 1 if the output could not be written.`,
		Args: noArgs,
		Run:  func(*cobra.Command, []string) { p.term.printf("sweepd %s\n", programVersion()) },
	}
}

// programVersion returns the version of this program.
func programVersion() string {
	b, ok := debug.ReadBuildInfo()
	if !ok {
		b = &debug.BuildInfo{}
	}
	return versionOf(b)
}

// versionOf returns what the Go command recorded of a build: "VERSION (REVISION, DATE), GO". VERSION is the tag of the
// revision, or a pseudo-version (https://go.dev/ref/mod#pseudo-versions), with +dirty if files were changed since.
// DATE is the time of the commit and not of the build, so that two builds of a revision are the same.
func versionOf(b *debug.BuildInfo) string {
	version, from := "devel", []string(nil)
	if v := b.Main.Version; v != "" && v != "(devel)" {
		version = v
	}
	settings := map[string]string{}
	for _, s := range b.Settings {
		settings[s.Key] = s.Value
	}
	if revision := settings["vcs.revision"]; revision != "" {
		from = append(from, revision[:min(12, len(revision))])
	}
	if date := settings["vcs.time"]; date != "" {
		from = append(from, date)
	}
	if len(from) == 0 {
		from = []string{"no revision was recorded"}
	}
	out := version + " (" + strings.Join(from, ", ") + ")"
	if b.GoVersion != "" {
		out += ", " + b.GoVersion
	}
	return out
}

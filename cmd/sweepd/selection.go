package main

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/internal/report"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/sweeper"
)

// selection are the flags of scan that choose among the files found, and their order. The zero value takes all, the
// surest first.
type selection struct {
	due, held  bool // if one is set: only these
	confidence level
	order      choice
	totals     choice
}

// newSelection returns a selection that takes all, with the values that its flags accept.
func newSelection() selection {
	return selection{
		order:  choice{of: []string{"size", "age", "folder", "due"}},
		totals: choice{of: []string{"folder", "rule"}},
	}
}

// flags adds the flags that select and sort, with what a shell completes for their values.
func (s *selection) flags(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&s.due, "due", false, "list only files that are due now")
	cmd.Flags().BoolVar(&s.held, "held", false, "list only files that are held; with --due, both")
	cmd.Flags().Var(&s.confidence, "confidence",
		"list only files of at least this `LEVEL`: possible, likely, strong, proven")
	cmd.Flags().Var(&s.order, "sort",
		"sort by `KEY`: size (largest first), age (oldest first), folder, due (next due first)")
	cmd.Flags().Var(&s.totals, "totals", "add the totals of the listed files by `KEY`: folder or rule")
	offer(cmd, "confidence", "possible", "likely", "strong", "proven")
	offer(cmd, "sort", s.order.of...)
	offer(cmd, "totals", s.totals.of...)
}

// filters reports whether some files are not listed.
func (s *selection) filters() bool {
	return s.due || s.held || s.confidence.Confidence > fingerprint.None
}

// takes reports whether the file is listed. --due and --held together list both; --confidence is a further condition.
func (s *selection) takes(f sweeper.Found) bool {
	if f.Verdict.Confidence < s.confidence.Confidence {
		return false
	}
	return !s.due && !s.held || s.due && f.Decision.Action == policy.Trash || s.held && f.Decision.Action == policy.Hold
}

// only returns a function that passes the files that are listed to each.
func (s *selection) only(each func(sweeper.Found)) func(sweeper.Found) {
	return func(f sweeper.Found) {
		if s.takes(f) {
			each(f)
		}
	}
}

// compare orders two files of the list. It is a total order for slices.SortFunc: files that are equal by the key are in
// the order of their paths and storages, so that two scans of the same files print the same list.
func (s *selection) compare(x, y sweeper.Found) int {
	first := 0
	switch s.order.word {
	case "size":
		first = cmp.Compare(y.Entry.Size, x.Entry.Size)
	case "age":
		first = report.Sooner(x.Entry.Modified, y.Entry.Modified)
	case "folder":
		first = cmp.Or(strings.Compare(x.Storage, y.Storage),
			strings.Compare(path.Dir(x.Entry.Path), path.Dir(y.Entry.Path)))
	case "due":
		first = cmp.Or(cmp.Compare(report.Rank(x.Decision.Action), report.Rank(y.Decision.Action)),
			report.Sooner(x.Decision.NotBefore, y.Decision.NotBefore))
	default:
		first = cmp.Compare(y.Verdict.Confidence, x.Verdict.Confidence)
	}
	return cmp.Or(first, strings.Compare(x.Entry.Path, y.Entry.Path), strings.Compare(x.Storage, y.Storage))
}

// choice is a flag with one of some words; "" if it is not given. It implements pflag.Value, so that a wrong value is
// an error of the command line.
type choice struct {
	of   []string
	word string
}

// String and Type implement pflag.Value. pflag prints a default only if String returns one, and there is none here.
func (c *choice) String() string { return c.word }
func (c *choice) Type() string   { return "key" }

// Set sets the word, which must be one of the choice.
func (c *choice) Set(word string) error {
	if !slices.Contains(c.of, word) {
		return fmt.Errorf("it must be one of: %s", strings.Join(c.of, ", "))
	}
	c.word = word
	return nil
}

// level is a flag with a confidence; None if it is not given. It implements pflag.Value.
type level struct{ fingerprint.Confidence }

// String returns the level, or "" for none: pflag then prints no default.
func (l *level) String() string {
	if l.Confidence == fingerprint.None {
		return ""
	}
	return l.Confidence.String()
}

func (l *level) Type() string { return "level" }

// Set sets the level, which must be that of a match.
func (l *level) Set(word string) error {
	if err := l.UnmarshalText([]byte(word)); err != nil || l.Confidence == fingerprint.None {
		return fmt.Errorf("it must be one of: possible, likely, strong, proven")
	}
	return nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/spf13/cobra"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/journal"
)

// newJournalCmd returns the verb journal, which is hidden as long as run --database is.
func newJournalCmd(p *program) *cobra.Command {
	cmd := group(&cobra.Command{
		Use:    "journal",
		Short:  "copy the record to a database and back",
		Hidden: true,
		Long: `journal moves the record between a file and a database.

Exit status: that of the command; alone, journal prints this help, and 0.`,
	})
	cmd.AddCommand(newJournalCopyCmd(p))
	return cmd
}

// newJournalCopyCmd returns the verb journal copy.
func newJournalCopyCmd(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "copy FROM TO",
		Short: "copy the record between a file and a PostgreSQL database",
		Long: `copy copies the whole record from the file FROM to the database TO, or from a
database to a file. A database is named by its address, postgres://HOST/DATABASE.
Stop the service first: nobody may sweep meanwhile. Both records are verified from
the first line to the last, and the copy appears whole or not at all. The first
line of the copy names the last one of its source, which stays as it is: do not
use it any more.

Exit status: 1 if a record cannot be opened or written, 2 if TO has a record, 3 if
somebody sweeps or if FROM is damaged.`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 2 {
				return misused(cmd, "needs FROM and TO")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return runJournalCopy(cmd.Context(), p, args[0], args[1])
		},
	}
}

// runJournalCopy copies the record.
func runJournalCopy(ctx context.Context, p *program, from, to string) error {
	lines, err := journal.Copy(ctx, from, to, journal.Options{Now: p.now})
	switch {
	case errors.Is(err, fs.ErrExist):
		return &app.UsageError{Err: err, Hint: "name a new file, or an empty schema of a database"}
	case err != nil:
		return fmt.Errorf("journal copy: %w", err)
	}
	p.term.printf("copied and verified: %s lines\n", language.Number(lines))
	return nil
}

package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"sweepd/sweeper"
)

func (p *program) plan() *cobra.Command {
	var l look
	var file string
	cmd := &cobra.Command{
		Use:               "plan [-o FILE] [PATH|STORAGE]...",
		ValidArgsFunction: p.where,
		Short:             "scan, and save what is due to be applied exactly",
		Long: `plan scans as scan does and, with -o, saves what is due. The file can be read,
shown to others, and applied with: sweepd apply FILE. Nothing that is not in it
is touched then; a file that has changed meanwhile is left alone, and under
another policy the whole plan is refused.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			a, err := p.open(cmd, args, false)
			if err != nil {
				return err
			}
			defer a.Close()
			var due *sweeper.Plan
			sum, err := p.show(l, a, func(o sweeper.ScanOptions) (sum *sweeper.Summary, err error) {
				due, sum, err = a.Plan(cmd.Context(), o)
				return sum, err
			})
			if err != nil {
				return err
			}
			p.conclude(l, a, sum, nil)
			if file != "" {
				if err := save(file, due); err != nil {
					return err
				}
			}
			if !l.json {
				p.term.printf("due: %s\n", due)
				for _, it := range due.Spared {
					p.term.printf("kept as the last copy: %s\n", p.place(it.Storage, it.Entry.Path))
				}
				if err := a.Sweeper.Allow(cmd.Context(), due); err != nil {
					p.term.printf("it would be refused as it is: %s\n", safe(err.Error()))
				}
				if file != "" {
					p.term.printf("saved; to carry it out: %s\n", p.term.bold("sweepd apply "+quoted(file)))
				}
				p.term.printf("nothing was changed\n")
			}
			return trouble(sum)
		},
	}
	l.flags(cmd)
	cmd.Flags().StringVarP(&file, "output", "o", "", "save the plan to `file`")
	return cmd
}

// save writes the plan beside its final name and moves it there whole.
func save(file string, due *sweeper.Plan) (err error) {
	f, err := os.CreateTemp(filepath.Dir(file), ".sweepd-plan-*")
	if err != nil {
		return fmt.Errorf("save the plan: %w", err)
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
			err = fmt.Errorf("save the plan: %w", err)
		}
	}()
	if err = due.Save(f); err != nil {
		return err
	}
	if err = f.Sync(); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), file)
}

// loadPlan reads a saved plan.
func loadPlan(file string) (*sweeper.Plan, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	due, err := sweeper.LoadPlan(io.LimitReader(f, 1<<30))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return due, nil
}

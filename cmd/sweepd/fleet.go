package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/fleet"
)

// newFleetCmd returns the verb fleet, which only has the verb status.
func newFleetCmd(p *program) *cobra.Command {
	cmd := group(&cobra.Command{
		Use:   "fleet",
		Short: "see what several workers with one database do",
		Long: `fleet shows the state of several processes, on one machine or many, that share
their work through a PostgreSQL database: see docs/fleet.md.

Exit status: that of the command; alone, fleet prints this help, and 0.`,
	})
	cmd.AddCommand(newFleetStatusCmd(p))
	return cmd
}

// fleetStatusOptions are the flags of fleet status.
type fleetStatusOptions struct {
	database string
	json     bool
}

// newFleetStatusCmd returns the verb fleet status. It reads the database, and asks no worker.
func newFleetStatusCmd(p *program) *cobra.Command {
	var o fleetStatusOptions
	cmd := &cobra.Command{
		Use:   "status",
		Short: "show the storages, workers, leases and quotas of a fleet",
		Long: `status prints how many storages are due, how late the latest one is, the failures
by kind, the workers, and the quotas of the services. It reads only the database.

Exit status: 1 if the database cannot be read, 2 if no database was named.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runFleetStatus(cmd.Context(), p, o) },
	}
	cmd.Flags().StringVar(&o.database, "database", "",
		"the `ADDRESS` of the PostgreSQL database (default $SWEEPD_DATABASE)")
	cmd.Flags().BoolVar(&o.json, "json", false, "print a JSON object")
	return cmd
}

// runFleetStatus prints the state of a fleet. It returns a *app.UsageError if no database was named.
func runFleetStatus(ctx context.Context, p *program, o fleetStatusOptions) error {
	if o.database == "" {
		o.database = p.getenv(app.DatabaseVariable)
	}
	if o.database == "" {
		return &app.UsageError{
			Err:  errors.New("no database was named"),
			Hint: "name the database of the fleet: --database postgres://HOST/NAME, or set " + app.DatabaseVariable,
		}
	}
	s, err := fleet.ReadStatus(ctx, o.database)
	if err != nil {
		return err
	}
	if o.json {
		p.json(struct {
			Type string `json:"type"`
			*fleet.Status
		}{"fleet_status", s})
		return nil
	}
	p.printFleet(s)
	return nil
}

// printFleet prints the state of a fleet as text.
func (p *program) printFleet(s *fleet.Status) {
	p.term.printf("storages: %d; %d idle, %d queued, %d running, %d not swept yet\n", s.Storages, s.Idle, s.Queued,
		s.Running, s.New)
	p.term.printf("overdue:  %d, for up to %s\n", s.Overdue, s.Lag.Round(time.Second))
	var failures []string
	for _, kind := range slices.Sorted(maps.Keys(s.Failures)) {
		failures = append(failures, fmt.Sprintf("%s %d", kind, s.Failures[kind]))
	}
	if len(failures) > 0 {
		p.term.printf("failures: %s\n", strings.Join(failures, ", "))
	}
	p.term.printf("leases:   %d\n", len(s.Leases))
	for _, q := range s.Quotas {
		p.term.printf("quota:    %s, %.0f calls a second; the next in %s; too many: %d\n", q.Service, q.Rate,
			q.Wait.Round(time.Millisecond), q.Limited)
	}
	for _, w := range s.Workers {
		p.term.printf("worker:   %s, %s, %d turns, last seen %s\n", w.ID, w.Version, w.Turns,
			w.Seen.Local().Format(time.DateTime))
	}
	if s.Policies > 1 {
		p.warn("the workers have different policies; nothing is deleted until they have the same")
	}
}

package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/policy/policyfile"
)

// pauseOptions are the flags of pause.
type pauseOptions struct {
	span string // "": until resume
}

// newPauseCmd returns the verb pause. It writes a file, so it works without the service and while the record is in use.
func newPauseCmd(p *program) *cobra.Command {
	var o pauseOptions
	cmd := &cobra.Command{
		Use:   "pause [--for DURATION]",
		Short: "stop all deletion, including a sweep in progress",
		Long: `pause stops all deletion until sweepd resume, or for a time. A sweep in progress
finishes its current file. scan, keep and undo still work. Creating a file named
paused in the state directory has the same effect. Where several machines share
a database, named by $SWEEPD_DATABASE, pause and resume are about all of them.

Exit status: 1 if the pause could not be written, 3 if a running service has
another record, in which it would not see the pause.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runPause(cmd.Context(), p, o) },
	}
	cmd.Flags().StringVar(&o.span, "for", "", "pause for this `DURATION`, e.g. 2h or 3d")
	offer(cmd, "for", "1h", "1d", "1w")
	return cmd
}

// runPause pauses deletion. If the end of the pause cannot be written, as on a full disk, deletion is paused without an
// end (*app.HalfPauseError): the stop must not fail because of its details.
func runPause(ctx context.Context, p *program, o pauseOptions) error {
	paths, err := p.servicePaths(ctx)
	if err != nil {
		return err
	}
	x, until := app.Pause{Since: p.now().UTC()}, language.Messagef("deletion paused until: sweepd resume")
	if o.span != "" {
		d, err := policyfile.ParseDuration(o.span)
		if err != nil {
			return &app.UsageError{Err: err, Hint: "use a duration such as 2h, 3d or 1w"}
		}
		x.Until = x.Since.Add(d)
		until = language.Messagef("deletion paused until %s", x.Until.Local().Format("2006-01-02 15:04"))
	}
	if paths.Database != "" {
		if err := paths.PauseAll(ctx, x, p.now); err != nil {
			return fmt.Errorf("pause all machines: %w", err)
		}
		p.term.printf("%s\n", until)
		return nil
	}
	err = paths.Pause(x)
	half, inForce := errors.AsType[*app.HalfPauseError](err)
	if inForce {
		p.warn("%s", safe(half.Error()))
		until = language.Messagef("deletion paused until: sweepd resume")
	} else if err != nil {
		return fmt.Errorf("pause: %w", err)
	}
	p.term.printf("%s\n", until)
	return nil
}

// servicePaths returns the folders of sweepd. It returns app.ErrOtherRecord if a running service uses others.
func (p *program) servicePaths(ctx context.Context) (app.Paths, error) {
	paths, err := app.FindPaths(p.getenv)
	if err == nil && paths.Database == "" {
		err = paths.CheckService(ctx)
	}
	return paths, err
}

// resumeOptions are the flags of resume.
type resumeOptions struct {
	clock bool
}

// newResumeCmd returns the verb resume.
func newResumeCmd(p *program) *cobra.Command {
	var o resumeOptions
	cmd := &cobra.Command{
		Use:        "resume [--clock]",
		SuggestFor: []string{"unpause", "continue"},
		Short:      "resume deletion after a pause",
		Long: `resume ends a pause. With --clock it also confirms that the clock is right, after
a clock that jumped ahead or back made sweepd hold everything.

Exit status: 0 also if nothing was paused, 1 if the pause could not be removed, 3
if a running service has another record.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runResume(cmd.Context(), p, o) },
	}
	cmd.Flags().BoolVar(&o.clock, "clock", false, "confirm that the clock is right")
	return cmd
}

// runResume ends a pause. The clock is confirmed first, so that deletion does not resume with a clock that the user
// could not confirm.
func runResume(ctx context.Context, p *program, o resumeOptions) error {
	paths, err := p.servicePaths(ctx)
	if err != nil {
		return err
	}
	if o.clock {
		if err := app.TrustClock(ctx, p.options()); err != nil {
			return err
		}
		p.term.printf("clock confirmed: it is %s\n", p.now().Local().Format(time.RFC1123))
	}
	was, err := paths.ResumeAll(ctx, p.now)
	if err != nil {
		return fmt.Errorf("resume on all machines: %w", err)
	}
	was = cmp.Or(paths.Paused(p.now()), was)
	if err := paths.Resume(); err != nil {
		return fmt.Errorf("resume: %w", err)
	}
	if was != nil {
		p.term.printf("deletion resumed\n")
	} else if !o.clock {
		p.term.printf("deletion was not paused\n")
	}
	return nil
}

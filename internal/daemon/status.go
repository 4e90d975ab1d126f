package daemon

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/status"
	"github.com/sweepd/sweepd/policy"
)

// status returns the status of the service, for its status page and for systemd. It compares the policy file
// first, so that a change is shown even while nothing is swept.
func (d *daemon) status() status.Daemon {
	now := d.now()
	outdated, problems, door := d.outdated(now), d.problems(context.Background(), now), d.doorNotice(now)
	d.mu.Lock()
	defer d.mu.Unlock()
	s := status.Daemon{
		Version: d.o.Version, PID: os.Getpid(), Since: d.began, PolicyFile: d.file.inForce(), Policy: d.policy.Hash(),
		Mode: d.policy.Mode.String(), Notices: slices.Clone(d.notices),
	}
	s.Paused = language.Explanation(d.paused(now))
	if !door.IsZero() {
		s.Notices = append(s.Notices, door)
	}
	s.Digest = d.nextDigest
	s.Held = language.Explanation(outdated)
	s.Record = d.journal.File()
	if err := d.journal.Intact(); err != nil {
		s.RecordErr = err.Error()
	}
	for _, name := range slices.Sorted(maps.Keys(d.loops)) {
		st, _ := d.loops[name].now(now)
		s.Storages = append(s.Storages, st)
		problems = append(problems, st.Problem)
	}
	s.First = status.First(problems...)
	return s
}

// sentence returns the status line for the service manager.
func (d *daemon) sentence() string {
	s := d.status()
	var trashed int64
	var busy, ill []string
	for _, st := range s.Storages {
		trashed += st.Trashed
		switch {
		case st.State == "stuck" || st.Err != "":
			ill = append(ill, st.Name)
		case st.State != "idle":
			busy = append(busy, st.State+" "+st.Name)
		}
	}
	text := "idle"
	if len(busy) > 0 {
		text = strings.Join(busy, ", ")
	}
	if len(ill) > 0 {
		text += "; problems: " + strings.Join(ill, ", ")
	}
	for _, why := range []language.Message{s.Paused, s.Held} {
		if !why.IsZero() {
			text += "; " + why.String()
		}
	}
	return fmt.Sprintf("%s; mode %s; %d files to the trash since the start", text, s.Mode, trashed)
}

// stale returns the age from which on the last complete look at a storage is too old: two intervals of the
// policy's rescan and an hour.
func (d *daemon) stale() time.Duration { return 2*d.rules().Schedule.Rescan + time.Hour }

// rules returns the policy in force.
func (d *daemon) rules() *policy.Policy {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.policy
}

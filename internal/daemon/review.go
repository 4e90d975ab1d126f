package daemon

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/review"
	"github.com/sweepd/sweepd/internal/status"
	"github.com/sweepd/sweepd/policy"
)

// errReports refuses to apply a plan from the page of a service that deletes nothing.
var errReports = errors.New("the policy has mode: report, in which the service deletes nothing")

// errShut is returned if the policy lets no other machine in to the review page.
var errShut = errors.New("the policy lets no other machine in")

// page is the review page of the service. It has storages of its own, which it opens when it is looked at, and shares
// the record and the policy in force with the loops.
type page struct {
	server *review.Server // nil: it has had no address yet
	base   string         // its address on this machine; "": none
	socket string         // the port of a socket of systemd for other machines; "": none

	is   policy.Page // who is let in from other machines
	port string      // that is.Listen names; "": none
	end  func()      // closes it; nil: it was never open
}

// openPage serves the review page on this machine, if there is an address or a socket of systemd for it, and to other
// machines, if the policy lets them in. A socket that other machines can reach needs that.
func (d *daemon) openPage(ctx context.Context, sockets review.Listeners) error {
	here, away := review.Split(sockets)
	to := d.rules().Page
	if len(away) > 0 && !to.Remote() {
		return &app.UsageError{
			Err:  errors.New("other machines can reach the socket review of systemd, and the policy lets none in"),
			Hint: "add review: to the policy (docs/review.md), or write ListenStream=127.0.0.1:PORT in its unit",
		}
	}
	if d.o.Review != "" || len(here) > 0 {
		p, err := d.makePage(ctx)
		if err != nil {
			return err
		}
		base, serve, err := p.Open(ctx, d.o.Review, here...)
		if errors.Is(err, status.ErrNotHere) {
			return &app.UsageError{Err: err, Hint: "for other machines write review: in the policy; see docs/review.md"}
		}
		if err != nil {
			return err
		}
		d.mu.Lock()
		d.page.base = base
		d.mu.Unlock()
		d.servePage(ctx, serve)
	}
	if len(away) > 0 {
		p, err := d.makePage(ctx)
		if err != nil {
			return err
		}
		port, serve, err := p.OpenDoor(ctx, "", away...)
		if err != nil {
			return err
		}
		d.mu.Lock()
		d.page.socket = port
		d.mu.Unlock()
		d.servePage(ctx, serve)
	}
	return d.admit(ctx, to)
}

// makePage returns the page, which it makes the first time.
func (d *daemon) makePage(ctx context.Context) (*review.Server, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.page.server != nil {
		return d.page.server, nil
	}
	p, err := review.New(ctx, review.Options{
		App: d.reviewOptions, Now: d.o.Now, Language: d.in, Home: d.paths.Home, Dir: d.paths.State,
		MayApply: d.mayApply, Door: d.door, Refused: d.refusedPassword,
	})
	d.page.server = p
	return p, err
}

// servePage serves the page until ctx ends.
func (d *daemon) servePage(ctx context.Context, serve func(context.Context) error) {
	d.others.Go(func() {
		if err := serve(ctx); err != nil {
			d.log.Error("the review page has stopped", "event", "review_stopped", "err", err)
		}
	})
}

// closePage closes the page once nothing serves it.
func (d *daemon) closePage() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.page.server == nil {
		return nil
	}
	return d.page.server.Close()
}

// admit lets in those from other machines whom the policy lets in. If it returns an error, nothing has changed.
func (d *daemon) admit(ctx context.Context, next policy.Page) error {
	d.mu.Lock()
	was := d.page
	d.mu.Unlock()
	if next == was.is {
		return nil
	}
	now := was
	if now.is = next; next.Remote() {
		if _, err := d.o.Door(next); err != nil {
			return err
		}
		var err error
		if now.server, err = d.makePage(ctx); err != nil {
			return err
		}
	}
	begin := func() {}
	if next.Listen != was.is.Listen {
		now.port, now.end = "", func() {}
		if next.Listen != "" {
			inner, end := context.WithCancel(ctx)
			port, serve, err := now.server.OpenDoor(inner, next.Listen)
			if err != nil {
				end()
				return err
			}
			now.port, now.end = port, end
			begin = func() { d.servePage(inner, serve) }
		}
		if was.end != nil {
			defer was.end()
		}
	}
	d.mu.Lock()
	d.page = now
	d.mu.Unlock()
	begin()
	return nil
}

// door returns what lets other machines in by the present policy.
func (d *daemon) door() (*app.Door, error) {
	d.mu.Lock()
	is := d.page.is
	d.mu.Unlock()
	if !is.Remote() {
		return nil, errShut
	}
	return d.o.Door(is)
}

// doorNotice returns what is wrong with the way in for other machines; zero if nothing is, or if there is none.
func (d *daemon) doorNotice(now time.Time) language.Message {
	door, err := d.door()
	switch {
	case errors.Is(err, errShut):
		return language.Message{}
	case err != nil:
		return language.Messagef("the review page lets no other machine in: %s", app.WithHint(err).Error())
	}
	return door.Expiry(now)
}

// refusedPassword logs a wrong password. The page limits their number.
func (d *daemon) refusedPassword(from string) {
	d.log.Warn("somebody entered a wrong password for the review page", "event", "review_refused", "from", from)
}

// link returns a new link to the page: at its address on this machine, or else for other machines. "" means that there
// is no page.
func (d *daemon) link() string {
	d.mu.Lock()
	p := d.page
	d.mu.Unlock()
	base := p.base
	if door, err := d.door(); err == nil && base == "" {
		base = door.Address(cmp.Or(p.port, p.socket))
	}
	if base == "" {
		return ""
	}
	return base + p.server.Link()
}

// reviewOptions returns the options with which the page opens the storages. A changed policy file stops its deletions
// as it stops those of the loops; quiet hours do not, because the user asks for it.
func (d *daemon) reviewOptions() app.Options {
	o := d.o.Options
	o.Only, o.Scopes, o.Act = nil, nil, false
	o.Shared = &app.Shared{
		PolicyFile: d.file.inForce(), Policy: d.rules(), Journal: d.journal,
		Hold: func(now time.Time) error { return d.outdated(now) },
	}
	return o
}

// mayApply returns why the page may not apply a plan; nil if it may.
func (d *daemon) mayApply() error {
	if d.rules().Mode != policy.Enforce {
		return errReports
	}
	return nil
}

package app

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/sweepd/sweepd/internal/cloud/googleaccount"
	"github.com/sweepd/sweepd/internal/cloud/oauth"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/local"
)

// State is the result of a check.
type State string

// The states.
const (
	Well State = "ok"
	Warn State = "warn" // it works, but may not do what was meant, or not for long
	Fail State = "fail"
)

// Finding is the finding of one check.
type Finding struct {
	Storage string // "" if it is about none
	// Check is policy, service, review, protection, record, pause, folder, trash, client, sign-in, access, directory,
	// account, clock or space.
	Check string
	State State
	Text  language.Message
	Hint  language.Message // what to do; may be zero
}

// Doctor checks the setup and yields the findings. It changes only the stored access token, and tries the trash
// of each folder with a file of its own, which it removes again. only are names of storages; if it is empty, all
// storages of the policy are checked. Checks that depend on a failed one are left out.
//
// The order is that of dependence: record, pause, policy, service, review page, protections, and then the storages by
// name. A missing policy ends the checks, as a finding that is well: sweepd works without one.
func Doctor(ctx context.Context, o Options, only []string) iter.Seq[Finding] {
	return func(yield func(Finding) bool) {
		paths, err := FindPaths(o.Getenv)
		if err != nil {
			yield(Finding{
				Check: "policy",
				State: Fail,
				Text:  language.Explanation(err),
				Hint:  language.Messagef("set HOME, or set STATE_DIRECTORY to a separate folder"),
			})
			return
		}
		for _, f := range examineRecord(ctx, paths, o.Now()) {
			if !yield(f) {
				return
			}
		}
		f, file, pol := o.examinePolicy(paths, only)
		if !yield(f) || pol == nil {
			return
		}
		o.examineBy(ctx, paths, NamedPolicy{file, pol}, only, yield)
	}
}

// examinePolicy returns the finding about the policy, and the policy with its file. The policy is nil if there is none,
// or if it cannot be read.
func (o Options) examinePolicy(paths Paths, only []string) (f Finding, file string, pol *policy.Policy) {
	f = Finding{Check: "policy", State: Fail}
	none, err := unwritten(o, paths, only)
	switch {
	case none:
		f.State, f.Text = Well, language.Messagef("none; the built-in policy applies to folders that you name")
		f.Hint = language.Messagef("create one with: sweepd init")
		return f, "", nil
	case err == nil:
		file, pol, err = o.openPolicy(paths)
	}
	if err != nil {
		f.Text = language.Explanation(err)
		if usage, ok := errors.AsType[*UsageError](err); ok {
			f.Hint = language.Verbatim(usage.Hint)
		}
		return f, "", nil
	}
	f.State, f.Text = Well, language.Verbatim(file)
	return f, file, pol
}

// examineBy checks what depends on the policy: a running service, the protections, and the storages in only, or all of
// them if it is empty. It ends when yield asks for it.
func (o Options) examineBy(
	ctx context.Context, paths Paths, by NamedPolicy, only []string, yield func(Finding) bool,
) {
	if differs := ServiceDiffers(ctx, paths, by.File, by.Policy); !differs.IsZero() {
		if !yield(Finding{
			Check: "service",
			State: Warn,
			Text:  differs,
			Hint:  language.Messagef("see: sweepd status; to reload the policy: sweepd reload"),
		}) {
			return
		}
	}
	if by.Policy.Page.Remote() && !yield(o.door(by.Policy.Page)) {
		return
	}
	for _, x := range Unmatched(ctx, by.Policy) {
		if !yield(unmatched(x)) {
			return
		}
	}
	if len(only) == 0 {
		only = slices.Sorted(maps.Keys(by.Policy.Storages))
	}
	for _, name := range only {
		for f := range o.examine(ctx, paths, by.Policy, name) {
			f.Storage = name
			if !yield(f) {
				return
			}
		}
	}
}

// unwritten reports whether there is no policy and only names no storage of one.
func unwritten(o Options, paths Paths, only []string) (bool, error) {
	path, err := paths.FindPolicy(o.NamedPolicy())
	return err == nil && path == "" && len(only) == 0, err
}

// examineRecord checks whether the journal can be relied on, and whether deletion is paused: the pause of several
// machines is in their record.
func examineRecord(ctx context.Context, paths Paths, now time.Time) []Finding {
	j, err := journal.OpenReadOnly(ctx, paths.Journal())
	paused := paths.Paused(now)
	var lines int64
	if err == nil {
		paused = Paused(ctx, paths, j, now)
		if err = j.Check(ctx); err == nil {
			lines, err = j.Verify(ctx)
		}
		err = errors.Join(err, j.Close())
	}
	return []Finding{record(lines, err), pausing(paused)}
}

// record returns the finding about a journal with so many lines that was opened for reading only and verified, which
// may take a while for a long record, or err. A record that does not exist yet is well; one that is gone is a failure
// (journal.ErrMissing).
func record(lines int64, err error) Finding {
	f := Finding{Check: "record", State: Well}
	if errors.Is(err, fs.ErrNotExist) && !errors.Is(err, journal.ErrMissing) {
		f.Text = language.Messagef("none yet")
		return f
	}
	if err != nil {
		f = Finding{
			Check: "record",
			State: Fail,
			Text:  language.Explanation(err),
			Hint:  language.Messagef("nothing is deleted without the record; see: sweepd history --verify"),
		}
		if errors.Is(err, providers.ErrFull) {
			f.Hint = language.Verbatim(Hint(err))
		}
		return f
	}
	f.Text = language.Messagef("complete and unchanged: %d lines", lines)
	return f
}

// pausing returns the finding about a pause; nil: there is none. A pause is a warning and not a failure: it is as the
// user wanted it.
func pausing(err error) Finding {
	if err != nil {
		return Finding{
			Check: "pause",
			State: Warn,
			Text:  language.Explanation(err),
			Hint:  language.Messagef("to continue: sweepd resume"),
		}
	}
	return Finding{Check: "pause", State: Well, Text: language.Messagef("not paused")}
}

// examine checks one storage: the folders and their trash bins, or the account. A missing folder is a warning,
// because its disk may not be mounted; a trash that does not work is a failure, because nothing could be deleted.
func (o Options) examine(ctx context.Context, paths Paths, pol *policy.Policy, name string) iter.Seq[Finding] {
	return func(yield func(Finding) bool) {
		st, known := pol.Storage(name)
		switch {
		case !known:
			yield(Finding{Check: "policy", State: Fail, Text: language.Messagef("the policy has no such storage")})
		case st.IsFleet():
			o.examineFleet(ctx, paths, pol, name, yield)
		case st.Remote():
			o.examineAccount(ctx, paths, pol, name, yield)
		default:
			for _, root := range st.Roots {
				f := Finding{Check: "folder", State: Well, Text: language.Verbatim(root)}
				if why, hint := Unseen(root); !why.IsZero() {
					f.State, f.Text, f.Hint = Warn, why, hint
				}
				if !yield(f) || f.State == Well && !yield(o.tryTrash(root)) {
					return
				}
			}
		}
	}
}

// tryTrash moves a file of its own from the root to its trash bin and removes it there. Only such a trial shows that a
// trash works: permissions, quotas and mounts can each prevent a move that looks possible.
func (o Options) tryTrash(root string) Finding {
	bin, err := o.bin(root, (*local.Driver).Trial)
	if err != nil {
		return Finding{Check: "trash", State: Fail, Text: language.Explanation(err), Hint: barredHint(root, err)}
	}
	return Finding{Check: "trash", State: Well, Text: language.Verbatim(bin)}
}

// examineAccount checks an account, and stops at the first finding that makes the rest impossible. Everything up
// to the sign-in's access is checked on this machine alone; the account, the clock and the space need calls.
func (o Options) examineAccount(
	ctx context.Context, paths Paths, pol *policy.Policy, name string, yield func(Finding) bool,
) {
	st, _ := pol.Storage(name)
	if st.Type == policy.Dropbox {
		o.examineDropbox(ctx, paths, pol, name, yield)
		return
	}
	need := useOf(pol.Access(name))
	if st.ServiceAccount == "" && !o.examineSignIn(paths, st, name, need, yield) {
		return
	}
	c, err := googleaccount.Connect(ctx, o.google(paths, name, st, need))
	var about googleaccount.About
	if err == nil {
		about, err = googleaccount.AskAbout(ctx, c.HTTP)
	}
	if err == nil && about.Account.ID != c.Account.ID {
		err = oauth.Other(name, about.Account, c.Account)
	}
	if err == nil {
		err = o.alone(paths, pol, name, c.Account.ID, "")
	}
	if err != nil {
		hint := language.Verbatim(hintOf(err))
		yield(Finding{Check: "account", State: Fail, Text: language.Explanation(err), Hint: hint})
		return
	}
	_ = yield(Finding{Check: "account", State: Well, Text: language.Verbatim(about.Account.Email)}) &&
		yield(ticking(about.Date, o.Now())) &&
		yield(space(about))
}

// examineSignIn checks the stored sign-in without a call to the service: the client, the grant and its scopes. It
// returns true if a call makes sense. ok is false too if yield has asked for an end.
func (o Options) examineSignIn(
	paths Paths, st policy.Storage, name string, need googleaccount.Use, yield func(Finding) bool,
) (ok bool) {
	store := paths.SignIns(o.Getenv)
	fail := func(check string, err error) bool {
		hint := language.Verbatim(googleaccount.Hint(err))
		yield(Finding{Check: check, State: Fail, Text: language.Explanation(err), Hint: hint})
		return false
	}
	if _, err := googleaccount.ReadClient(store.ReadPrivate, st.Client); err != nil {
		return fail("client", err)
	}
	if !yield(Finding{Check: "client", State: Well, Text: language.Verbatim(st.Client)}) {
		return false
	}
	g, err := store.Load(name)
	if err != nil {
		return fail("sign-in", err)
	}
	if !yield(signedIn(g, store, name)) {
		return false
	}
	may, any := googleaccount.Uses(g.Scopes)
	f := access(name, may, need, int(may), int(need), any)
	return yield(f) && f.State != Fail
}

// signedIn returns the finding with the date of the sign-in and its file, for the user to compare or to remove.
func signedIn(g oauth.Grant, store oauth.Store, name string) Finding {
	return Finding{
		Check: "sign-in",
		State: Well,
		Text:  language.Messagef("of %s, in %s", g.Given.Local().Format("2006-01-02"), store.File(name)),
	}
}

// access compares the access that a sign-in allows (may, much) with what the policy needs (need, least). some is
// true if it allows anything. Less than is needed is a failure; more is a warning only if the policy never
// deletes: a sign-in that trashes in a Drive may purge too (account.request).
func access(name string, may, need language.Text, much, least int, some bool) Finding {
	f := Finding{Check: "access", State: Well, Text: language.Messagef("%s; the policy needs: %s", may, need)}
	switch {
	case !some || much < least:
		f.State = Fail
		f.Hint = language.Messagef("sign in again and allow the access that the policy needs: sweepd login %s", name)
	case much > least && least == 0:
		f.State = Warn
		f.Hint = language.Messagef("the policy needs read access only; to limit the sign-in: sweepd login "+
			"--scan-only %s", name)
	}
	return f
}

// ticking compares the machine's clock, by which ages and graces are counted, with the service's. More than a
// minute apart is a warning, more than ten a failure.
func ticking(theirs, ours time.Time) Finding {
	if theirs.IsZero() {
		return Finding{Check: "clock", State: Warn, Text: language.Messagef("the service did not report its time")}
	}
	off := ours.Sub(theirs).Round(time.Second)
	f := Finding{Check: "clock", State: Well, Text: language.Messagef("accurate to a minute")}
	const most, right = 10 * time.Minute, time.Minute
	if off.Abs() > right {
		f.State, f.Text = Warn, language.Messagef("%s ahead of the service's clock", off)
		f.Hint = language.Messagef("set the clock, or enable time synchronization: timedatectl set-ntp true")
	}
	if off < -right {
		f.Text = language.Messagef("%s behind the service's clock", -off)
	}
	if off.Abs() > most {
		f.State = Fail
	}
	return f
}

// space returns the finding with the space that is used in the account.
func space(a googleaccount.About) Finding {
	usage, trash := language.Size(a.Usage), language.Size(a.Trash)
	f := Finding{
		Check: "space",
		State: Well,
		Text:  language.Messagef("%s used, %s of it in the trash", usage, trash),
	}
	if a.Limit > 0 {
		f.Text = language.Messagef("%s of %s used, %s of it in the trash", usage, language.Size(a.Limit), trash)
		if a.Usage >= a.Limit {
			f.State = Warn
			f.Hint = language.Messagef("the account is full; trashed files count until they are purged")
		}
	}
	return f
}

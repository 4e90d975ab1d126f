package policyfile

import (
	"slices"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/internal/schedule"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
)

// policy returns the policy of a checked form, with the defaults for everything absent.
func (f *form) policy() *policy.Policy {
	p := &policy.Policy{
		Storages: f.storages(),
		Limits:   (&limitsForm{}).limits(),
		Settle:   10 * time.Minute,
	}
	for _, r := range f.Rules {
		p.Rules = append(p.Rules, r.rule())
	}
	if f.Trash != nil {
		p.Trash = f.Trash.ages()
	}
	if f.Limits != nil {
		p.Limits = f.Limits.limits()
	}
	p.Settle = or(f.Settle, p.Settle)
	p.ConfirmAfter = or(f.ConfirmAfter, p.ConfirmAfter)
	// Without the section all guards are on, and last_copy is off.
	if f.Protect == nil {
		f.Protect = &protectForm{}
	}
	p.Protect = f.Protect.guards()
	if f.OpenAI != nil {
		p.OpenAI = policy.OpenAI{Key: text(f.OpenAI.Key), Uploads: or(f.OpenAI.Uploads, 100)}
	}
	p.LastCopy = f.Protect.LastCopy != nil && bool(*f.Protect.LastCopy)
	p.Copies = f.Copies != nil && bool(*f.Copies)
	if f.Mode != nil {
		p.Mode = policy.Mode(*f.Mode)
	}
	if f.Reload != nil {
		p.Reload = policy.Reload(*f.Reload)
	}
	p.Schedule = f.Schedule.schedule()
	for _, n := range f.Notify {
		p.Notify = append(p.Notify, n.notify())
	}
	if r := f.Review; r != nil {
		p.Page = policy.Page{
			Listen: text(r.Listen), Certificate: text(r.Certificate), Key: text(r.Key), Password: text(r.Password),
		}
	}
	return p
}

// storages returns the written storages by name.
func (f *form) storages() map[string]policy.Storage {
	all := map[string]policy.Storage{}
	for name, s := range f.Storages {
		all[name] = s.storage()
	}
	return all
}

// rule returns the rule, with the defaults for everything absent.
func (f *ruleForm) rule() policy.Rule {
	r := policy.Rule{
		Name: string(*f.Name), Do: policy.Action(*f.Do), Grace: or(f.Grace, time.Duration(0)), Ask: text(f.Ask),
		Mandatory: f.Mandatory != nil && bool(*f.Mandatory),
	}
	if f.When != nil {
		r.When = f.When.meaning()
	}
	if d := f.derived(); d != include {
		r.When.Derived = new(d == only)
	}
	return r
}

// derived returns the rule's setting for derived files: a rule that trashes excludes them unless the policy states
// otherwise.
func (f *ruleForm) derived() derived {
	switch {
	case f.When != nil && f.When.Derived != nil:
		return *f.When.Derived
	case policy.Action(*f.Do) == policy.Trash:
		return exclude
	}
	return include
}

// meaning returns what the written condition requires.
func (c *condition) meaning() policy.Condition {
	m := policy.Condition{
		Confidence: fingerprint.Confidence(or(c.Confidence, 0)),
		Storage:    texts(c.Storage), Path: texts(c.Path), Name: texts(c.Name),
		OlderThan: or(c.OlderThan, time.Duration(0)), NewerThan: or(c.NewerThan, time.Duration(0)),
		AgeBy:      policy.AgeBy(text(c.AgeBy)),
		LargerThan: or(c.LargerThan, int64(0)), SmallerThan: or(c.SmallerThan, int64(0)),
		Evidence: texts(c.Evidence), Camera: texts(c.Camera), Property: texts(c.Property),
	}
	for _, p := range c.Product {
		m.Product = append(m.Product, fingerprint.Product(p))
	}
	if c.Width != nil {
		m.Width = policy.Pixels(*c.Width)
	}
	if c.Height != nil {
		m.Height = policy.Pixels(*c.Height)
	}
	if c.Starred != nil {
		m.Starred = new(bool(*c.Starred))
	}
	for _, n := range c.Any {
		m.Any = append(m.Any, n.meaning())
	}
	for _, n := range c.All {
		m.All = append(m.All, n.meaning())
	}
	if c.Not != nil {
		m.Not = new(c.Not.meaning())
	}
	return m
}

// ages returns the written ages. An age that is absent or off is 0, which means never.
func (t *trashForm) ages() policy.TrashAges {
	return policy.TrashAges{
		Ours:       or(t.Ours, time.Duration(0)),
		Matching:   or(t.Matching, time.Duration(0)),
		Everything: or(t.Everything, time.Duration(0)),
	}
}

// storage returns the written storage, with the defaults for all that is absent.
func (s *storageForm) storage() policy.Storage {
	return policy.Storage{
		Type:           string(*s.Type),
		Roots:          texts(s.Roots),
		Exclude:        texts(s.Exclude),
		AllowBroadRoot: s.mayBeBroad(),
		CrossMounts:    s.CrossMounts != nil && bool(*s.CrossMounts),
		Client:         text(s.Client),
		Account:        text(s.Account),
		ServiceAccount: text(s.ServiceAccount),
		Impersonate:    text(s.Impersonate),
		SharedDrives:   texts(s.SharedDrives),
		AppKey:         text(s.AppKey),
		Member:         text(s.Member),
		TeamSpace:      s.TeamSpace != nil && bool(*s.TeamSpace),
		NoPurge:        s.Purge != nil && !bool(*s.Purge),
		Ask:            text(s.Ask),
		Everyone:       slices.Equal(s.Users, some[user]{everyone}),
		Users:          s.listed(),
		Group:          text(s.Group),
		Query:          text(s.Query),
		Except:         texts(s.Except),
		Admin:          text(s.Admin),
		Dry:            or(s.Dry, time.Duration(0)),
	}
}

// listed returns the addresses in users; nil if it is all or absent.
func (s *storageForm) listed() []string {
	if slices.Contains(s.Users, everyone) {
		return nil
	}
	return texts(s.Users)
}

// text returns the written value, or "" if there is none.
func text[T ~string](written *T) string {
	if written == nil {
		return ""
	}
	return string(*written)
}

// texts returns the written values, or nil if there are none.
func texts[T ~string](written []T) (all []string) {
	for _, w := range written {
		all = append(all, string(w))
	}
	return all
}

// limits returns the written limits. Each one that is absent has the default that the comments of limitsForm
// name.
func (l *limitsForm) limits() policy.Limits {
	return policy.Limits{
		Files: or(l.Files, 500), AccountFiles: or(l.AccountFiles, 0), Bytes: or(l.Bytes, int64(5e9)),
		Share:  or(l.Share, 0.5),
		Window: or(l.Window, 24*time.Hour), Surge: or(l.Surge, 10),
	}
}

// schedule returns the written schedule, with the defaults for everything absent.
func (f *scheduleForm) schedule() policy.Schedule {
	if f == nil {
		f = &scheduleForm{}
	}
	s := policy.Schedule{
		Rescan:   or(f.Rescan, 6*time.Hour),
		Jitter:   or(f.Jitter, time.Duration(0)),
		OnChange: f.OnChange != nil && bool(*f.OnChange),
	}
	if f.Sweep != nil {
		s.Sweep = schedule.Spec(*f.Sweep)
	} else {
		s.Sweep, _ = schedule.Parse(sweepTime) // a built-in text, parsed by a test
	}
	if f.Zone != nil {
		s.Zone = f.Zone.in
	}
	if f.Quiet != nil {
		s.Quiet = schedule.Window(*f.Quiet)
	}
	if f.Digest != nil {
		s.Digest = schedule.Spec(*f.Digest)
	}
	return s
}

// notify returns the written receiver. Without events it gets all but the digest, which is never sent unless it
// is scheduled.
func (f *notifyForm) notify() policy.Notify {
	n := policy.Notify{To: string(*f.To), Names: f.Names != nil && bool(*f.Names), EachUser: f.toUsers()}
	for _, e := range f.On {
		n.On = append(n.On, policy.Event(e))
	}
	if n.On == nil {
		n.On = slices.DeleteFunc(policy.AllEvents(), func(e policy.Event) bool { return e == policy.EventDigest })
	}
	return n
}

func (f *notifyForm) toUsers() bool { return f.EachUser != nil && bool(*f.EachUser) }

// guards returns the guards that are on: all except those that are written as off. This includes guards without a
// key.
func (f *protectForm) guards() []providers.Guard {
	written := map[providers.Guard]*guard{
		providers.GuardOpen:        (*guard)(f.Open),
		providers.GuardPartial:     f.Partial,
		providers.GuardPlaceholder: f.Placeholder,
		providers.GuardHardLinked:  f.HardLinked,
		providers.GuardOtherOwner:  f.OtherOwner,
		providers.GuardGit:         f.Git,
		providers.GuardMentioned:   f.Mentioned,
		providers.GuardLibrary:     f.Library,
		providers.GuardTagged:      f.Tagged,
		providers.GuardShared:      f.Shared,
		providers.GuardLocked:      (*guard)(f.Locked),
	}
	return slices.DeleteFunc(providers.AllGuards(),
		func(g providers.Guard) bool { return written[g] != nil && !bool(*written[g]) })
}

// or returns the written value, or otherwise if there is none.
func or[W, T ~int | ~int64 | ~float64 | ~uint8](written *W, otherwise T) T {
	if written == nil {
		return otherwise
	}
	return T(*written)
}

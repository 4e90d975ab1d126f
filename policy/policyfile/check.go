package policyfile

import (
	"fmt"
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"

	"github.com/sweepd/sweepd/internal/schedule"
	"github.com/sweepd/sweepd/policy"
)

// These checks need the form as a whole. They refuse a policy that is valid key by key, if it would do nothing,
// or more than its author can have meant.

// storageName is the form of a storage's name: 1 to 32 characters that need no quotes in a shell, and no escape
// in a file name.
var storageName = lazily(`^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$`)

// check reports the mistakes that involve more than one key. fill must have found no mistake, so that every
// required key has a value.
func (d *decoder) check(f *form) {
	d.checkBroad(f)
	d.checkRoots(f)
	d.checkPurge(f)
	d.checkAsk(f)
	d.checkAccountLimit(f)
	in := &policy.Policy{Storages: f.storages()}
	seen := map[label]bool{}
	for i, r := range f.Rules {
		if seen[*r.Name] {
			d.refuse(r.of("name"), Error{
				Message: fmt.Sprintf("duplicate rule name %q", *r.Name),
				Hint:    "rule names must be unique, because history and explain print them",
			})
		}
		seen[*r.Name] = true
		d.checkRule(r)
		d.checkMandatory(r, in)
		d.checkReach(r, f.Rules[:i], f.Copies != nil && bool(*f.Copies))
		if r.When != nil {
			if r.When.hasOnly("age_by") {
				d.refuse(r.of("when"),
					Error{Message: "when is empty", Hint: "omit when to match every file"})
			}
			d.checkCondition(&r.When.condition, in)
			d.checkFolders(&r.When.condition, policy.Action(*r.Do) != policy.Trash)
		}
	}
	d.checkNotify(f)
}

// checkNotify refuses messages that would be sent twice or never.
func (d *decoder) checkNotify(f *form) {
	type receiver struct {
		to    sink
		users bool
	}
	seen := map[receiver]bool{}
	for _, n := range f.Notify {
		to := receiver{*n.To, n.toUsers()}
		d.checkUsers(f, n)
		if seen[to] {
			d.refuse(n.of("to"),
				Error{Message: "duplicate receiver", Hint: "write one entry with all its events in on"})
		}
		seen[to] = true
		for i, e := range n.On {
			if slices.Contains(n.On[:i], e) {
				d.refuse(n.item("on", i), Error{Message: fmt.Sprintf("duplicate %s", e)})
			}
		}
		if slices.Contains(n.On, event(policy.EventDigest)) && f.Schedule.schedule().Digest == (schedule.Spec{}) {
			d.refuse(n.of("on"),
				Error{
					Message: "no digest is ever sent, because digest is off",
					Hint:    "set a time, e.g. schedule: {digest: weekly}",
				})
		}
	}
}

// checkUsers refuses a receiver for each user that could send no message, or one that is not for a user.
func (d *decoder) checkUsers(f *form, n *notifyForm) {
	switch {
	case !n.toUsers():
	case !f.hasFleet():
		d.refuse(n.of("each_user"), Error{
			Message: "each_user has no effect, because no storage is of the type workspace or dropbox_team",
			Hint:    "remove each_user",
		})
	case *n.To == policy.Desktop:
		d.refuse(n.of("to"), Error{
			Message: "each user is reached by mail only", Hint: "write a file with the smtp:// URL of a mail server",
		})
	case len(n.On) != 1 || n.On[0] != event(policy.EventDigest):
		d.refuse(n.of("each_user"), Error{
			Message: "the users of an organization get the digest only",
			Hint:    "write on: digest here, and another entry for yourself",
		})
	}
}

// checkBroad refuses a folder that holds more than pictures, unless its storage sets allow_broad_root.
func (d *decoder) checkBroad(f *form) {
	home := d.o.Home
	if home != "" {
		home = path.Clean(home)
	}
	for _, name := range slices.Sorted(maps.Keys(f.Storages)) {
		st := f.Storages[name]
		for i, r := range st.Roots {
			if *st.Type != policy.Local || st.mayBeBroad() {
				continue
			}
			if why := Broad(string(r), home, d.o.real); why != "" {
				d.refuse(st.item("roots", i), Error{
					Message: fmt.Sprintf("root %q is too broad: %s", r, why),
					Hint: "name the folders in which pictures are saved, e.g. ~/Downloads; to allow it anyway, " +
						"add allow_broad_root: true beside roots",
				})
			}
		}
	}
}

func (s *storageForm) mayBeBroad() bool { return s.AllowBroadRoot != nil && bool(*s.AllowBroadRoot) }

// checkRoots refuses a root inside another, because its files would be decided and counted twice. Two storages may
// have the same path if they are, or can be, two accounts.
func (d *decoder) checkRoots(f *form) {
	type place struct{ written, root, storage, of, link string }
	var all []place
	for _, name := range slices.Sorted(maps.Keys(f.Storages)) {
		st := f.Storages[name]
		for _, r := range st.Roots {
			// The written form is for messages, the other one for the comparison.
			this := place{string(r), string(r), name, st.where(name), ""}
			switch *st.Type {
			case policy.Local:
				this.root, this.link = d.o.real(this.root), d.o.link(this.root)
			// Dropbox treats "/AI" and "/ai" as one folder.
			case policy.Dropbox:
				this.root = strings.ToLower(this.root)
			}
			for _, other := range all {
				if this.of == other.of && (within(this.root, other.root) || within(other.root, this.root)) {
					d.refuse(st.of("roots"), Error{
						Message: fmt.Sprintf("root %q of %s overlaps root %q of %s",
							r, name, other.written, other.storage) + this.link + other.link,
						Hint: "name each folder once; a root includes its subfolders",
					})
				}
			}
			all = append(all, this)
		}
	}
}

// checkPurge refuses trash ages that no storage of that kind of account can apply.
func (d *decoder) checkPurge(f *form) {
	asked := f.Trash != nil && f.Trash.ages() != (policy.TrashAges{})
	for _, name := range slices.Sorted(maps.Keys(f.Storages)) {
		st := f.Storages[name]
		may := policy.Storage{Type: string(*st.Type), Member: text(st.Member)}.Purges()
		if may || st.Purge == nil && !asked || st.Purge != nil && !bool(*st.Purge) {
			continue
		}
		at := st.at
		if st.Purge != nil {
			at = st.of("purge")
		}
		d.refuse(at, Error{
			Message: fmt.Sprintf(
				"%s does not support the permanent deletion that trash: asks for: Dropbox allows it only to an app "+
					"linked by a team (member:)",
				name,
			),
			Hint: "write purge: off in " + name + ": deleted files can be restored for 30, 180 or 365 days, by plan" +
				", then Dropbox deletes them permanently; to purge now: https://www.dropbox.com/deleted_files",
		})
	}
}

// checkAsk refuses a storage or a rule whose pictures should be uploaded without a key to do so, and a rule that would
// have them uploaded to keep them.
func (d *decoder) checkAsk(f *form) {
	for _, r := range f.Rules {
		switch {
		case r.Ask == nil:
		case policy.Action(*r.Do) == policy.Keep:
			d.refuse(r.of("ask"), Error{
				Message: fmt.Sprintf("rule %q keeps, so that OpenAI's answer would change nothing", *r.Name),
				Hint:    "leave out ask, or write do: review",
			})
		case f.OpenAI == nil:
			d.refuse(r.of("ask"), Error{
				Message: fmt.Sprintf("rule %q asks OpenAI, and the policy has no API key", *r.Name),
				Hint:    "add openai: {key: FILE}; see \"Ask OpenAI\" in docs/detection.md",
			})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(f.Storages)) {
		if st := f.Storages[name]; st.Ask != nil && f.OpenAI == nil {
			d.refuse(st.of("ask"), Error{
				Message: fmt.Sprintf("%s asks OpenAI, and the policy has no API key", name),
				Hint:    "add openai: {key: FILE}; see \"Ask OpenAI\" in docs/detection.md",
			})
		}
	}
}

// checkAccountLimit refuses a limit for each account of an organization that would never refuse a plan.
func (d *decoder) checkAccountLimit(f *form) {
	if f.Limits == nil || f.Limits.AccountFiles == nil {
		return
	}
	switch l := f.Limits.limits(); {
	case !f.hasFleet():
		d.refuse(f.Limits.of("account_files"), Error{
			Message: "account_files has no effect, because no storage is of the type workspace or dropbox_team",
			Hint:    "remove account_files: files limits the files of all storages",
		})
	case l.AccountFiles >= l.Files:
		d.refuse(f.Limits.of("account_files"), Error{
			Message: fmt.Sprintf("account_files has no effect, because files allows only %d in all accounts", l.Files),
			Hint:    "write a lower number, or a higher one in files",
		})
	}
}

// hasFleet reports whether a storage stands for the accounts of an organization.
func (f *form) hasFleet() bool {
	return slices.ContainsFunc(slices.Collect(maps.Values(f.storages())), policy.Storage.IsFleet)
}

// where returns the machine or account whose paths the roots are, as far as the policy names it.
func (s *storageForm) where(name string) string {
	switch {
	case *s.Type == policy.Local:
		return policy.Local
	case s.Account != nil:
		return string(*s.Type) + " " + strings.ToLower(string(*s.Account))
	case s.Impersonate != nil:
		return string(*s.Type) + " " + strings.ToLower(string(*s.Impersonate))
	}
	return name
}

// checkFolders refuses a pattern with a slash at its end if the pattern lets files go. If it protects files, it means
// all files in the folder; a pattern with two readings must not delete anything.
func (d *decoder) checkFolders(c *condition, protects bool) {
	for i, g := range c.Path {
		if at, folder := g.folder(); folder && !protects {
			d.refuse(c.item("path", i), Error{
				Message: fmt.Sprintf("path: %q is a folder, so the rule would trash everything in it", g),
				Hint:    fmt.Sprintf("if that is intended, write %q", at+"/**"),
			})
		}
	}
	for _, n := range append(slices.Clone(c.Any), c.All...) {
		d.checkFolders(n, protects)
	}
	if c.Not != nil {
		d.checkFolders(c.Not, !protects)
	}
}

// checkRule refuses a rule that may delete more than its author meant.
func (d *decoder) checkRule(r *ruleForm) {
	if policy.Action(*r.Do) == policy.Trash && (r.When == nil || r.When.Confidence == nil) {
		d.refuse(r.of("do"), Error{
			Message: fmt.Sprintf(
				"rule %q trashes files without a confidence", *r.Name,
			),
			Allowed: levels.words,
			Hint: "set confidence directly under when, e.g. when: {confidence: proven}; possible and likely may " +
				"match by file name alone",
		})
	}
	if policy.Action(*r.Do) != policy.Trash && r.Grace != nil {
		d.refuse(r.of("grace"), Error{
			Message: fmt.Sprintf("rule %q has a grace but does not trash", *r.Name),
			Hint:    "remove grace, or use do: trash",
		})
	}
}

// checkMandatory refuses a mandatory rule that does not trash, or that may be about files other than those in accounts
// of an organization: there is no administrator whose wish outranks that of their user.
func (d *decoder) checkMandatory(r *ruleForm, in *policy.Policy) {
	if r.Mandatory == nil || !bool(*r.Mandatory) {
		return
	}
	if policy.Action(*r.Do) != policy.Trash {
		d.refuse(r.of("mandatory"), Error{
			Message: fmt.Sprintf("rule %q is mandatory but does not trash", *r.Name),
			Hint:    "remove mandatory, or use do: trash",
		})
		return
	}
	other := func(name location) bool {
		st, known := in.Storage(string(name))
		return known && !st.IsFleet() && st.Fleet == ""
	}
	if r.When == nil || len(r.When.Storage) == 0 || slices.ContainsFunc(r.When.Storage, other) {
		d.refuse(r.of("mandatory"), Error{
			Message: fmt.Sprintf("rule %q is mandatory, and not only for accounts of an organization", *r.Name),
			Hint: "name storages of type workspace or dropbox_team directly under when, e.g. when: {storage: acme}; " +
				"everywhere else sweepd keep always counts",
		})
	}
}

// checkReach refuses a rule for which an earlier one leaves no file. If copies are looked for, one that spares them
// leaves these.
func (d *decoder) checkReach(r *ruleForm, before []*ruleForm, copies bool) {
	i := slices.IndexFunc(before, func(b *ruleForm) bool {
		return b.covers(r) && !(copies && b.rule().SparesCopies() && !r.rule().SparesCopies())
	})
	if i >= 0 {
		d.refuse(r.of("name"), Error{
			Message: fmt.Sprintf("rule %q can never match, because rule %q before it matches the same files",
				*r.Name, *before[i].Name),
			Hint: "put the narrower rule first",
		})
	}
}

// covers reports whether r certainly matches every file that other matches: it has no condition other than a
// confidence, and requires no higher one.
func (r *ruleForm) covers(other *ruleForm) bool {
	var mine, others when
	if r.When != nil {
		mine = *r.When
	}
	if other.When != nil {
		others = *other.When
	}
	least := func(w when) level {
		if w.Confidence == nil {
			return 1 // possible: the rules never see a lower one
		}
		return *w.Confidence
	}
	if least(mine) > least(others) || r.derived() != include && r.derived() != other.derived() {
		return false
	}
	return mine.hasOnly("confidence", "derived", "age_by")
}

// checkCondition refuses conditions that are empty or cannot be met.
func (d *decoder) checkCondition(c *condition, in *policy.Policy) {
	for _, s := range c.Storage {
		if _, known := in.Storage(string(s)); !known {
			d.refuse(c.of("storage"), *notOneOf(string(s), "a storage of this policy",
				slices.Sorted(maps.Keys(in.Storages))))
		}
	}
	if c.AgeBy != nil && c.OlderThan == nil && c.NewerThan == nil {
		d.refuse(c.of("age_by"), Error{Message: "age_by needs older_than or newer_than beside it"})
	}
	if c.OlderThan != nil && c.NewerThan != nil && *c.OlderThan >= *c.NewerThan {
		d.refuse(c.of("newer_than"),
			Error{Message: fmt.Sprintf("no file is both older than %s and newer than %s", c.OlderThan, c.NewerThan)})
	}
	if c.LargerThan != nil && c.SmallerThan != nil && *c.LargerThan >= *c.SmallerThan {
		d.refuse(
			c.of("smaller_than"),
			Error{
				Message: fmt.Sprintf("no file is both larger than %s and smaller than %s", c.LargerThan, c.SmallerThan),
			},
		)
	}
	for _, n := range c.nested() {
		if n.hasOnly("age_by") {
			d.refuse(n.at,
				Error{Message: "empty condition", Allowed: keysOf(fieldsOf(reflect.TypeFor[condition]()))})
		}
		d.checkCondition(n, in)
	}
}

// nested returns the conditions of any, all and not.
func (c *condition) nested() []*condition {
	all := append(slices.Clone(c.Any), c.All...)
	if c.Not != nil {
		all = append(all, c.Not)
	}
	return all
}

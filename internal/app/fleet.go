package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sweepd/sweepd/internal/cloud/dropboxaccount"
	"github.com/sweepd/sweepd/internal/cloud/googleaccount"
	"github.com/sweepd/sweepd/internal/cloud/oauth"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/policy"
)

// Roll has the accounts that the fleets of a policy sweep, by their directories.
type Roll struct {
	Members map[string][]string // by fleet: the names of the members' storages, sorted
	Absent  []Absent
	// Errs is why a fleet, or the storage of one member, is not swept. A fleet with an error has no members here: of a
	// part of a directory, or of none, nothing follows.
	Errs map[string]error

	ids map[string]string // of members of Dropbox teams, by storage
}

// Absent is an account of a fleet that is not swept, although nothing failed.
type Absent struct {
	Storage string
	Why     language.Message // a clause
	// Written means that the policy names this address, and no selected account has it: it may be misspelt.
	Written bool
}

// CallRoll reads the directories of the policy's fleets, all of them at once: an account that two fleets select is
// swept by neither, since only one's rules can be meant for it.
func (o Options) CallRoll(ctx context.Context, paths Paths, p *policy.Policy) *Roll {
	r := &Roll{Members: map[string][]string{}, Errs: map[string]error{}, ids: map[string]string{}}
	byType, selected := map[string][]string{}, map[string][]user{}
	for _, name := range slices.Sorted(maps.Keys(p.Storages)) {
		st := p.Storages[name]
		if !st.IsFleet() {
			continue
		}
		byType[st.Type] = append(byType[st.Type], name)
		users, err := o.users(ctx, paths, name, st, ruled(p, name))
		selected[name] = users
		if err == nil {
			err = r.add(name, st, users)
		}
		if err != nil {
			r.Errs[name] = err
		}
	}
	for _, fleets := range byType {
		r.apart(fleets)
	}
	for _, name := range slices.Sorted(maps.Keys(selected)) {
		r.meant(name, p.Storages[name], ruled(p, name), selected[name])
	}
	return r
}

// ruled returns the addresses by which rules name single accounts of a fleet.
func ruled(p *policy.Policy, fleet string) (all []string) {
	var look func(policy.Condition)
	look = func(c policy.Condition) {
		for _, written := range c.Storage {
			if of, address, one := strings.Cut(written, "/"); one && of == fleet {
				all = append(all, address)
			}
		}
		for _, inner := range slices.Concat(c.Any, c.All) {
			look(inner)
		}
		if c.Not != nil {
			look(*c.Not)
		}
	}
	for _, rule := range p.Rules {
		look(rule.When)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// meant compares the addresses that rules name with those of the selected users. A rule is for an account by its main
// address alone, so an account that a rule names by another one is not swept: the rule may be what keeps its files. An
// address of nobody is reported. If the policy lists the users, no directory shows whose it is, and none is swept.
func (r *Roll) meant(fleet string, st policy.Storage, named []string, users []user) {
	if r.Errs[fleet] != nil {
		return
	}
	for _, address := range named {
		same := func(x string) bool { return strings.EqualFold(x, address) }
		if slices.ContainsFunc(users, func(u user) bool { return same(u.address) }) {
			continue
		}
		written := fleet + "/" + address
		i := slices.IndexFunc(users, func(u user) bool { return slices.ContainsFunc(u.aliases, same) })
		switch {
		case i >= 0:
			name, _ := st.MemberName(fleet, users[i].address)
			if !slices.Contains(r.Members[fleet], name) {
				continue
			}
			r.Members[fleet] = slices.DeleteFunc(r.Members[fleet], func(m string) bool { return m == name })
			r.Errs[name] = &UsageError{
				fmt.Errorf("%s is not swept: a rule names it by another address, as %s", name, written),
				"write storage: " + name + " in the rule",
			}
		case st.Type == policy.Workspace && len(st.Users) > 0:
			delete(r.Members, fleet)
			r.Errs[fleet] = &UsageError{
				fmt.Errorf("a rule names %s, which is not in users: of %s; it may be another address of one of them",
					written, fleet),
				"name the account in the rule as in users:, or remove the address from the rule",
			}
			return
		default:
			// Before the others, since only the first ones are named in a warning.
			r.Absent = slices.Insert(r.Absent, 0, Absent{
				written, language.Messagef("a rule names it, and no selected account has this address"), true,
			})
		}
	}
}

// user is a selected user. away is why the account is not swept; zero: it is. id is that of a member of a Dropbox team.
type user struct {
	address string
	away    language.Message
	aliases []string
	id      string
}

// users returns the selected users of a fleet, some of whom rules name. It asks no directory of Google's if the policy
// lists them.
func (o Options) users(
	ctx context.Context, paths Paths, name string, st policy.Storage, named []string,
) (all []user, err error) {
	if st.Type == policy.DropboxTeam {
		return o.dropboxMembers(ctx, paths, name, st)
	}
	if len(st.Users) > 0 {
		for _, address := range st.Users {
			all = append(all, user{address: address})
		}
		return all, nil
	}
	return o.googleUsers(ctx, paths, name, st, slices.Concat(st.Except, named))
}

// dropboxMembers lists the members of a Dropbox team, of which the policy may select some.
func (o Options) dropboxMembers(
	ctx context.Context, paths Paths, name string, st policy.Storage,
) (all []user, err error) {
	as := o.dropbox(paths, name, st, dropboxaccount.Look)
	as.Member = teamOf(st)
	c, err := dropboxaccount.ConnectTeam(ctx, as)
	if errors.Is(err, oauth.ErrNotSignedIn) {
		err = &UsageError{err, dropboxaccount.Hint(err)}
	}
	if err != nil {
		return nil, err
	}
	var found []dropboxaccount.Member
	if st.Group != "" {
		found, err = c.MembersIn(ctx, st.Group)
	} else {
		found, err = c.Members(ctx)
	}
	if _, ok := errors.AsType[*dropboxaccount.GroupError](err); ok {
		err = &UsageError{err, "write group: as the name of a group in the team's admin console"}
	}
	if err != nil {
		return nil, err
	}
	left := slices.Clone(st.Users)
	for _, m := range found {
		same := func(address string) bool { return strings.EqualFold(address, m.Address) }
		if !st.Everyone && st.Group == "" && !slices.ContainsFunc(st.Users, same) {
			continue
		}
		left = slices.DeleteFunc(left, same)
		u := user{address: m.Address, aliases: m.Aliases, id: m.ID}
		if m.Away != "" {
			u.away = language.Messagef("Dropbox says that it is %q", m.Away)
		}
		all = append(all, u)
	}
	for _, address := range left {
		all = append(all, user{address: address, away: language.Messagef("it is not of the team %q", c.Account.Email)})
	}
	return all, nil
}

// googleUsers reads the directory of a Google Workspace. named are the addresses that the policy names.
func (o Options) googleUsers(
	ctx context.Context, paths Paths, name string, st policy.Storage, named []string,
) (all []user, err error) {
	as := o.google(paths, name, st, googleaccount.Look)
	as.Impersonate = st.Admin
	found, err := googleaccount.Users(ctx, as, googleaccount.Selection{Group: st.Group, Query: st.Query}, named)
	if _, alias := errors.AsType[*googleaccount.AliasError](err); alias {
		err = &UsageError{err, "name the account by its main address in the policy"}
	}
	for _, u := range found {
		all = append(all, user{address: u.Address, away: map[string]language.Message{
			"suspended": language.Messagef("it is suspended"),
			"archived":  language.Messagef("it is archived"),
			"outside":   language.Messagef("it is not of this Workspace"),
		}[u.Away], aliases: u.Aliases})
	}
	return all, err
}

// add adds the members of a fleet. It returns a *UsageError if there is none.
func (r *Roll) add(fleet string, st policy.Storage, users []user) error {
	var names []string
	unmet := slices.Clone(st.Except) // addresses of none of the users
	for _, u := range users {
		name, ok := st.MemberName(fleet, u.address)
		all := append([]string{u.address}, u.aliases...)
		unmet = slices.DeleteFunc(unmet, func(x string) bool {
			return slices.ContainsFunc(all, func(address string) bool { return strings.EqualFold(address, x) })
		})
		switch {
		case slices.ContainsFunc(all, st.Leaves):
		case !ok:
			r.Absent = append(r.Absent, Absent{
				name, language.Messagef("no storage can be named after its address"), false,
			})
		case !u.away.IsZero():
			r.Absent = append(r.Absent, Absent{name, u.away, false})
		default:
			names = append(names, name)
			r.ids[name] = u.id
		}
	}
	for _, x := range unmet { // it may be misspelt
		name, _ := st.MemberName(fleet, x)
		r.Absent = append(r.Absent, Absent{
			name, language.Messagef("except names it, and no selected account has this address"), true,
		})
	}
	if len(names) == 0 {
		return &UsageError{
			fmt.Errorf("%s selects no account that can be swept; nothing is concluded from that", fleet),
			"check users, group and query of " + fleet + " in the policy, and the directory",
		}
	}
	slices.Sort(names)
	r.Members[fleet] = slices.Compact(names)
	return nil
}

// apart takes accounts out that several of the fleets, which are of one type, select. If one of the fleets could not be
// read, the others are not swept either, because it may select any of their accounts.
func (r *Roll) apart(fleets []string) {
	for _, failed := range fleets {
		if r.Errs[failed] == nil {
			continue
		}
		for _, name := range fleets {
			if r.Errs[name] == nil {
				r.Errs[name] = fmt.Errorf("%s may select some of its accounts too, and is not known: %w", failed,
					r.Errs[failed])
			}
			delete(r.Members, name)
		}
		return
	}
	in := map[string][]string{} // by address
	for _, fleet := range fleets {
		for _, name := range r.Members[fleet] {
			address := name[len(fleet)+1:]
			in[address] = append(in[address], fleet)
		}
	}
	for _, fleet := range fleets {
		r.Members[fleet] = slices.DeleteFunc(r.Members[fleet], func(name string) bool {
			address := name[len(fleet)+1:]
			both := in[address]
			if len(both) > 1 {
				r.Errs[name] = &UsageError{
					fmt.Errorf("%s is selected by %s and by %s, and swept by neither", address, both[0], both[1]),
					"name the address in except: of all fleets but one",
				}
			}
			return len(both) > 1
		})
	}
}

// membersOf returns the names of the storages that a fleet, or the storage of one member, stands for now. Members of
// the fleet that cannot be swept go to Unopened, and to Absent. A service has called the roll itself, so the directory
// is not asked for one of its storages.
func (a *App) membersOf(ctx context.Context, name string, st policy.Storage) ([]string, error) {
	if st.Fleet != "" && a.o.Shared != nil {
		return []string{name}, nil
	}
	if a.roll == nil {
		a.roll = a.o.CallRoll(ctx, a.Paths, a.Policy)
	}
	fleet := name
	if st.Fleet != "" {
		fleet = st.Fleet
	}
	for _, at := range []string{fleet, name} {
		if err := a.roll.Errs[at]; err != nil {
			return nil, err
		}
	}
	if st.Fleet == "" {
		for _, member := range slices.Sorted(maps.Keys(a.roll.Errs)) {
			if of, _ := a.Policy.Storage(member); of.Fleet == fleet {
				a.Unopened[member] = WithHint(a.roll.Errs[member])
			}
		}
		a.Absent = append(a.Absent, a.absentOf(fleet)...)
		return a.roll.Members[fleet], nil
	}
	if slices.Contains(a.roll.Members[fleet], name) {
		return []string{name}, nil
	}
	why := language.Messagef("%s does not select it", fleet)
	for _, x := range a.roll.Absent {
		if x.Storage == name {
			why = x.Why
		}
	}
	return nil, &UsageError{fmt.Errorf("%s is not swept: %s", name, why), "the accounts of " + fleet +
		" that are swept: sweepd doctor " + fleet}
}

// absentOf returns those of the roll's absent accounts that are of the fleet.
func (a *App) absentOf(fleet string) (all []Absent) {
	for _, x := range a.roll.Absent {
		if of, _ := a.Policy.Storage(x.Storage); of.Fleet == fleet {
			all = append(all, x)
		}
	}
	return all
}

// noteLeft adds to Absent the accounts that were swept before and that their fleet does not select any more. Nothing
// else changes for them: their record stays, and an undo opens them.
func (a *App) noteLeft(ctx context.Context) error {
	if a.roll == nil || len(a.o.Only) > 0 {
		return nil
	}
	scanned, err := a.Journal.Scanned(ctx)
	for _, name := range scanned {
		st, _ := a.Policy.Storage(name)
		known := func(x Absent) bool { return x.Storage == name }
		if st.Fleet != "" && a.roll.Errs[st.Fleet] == nil && a.roll.Errs[name] == nil &&
			!slices.Contains(a.roll.Members[st.Fleet], name) && !slices.ContainsFunc(a.roll.Absent, known) {
			a.Absent = append(a.Absent, Absent{name, language.Messagef("%s no longer selects it", st.Fleet), false})
		}
	}
	return err
}

// Delegations returns, for each storage for which an administrator has to give access, what they have to allow.
func Delegations(p *policy.Policy) (all []language.Message) {
	for _, name := range slices.Sorted(maps.Keys(p.Storages)) {
		st := p.Storages[name]
		if st.ServiceAccount == "" {
			continue
		}
		scopes := useOf(p.Access(name)).Scopes()
		if st.IsFleet() && len(st.Users) == 0 {
			scopes = append(scopes, googleaccount.Selection{Group: st.Group, Query: st.Query}.Scopes()...)
		}
		all = append(all, language.Messagef("%s: an administrator lets the service account act for all users with "+
			"these scopes: %s", name, strings.Join(scopes, " ")))
	}
	return all
}

// examineFleet checks what a fleet depends on: the directory, and the access to one of its accounts.
func (o Options) examineFleet(
	ctx context.Context, paths Paths, pol *policy.Policy, name string, yield func(Finding) bool,
) {
	roll := o.CallRoll(ctx, paths, pol)
	if err := roll.Errs[name]; err != nil {
		yield(Finding{
			Check: "directory", State: Fail, Text: language.Explanation(err), Hint: language.Verbatim(hintOf(err)),
		})
		return
	}
	members := roll.Members[name]
	count := language.Count(int64(len(members)), "account")
	if !yield(Finding{Check: "directory", State: Well, Text: language.Messagef("sweeps %s", count)}) {
		return
	}
	for _, x := range roll.Absent {
		if of, _ := pol.Storage(x.Storage); of.Fleet == name && !yield(Finding{
			Check: "directory", State: Warn, Text: language.Messagef("%s is not swept: %s", x.Storage, x.Why),
		}) {
			return
		}
	}
	for _, member := range slices.Sorted(maps.Keys(roll.Errs)) {
		if of, _ := pol.Storage(member); of.Fleet == name && !yield(Finding{
			Check: "directory", State: Fail, Text: language.Explanation(roll.Errs[member]),
			Hint: language.Verbatim(hintOf(roll.Errs[member])),
		}) {
			return
		}
	}
	if len(members) == 0 {
		return
	}
	if st, _ := pol.Storage(members[0]); st.Type == policy.GDrive {
		o.examineAccount(ctx, paths, pol, members[0], yield)
		return
	}
	st, _ := pol.Storage(members[0])
	f := Finding{Check: "account", State: Well, Text: language.Verbatim(st.Account)}
	need := dropboxUse(pol.Access(name))
	if _, err := dropboxaccount.Connect(ctx, o.dropbox(paths, members[0], st, need)); err != nil {
		f.State, f.Text, f.Hint = Fail, language.Explanation(err), language.Verbatim(hintOf(err))
	}
	yield(f)
}

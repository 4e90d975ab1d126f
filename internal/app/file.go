package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/sweeper"
)

// StorageNames returns the sorted names of the policy's storages; none if there is no policy or it cannot be read.
func StorageNames(o Options) []string { return slices.Sorted(maps.Keys(storages(o))) }

// Accounts returns a policy with those of the storages that are accounts of a service, whose files the user names as
// STORAGE:/PATH or STORAGE:ID. It has none if there is no policy or it cannot be read.
func Accounts(o Options) *policy.Policy { return AccountsOf(&policy.Policy{Storages: storages(o)}) }

// AccountsOf returns a policy with those storages of the policies that are accounts of a service. A name that several
// of them have is that of the last one.
func AccountsOf(policies ...*policy.Policy) *policy.Policy {
	all := map[string]policy.Storage{}
	for _, p := range policies {
		maps.Copy(all, p.Storages)
	}
	maps.DeleteFunc(all, func(_ string, st policy.Storage) bool { return !st.Remote() })
	return &policy.Policy{Storages: all}
}

// storages returns the policy's storages by name; an empty map if there is no policy or it cannot be read.
func storages(o Options) map[string]policy.Storage {
	if p := Policy(o); p != nil {
		return p.Storages
	}
	return map[string]policy.Storage{}
}

// Policy returns the policy for display only; nil if there is none or it cannot be read. A caller that acts must
// use Open, which returns the error.
func Policy(o Options) *policy.Policy {
	paths, err := FindPaths(o.Getenv)
	if err != nil {
		return nil
	}
	_, p, err := Options{Getenv: o.Getenv, PolicyFile: o.PolicyFile, PolicyText: o.PolicyText}.openPolicy(paths)
	if err != nil {
		return nil
	}
	return p
}

// SplitFile splits the user's name of a file of one of the accounts of a policy. For any other file, which is one of
// this machine, storage is "". A name with a colon before which no account stands is a local path. A fleet is not an
// account, but STORAGE/ADDRESS is one.
func SplitFile(p *policy.Policy, arg string) (storage, file string) {
	name, file, found := strings.Cut(arg, ":")
	if st, _ := p.Storage(name); !found || !st.Remote() || st.IsFleet() {
		return "", arg
	}
	return name, file
}

// FilterOf returns the filter of the operations on a file of an account: by its path if it begins with a slash,
// else by its ID.
func FilterOf(storage, file string) journal.Filter {
	if strings.HasPrefix(file, "/") {
		return journal.Filter{Storage: storage, Path: file}
	}
	return journal.Filter{Storage: storage, Ref: providers.Ref(file)}
}

// Look finds a file in the one storage that is open: a file of this machine by its path; a file of an account by its
// path there, if sweepd has seen it, or by its ID.
func (a *App) Look(ctx context.Context, file string) (*providers.Storage, providers.Entry, error) {
	st := a.Storages[0]
	if a.isRemote(a.Scope[0]) && strings.HasPrefix(file, "/") {
		e, err := a.met(ctx, st, file)
		return st, e, err
	}
	e, err := st.Stat(ctx, providers.Ref(file)) // a local ref is the file's path
	return st, e, err
}

// At returns the storage of that name and the file with that ref in it. It returns an error if the storage could not be
// opened. A file that is gone is fs.ErrNotExist.
func (a *App) At(ctx context.Context, storage string, ref providers.Ref) (*providers.Storage, providers.Entry, error) {
	for _, st := range a.Storages {
		if st.Name() == storage {
			e, err := st.Stat(ctx, ref)
			return st, e, err
		}
	}
	return nil, providers.Entry{}, fmt.Errorf("%s could not be opened: %w", storage, a.Unopened[storage])
}

// Explain calls Sweeper.Explain. If a policy file is in force and the file is in none of its storages, the
// explanation is that no scan finds it: the rules count only if its folder is named.
func (a *App) Explain(ctx context.Context, st *providers.Storage, e providers.Entry) (sweeper.Explanation, error) {
	x, err := a.Sweeper.Explain(ctx, st, e)
	if err != nil || st.Name() != named || a.PolicyFile == "" || x.LeftOut != "" {
		return x, err
	}
	var roots []string
	for _, name := range slices.Sorted(maps.Keys(a.Policy.Storages)) {
		if !a.Policy.Storages[name].Remote() {
			roots = append(roots, a.Policy.Storages[name].Roots...)
		}
	}
	x.LeaveOut("it is in no storage of the policy; its folders are " + strings.Join(roots, ", "))
	if len(roots) == 0 {
		x.LeaveOut("it is in no storage of the policy, which has no local folder")
	}
	return x, nil
}

// met returns the one file that is now at that path of an account, among the files that a scan has found or an
// operation was about. Listing the account for it would cost too much; other files can be named by ID. It returns a
// *UsageError if there is none or more than one.
func (a *App) met(ctx context.Context, st *providers.Storage, path string) (found providers.Entry, err error) {
	refs := map[providers.Ref]bool{}
	for rec, err := range a.Journal.Records(ctx, st.Name(), a.Policy.Detectors(st.Name())) {
		if err != nil {
			return found, err
		}
		if rec.Entry.Path == path {
			refs[rec.Entry.Ref] = true
		}
	}
	for op, err := range a.Journal.Operations(ctx, FilterOf(st.Name(), path)) {
		if err != nil {
			return found, err
		}
		refs[op.Op.Entry.Ref] = true
	}
	var all []string
	for ref := range refs {
		e, err := st.Stat(ctx, ref)
		switch {
		case errors.Is(err, fs.ErrNotExist) || err == nil && e.Path != path: // it was there
		case err != nil:
			return found, err
		default:
			found, all = e, append(all, fmt.Sprintf("%s:%s", st.Name(), e.Ref))
		}
	}
	switch len(all) {
	case 0:
		return found, &UsageError{
			fmt.Errorf("no scan has found %s:%s: %w", st.Name(), path, fs.ErrNotExist),
			fmt.Sprintf("list files with: sweepd scan %s; or use the id at the end of its web address, as in "+
				"%[1]s:ID", st.Name()),
		}
	case 1:
		return found, nil
	}
	slices.Sort(all)
	return found, &UsageError{
		fmt.Errorf("%d files are named %s:%s", len(all), st.Name(), path),
		"use the id: " + strings.Join(all, " or "),
	}
}

package app

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/sweepd/sweepd/providers/local"
	"github.com/sweepd/sweepd/sweeper"
)

// named is the storage of folders that are in no storage of the policy: a name that no policy can give to one of its
// own.
const named = "(paths)"

// scopes returns the storages to open for the storages and folders in a.o.Only. A folder inside a storage's roots is
// a part of that storage. Any other is a storage of its own to which the policy's rules apply, without the storages'
// roots in it, which stay theirs.
func (a *App) scopes(ctx context.Context) (all []sweeper.Scope, err error) {
	if len(a.o.Only) == 0 || a.PolicyFile == "" {
		return a.wholeStorages(ctx), nil
	}
	for _, arg := range a.o.Only {
		if st, isStorage := a.Policy.Storage(arg); isStorage {
			names := []string{arg}
			if st.IsFleet() || st.Fleet != "" {
				if names, err = a.membersOf(ctx, arg, st); err != nil {
					return nil, fmt.Errorf("open %s: %w", arg, err)
				}
			}
			for _, name := range names {
				all = join(all, sweeper.Scope{Storage: name})
			}
			continue
		}
		if account, _ := SplitFile(a.Policy, arg); account != "" {
			return nil, &UsageError{
				fmt.Errorf("%q is part of an account, and accounts are swept as a whole", arg),
				"name the storage: " + account + "; or limit it permanently with roots: in the policy",
			}
		}
		folder, err := resolve(arg)
		if err == nil {
			err = a.o.exists(arg, folder, a.Paths.Home, a.Policy.Storages)
		}
		if err != nil {
			return nil, err
		}
		all = join(all, sweeper.Scope{Storage: a.storageOf(folder), Roots: []string{folder}})
		inside := a.realRoots()
		for _, name := range slices.Sorted(maps.Keys(inside)) {
			for _, root := range inside[name] {
				if _, err := os.Stat(root); err == nil && strings.HasPrefix(root, folder+"/") {
					all = join(all, sweeper.Scope{Storage: name, Roots: []string{root}})
				}
			}
		}
	}
	return all, nil
}

// join adds a storage, or the part of it that was named; a scope without roots is the whole storage.
func join(all []sweeper.Scope, sc sweeper.Scope) []sweeper.Scope {
	i := slices.IndexFunc(all, func(other sweeper.Scope) bool { return other.Storage == sc.Storage })
	switch {
	case i < 0:
		return append(all, sc)
	case sc.Roots == nil:
		all[i].Roots = nil
	case all[i].Roots != nil && !slices.Contains(all[i].Roots, sc.Roots[0]):
		all[i].Roots = append(all[i].Roots, sc.Roots...)
	}
	return all
}

// wholeStorages returns a scope for each storage of the policy. Without a policy file it is the built-in policy's
// one storage, with the folders that the user has named. A fleet that cannot be read goes to Unopened.
func (a *App) wholeStorages(ctx context.Context) (scopes []sweeper.Scope) {
	for _, name := range slices.Sorted(maps.Keys(a.Policy.Storages)) {
		if st := a.Policy.Storages[name]; st.IsFleet() {
			members, err := a.membersOf(ctx, name, st)
			if err != nil {
				a.Unopened[name] = WithHint(err)
			}
			for _, member := range members {
				scopes = append(scopes, sweeper.Scope{Storage: member})
			}
			continue
		}
		sc := sweeper.Scope{Storage: name}
		if a.PolicyFile == "" {
			sc.Roots = a.Policy.Storages[name].Roots
		}
		scopes = append(scopes, sc)
	}
	return scopes
}

// realRoots returns the policy's roots on this machine by storage, without symbolic links. A root that does not
// exist is resolved as far as it does.
func (a *App) realRoots() map[string][]string {
	all := map[string][]string{}
	for name, st := range a.Policy.Storages {
		if st.Remote() {
			continue
		}
		for _, root := range st.Roots {
			all[name] = append(all[name], local.Real(root))
		}
	}
	return all
}

// storageOf returns the name of the storage whose roots contain the folder, or named. Roots are compared without
// symbolic links, as the folder is.
func (a *App) storageOf(folder string) string {
	all := a.realRoots()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if slices.ContainsFunc(all[name], func(root string) bool {
			return folder == root || strings.HasPrefix(folder, root+"/")
		}) {
			return name
		}
	}
	return named
}

// othersBelow returns patterns that exclude from these roots the roots of other storages: only the rules of those
// storages are for them.
func (a *App) othersBelow(storage string, roots []string) (patterns []string) {
	literal := strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`, `]`, `\]`, `{`, `\{`, `}`, `\}`)
	for name, others := range a.realRoots() {
		for _, other := range others {
			for _, root := range roots {
				if rest, below := strings.CutPrefix(other, local.Real(root)+"/"); below && name != storage {
					patterns = append(patterns, literal.Replace(rest))
				}
			}
		}
	}
	return patterns
}

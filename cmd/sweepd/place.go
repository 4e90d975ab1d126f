package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"sweepd/internal/app"
	"sweepd/policy"
)

// accounts returns the storages of the policy that are accounts of a service.
func (p *program) accounts() map[string]policy.Storage {
	if p.remote == nil {
		p.remote = app.Accounts(p.options())
	}
	return p.remote
}

// place returns the user's name of a file or folder: its path on this machine, or STORAGE:/PATH in an account. With
// an empty path it returns the storage.
func (p *program) place(storage, path string) string {
	_, account := p.accounts()[storage]
	switch {
	case path == "":
		return safe(storage)
	case account:
		return safe(storage + ":" + path)
	}
	return safe(tilde(path, p.home()))
}

// policyName returns the user's name of the policy.
func (p *program) policyName(a *app.App) string {
	if a.PolicyFile == "" {
		return "the built-in policy"
	}
	return safe(tilde(a.PolicyFile, p.home()))
}

// where completes the arguments of verbs that take folders and storages: names of storages, and the shell's own
// folders.
func (p *program) where(_ *cobra.Command, _ []string, begun string) (names []string, _ cobra.ShellCompDirective) {
	for _, name := range app.StorageNames(p.options()) {
		if strings.HasPrefix(name, begun) {
			names = append(names, name)
		}
	}
	return names, cobra.ShellCompDirectiveDefault
}

// which completes the arguments of verbs that take files: the prefixes of an account's files, and the shell's own
// files.
func (p *program) which(_ *cobra.Command, _ []string, begun string) (names []string, how cobra.ShellCompDirective) {
	for name := range p.accounts() {
		if strings.HasPrefix(name+":", begun) {
			names, how = append(names, name+":"), cobra.ShellCompDirectiveNoSpace
		}
	}
	slices.Sort(names)
	return names, how
}

package main

import (
	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/policy"
)

// accounts returns a policy with the storages that are accounts of a service. It reads the policy once; without a
// readable policy there are none.
func (p *program) accounts() *policy.Policy {
	if p.remote == nil {
		p.remote = app.Accounts(p.options())
	}
	return p.remote
}

// place returns the user's name of a file or folder: its path on this machine, or STORAGE:/PATH in an account. With an
// empty path it returns the storage. It is safe for a terminal. The same form is accepted by the verbs that take files,
// for an account as it is.
func (p *program) place(storage, path string) string {
	_, account := p.accounts().Storage(storage)
	switch {
	case path == "":
		return safe(storage)
	case account:
		return safe(storage + ":" + path)
	}
	return safe(tilde(path, p.home()))
}

// listed returns the user's name of a file or folder as a list shows it: cut to what the terminal has after that many
// columns, and linked to what it names if that is on this machine.
func (p *program) listed(storage, path string, after int) string {
	before, name := p.term.lastColumn(p.place(storage, path), after)
	return before + p.linked(storage, path, name)
}

// linked returns text as a link to a file or folder of this machine; the text alone if it is in an account.
func (p *program) linked(storage, path, text string) string {
	if _, account := p.accounts().Storage(storage); account {
		return text
	}
	return p.term.link(path, text)
}

// policyName returns the user's name of the policy.
func (p *program) policyName(a *app.App) string {
	if a.PolicyFile == "" {
		return p.term.in.Sprintf("the built-in policy")
	}
	return safe(tilde(a.PolicyFile, p.home()))
}

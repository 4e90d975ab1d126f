package dropbox

import "slices"

// Use is what an account is to be used for; each includes those before.
type Use int

// The uses.
const (
	Look  Use = iota // find and read
	Trash            // and delete, and restore
	Purge            // and delete for good, which only a team's app can
)

// The scopes, as the reference has them for each route:
// https://www.dropbox.com/developers/documentation/http/documentation.
const (
	account   = "account_info.read"
	metadata  = "files.metadata.read"
	content   = "files.content.read"
	write     = "files.content.write"
	permanent = "files.permanent_delete"
)

// Scopes are the least that a use needs.
func (u Use) Scopes() []string {
	all := []string{account, metadata, content, write, permanent}
	switch u {
	case Look:
		return all[:3:3]
	case Trash:
		return all[:4:4]
	}
	return all
}

// Uses is the most that scopes allow; ok is whether they allow even to look.
func Uses(scopes []string) (most Use, ok bool) {
	for u := Purge; u >= Look; u-- {
		if !slices.ContainsFunc(u.Scopes(), func(s string) bool { return !slices.Contains(scopes, s) }) {
			return u, true
		}
	}
	return Look, false
}

// String is the use as people say it.
func (u Use) String() string {
	switch u {
	case Look:
		return "look"
	case Trash:
		return "look and trash"
	}
	return "look, trash and purge"
}

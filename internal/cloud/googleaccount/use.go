package googleaccount

import (
	"slices"

	"github.com/sweepd/sweepd/internal/language"
)

// Use is the purpose of an account; each use includes those before.
type Use int

// The uses.
const (
	Look  Use = iota // find and read
	Trash            // and move to the bin and back
	Purge            // and delete for good
)

// The scopes, as Drive's discovery document lists them for each method. All three are "restricted":
// developers.google.com/workspace/drive/api/guides/api-specific-auth.
const (
	full     = "https://www.googleapis.com/auth/drive"
	readonly = "https://www.googleapis.com/auth/drive.readonly"
	metadata = "https://www.googleapis.com/auth/drive.metadata"
)

// Scopes returns the fewest scopes that a use needs. By the discovery document, drive.metadata allows files.update to
// trash a file, and does not allow deleting one: with it, Google itself refuses the calls that sweepd must not make.
// Trashing with it was never tried on the real service.
func (u Use) Scopes() []string {
	switch u {
	case Look:
		return []string{readonly}
	case Trash:
		return []string{readonly, metadata}
	}
	return []string{full}
}

// Uses returns the highest use that scopes allow; ok reports whether they allow Look at all.
func Uses(scopes []string) (most Use, ok bool) {
	for u := Purge; u >= Look; u-- {
		if !slices.ContainsFunc(u.Scopes(), func(s string) bool { return !covers(scopes, s) }) {
			return u, true
		}
	}
	return Look, false
}

// covers reports whether granted allows everything that scope does.
func covers(granted []string, scope string) bool {
	return slices.Contains(granted, scope) || slices.Contains(granted, full) && (scope == readonly || scope == metadata)
}

// String returns the use for messages.
func (u Use) String() string { return u.text().String() }

// In returns the use for messages in the language.
func (u Use) In(p language.Printer) string { return u.text().In(p) }

func (u Use) text() language.Message {
	switch u {
	case Look:
		return language.Messagef("look")
	case Trash:
		return language.Messagef("look and trash")
	}
	return language.Messagef("look, trash and purge")
}

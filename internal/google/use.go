package google

import "slices"

// Use is what an account is to be used for; each includes those before.
type Use int

// The uses.
const (
	Look  Use = iota // find and read
	Trash            // and move to the bin and back
	Purge            // and delete for good
)

// The scopes, as Drive's discovery document has them for each method. All three
// are "restricted": developers.google.com/workspace/drive/api/guides/api-specific-auth.
const (
	full     = "https://www.googleapis.com/auth/drive"
	readonly = "https://www.googleapis.com/auth/drive.readonly"
	metadata = "https://www.googleapis.com/auth/drive.metadata"
)

// Scopes are the least that a use needs. By the discovery document drive.metadata
// lets files.update trash a file, and lets nobody delete one: with it, Google
// itself refuses what sweepd must not do. Whether the real service trashes by it
// was never tried.
func (u Use) Scopes() []string {
	switch u {
	case Look:
		return []string{readonly}
	case Trash:
		return []string{readonly, metadata}
	}
	return []string{full}
}

// Uses is the most that scopes allow; ok is whether they allow even to look.
func Uses(scopes []string) (most Use, ok bool) {
	for u := Purge; u >= Look; u-- {
		if !slices.ContainsFunc(u.Scopes(), func(s string) bool { return !covers(scopes, s) }) {
			return u, true
		}
	}
	return Look, false
}

// covers reports whether granted allows all that scope does.
func covers(granted []string, scope string) bool {
	return slices.Contains(granted, scope) || slices.Contains(granted, full) && (scope == readonly || scope == metadata)
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

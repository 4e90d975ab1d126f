package providers

import "github.com/sweepd/sweepd/internal/language"

// Guard is one reason to keep a file although a policy would delete it: a program uses it, or it does not belong to
// the user alone. A guard keeps the file when in doubt. It is a key under protect: in a policy.
type Guard string

// The guards.
const (
	GuardOpen        Guard = "open"        // a program is writing to it
	GuardPartial     Guard = "partial"     // a download, or a copy, that is under way
	GuardPlaceholder Guard = "placeholder" // its bytes are online only, or a sync program manages it
	GuardHardLinked  Guard = "hard_linked" // it has other names, and deleting this one frees nothing
	GuardOtherOwner  Guard = "other_owner" // it belongs to another user
	GuardGit         Guard = "git"         // Git tracks it
	GuardMentioned   Guard = "mentioned"   // a document or a source file names it
	GuardLibrary     Guard = "library"     // it is part of a notes vault or a photo library
	GuardTagged      Guard = "tagged"      // it has a star or a tag
	GuardShared      Guard = "shared"      // other people can see it
	GuardLocked      Guard = "locked"      // the storage does not let it be deleted, or only partly
)

// AllGuards returns the guards, in the order in which they are shown.
func AllGuards() []Guard {
	return []Guard{
		GuardOpen, GuardPartial, GuardPlaceholder, GuardHardLinked, GuardOtherOwner,
		GuardGit, GuardMentioned, GuardLibrary, GuardTagged, GuardShared, GuardLocked,
	}
}

// Held is a guard that holds one file. Why is a clause that follows "it is kept because": "Git tracks it (in
// \"/home/ann/site\")".
type Held struct {
	Guard Guard            `json:"guard"`
	Why   language.Message `json:"why"`
}

package providers

// Guard is one reason for which a file is better kept although a policy wants
// it gone: somebody uses it, or it is not a person's to lose. A guard errs
// toward keeping. It is a key under protect: in a policy.
type Guard string

// The guards.
const (
	GuardOpen        Guard = "open"        // somebody is writing to it
	GuardPartial     Guard = "partial"     // a download, or a copy, that is under way
	GuardPlaceholder Guard = "placeholder" // its bytes are online only, or a sync program's to manage
	GuardHardLinked  Guard = "hard_linked" // it has other names, and deleting this one frees nothing
	GuardOtherOwner  Guard = "other_owner" // it is another user's
	GuardGit         Guard = "git"         // Git tracks it
	GuardMentioned   Guard = "mentioned"   // a document or a source file names it
	GuardLibrary     Guard = "library"     // it is part of a notes vault or a photo library
	GuardTagged      Guard = "tagged"      // a person gave it a star or a tag
	GuardShared      Guard = "shared"      // other people can see it
	GuardLocked      Guard = "locked"      // the storage does not let it be deleted, or only partly
)

// AllGuards are the guards, in the order in which they are told.
func AllGuards() []Guard {
	return []Guard{
		GuardOpen, GuardPartial, GuardPlaceholder, GuardHardLinked, GuardOtherOwner,
		GuardGit, GuardMentioned, GuardLibrary, GuardTagged, GuardShared, GuardLocked,
	}
}

// Held is a guard that holds one file, and why in a clause that follows "it is
// kept because": "Git tracks it (in \"/home/ann/site\")".
type Held struct {
	Guard Guard  `json:"guard"`
	Why   string `json:"why"`
}

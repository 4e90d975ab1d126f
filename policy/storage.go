package policy

import "time"

// Storage is one place to sweep, as the policy describes it.
type Storage struct {
	Type        string   // "local", the only one yet
	Roots       []string // absolute and clean; none is inside another
	Exclude     []string // doublestar patterns for paths below a root
	CrossMounts bool     // enter file systems that are mounted below a root
}

// TrashAges say what may be deleted for good from a storage's trash, and how
// long after it came there. Zero is never.
type TrashAges struct {
	Ours       time.Duration // what sweepd trashed
	Matching   time.Duration // what others trashed and the fingerprint matches
	Everything time.Duration // whatever lies there
}

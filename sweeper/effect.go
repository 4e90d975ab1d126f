package sweeper

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
)

// Side is a policy with the files in its storages.
type Side struct {
	Policy *policy.Policy
	Cases  []*Case
}

// Change is a file that two policies treat differently.
type Change struct {
	Turn          policy.Turn
	Storage       string // its name in the policy after the change, or before it if only that one sweeps the file
	Entry         providers.Entry
	Verdict       fingerprint.Verdict
	Before, After policy.Fate
}

// Compare returns the files that the two policies treat differently at that time, ordered by turn, storage and path,
// and the number of all files. It does no I/O; it decides by the steps of a scan and a plan. A file that a side does
// not have is kept there. The limits of a plan are not part of the comparison.
//
// A file is the same on both sides if it has the same ref in storages of the same type, and, if both policies have the
// storage of an account, the same storage.
func Compare(before, after Side, now time.Time) (all []Change, files int) {
	was, is := before.fates(after.Policy, now), after.fates(before.Policy, now)
	for key, a := range was {
		b, ok := is[key]
		if !ok {
			b.file, b.fate = a.file, unswept()
		}
		all = appendChange(all, b.file, a.fate, b.fate)
	}
	for key, b := range is {
		if _, ok := was[key]; !ok {
			files++
			all = appendChange(all, b.file, unswept(), b.fate)
		}
	}
	SortChanges(all)
	return all, files + len(was)
}

// SortChanges orders changes by turn, storage and path.
func SortChanges(all []Change) {
	slices.SortFunc(all, func(a, b Change) int {
		return cmp.Or(cmp.Compare(slices.Index(policy.Turns(), a.Turn), slices.Index(policy.Turns(), b.Turn)),
			strings.Compare(a.Storage, b.Storage), strings.Compare(a.Entry.Path, b.Entry.Path),
			strings.Compare(string(a.Entry.Ref), string(b.Entry.Ref)))
	})
}

// Change returns what changes for the file if both policies find it, as Compare does unless one of them keeps last
// copies, which is a question of all files. ok is false if nothing does.
func (c *Case) Change(before, after *policy.Policy, now time.Time) (ch Change, ok bool) {
	was, is := Side{Policy: before}.fate(c, now), Side{Policy: after}.fate(c, now)
	turn := was.Turn(is)
	return Change{turn, c.Storage, c.Entry, c.Verdict, was, is}, turn != ""
}

// appendChange appends the change of a file unless it has the same fate on both sides.
func appendChange(all []Change, c *Case, before, after policy.Fate) []Change {
	turn := before.Turn(after)
	if turn == "" {
		return all
	}
	return append(all, Change{turn, c.Storage, c.Entry, c.Verdict, before, after})
}

// unswept is the fate of a file that is in no storage of a policy.
func unswept() policy.Fate {
	return policy.Fate{Decision: policy.Decision{Action: policy.Keep, ReasonCode: policy.ReasonNoRule}}
}

// fileKey identifies a file in two policies.
type fileKey struct {
	kind, storage string // storage: "" if the refs of the kind are the same in each storage
	ref           providers.Ref
}

// fated is a file with its fate.
type fated struct {
	file *Case
	fate policy.Fate
}

// fates returns the fates of the files of s, to be compared with those of another policy.
func (s Side) fates(other *policy.Policy, now time.Time) map[fileKey]fated {
	all := map[fileKey]fated{}
	for _, c := range s.Cases {
		all[s.keyOf(c, other)] = fated{c, s.fate(c, now)}
	}
	if s.Policy.LastCopy {
		s.spareLast(all)
	}
	return all
}

// fate returns the fate of a file. A guard that holds it would do so at the end of a grace too.
func (s Side) fate(c *Case, now time.Time) policy.Fate {
	f := policy.Fate{Swept: true, Decision: c.Decide(s.Policy, now)}
	held, err := c.guards(context.Background(), s.Policy.Protect)
	if f.Decision.Action != policy.Hold || len(held) == 0 && err == nil {
		f.Goes = s.Policy.Goes(f.Decision, now)
	}
	return f
}

// keyOf returns the key of a file. A path of this machine means the same file in each storage. An account has refs of
// its own; a storage that only one of the policies has may be an account that is renamed.
func (s Side) keyOf(c *Case, other *policy.Policy) fileKey {
	st, _ := s.Policy.Storage(c.Storage)
	key := fileKey{kind: st.Type, ref: c.Entry.Ref}
	if there, _ := other.Storage(c.Storage); st.Remote() && there.Type == st.Type {
		key.storage = c.Storage
	}
	return key
}

// spareLast holds the files that keepLastCopies would spare. A file without a hash counts as the last copy: a
// comparison reads none.
func (s Side) spareLast(all map[fileKey]fated) {
	c := newCopies(hashed)
	var due []fileKey
	for key, f := range all {
		if f.fate.Decision.Action != policy.Trash {
			c.stay(Copy{f.file.Storage, f.file.Entry})
		} else if !f.fate.Decision.Approved {
			due = append(due, key)
		}
	}
	slices.SortFunc(due, func(a, b fileKey) int { // in the order of a plan
		x, y := all[a].file, all[b].file
		return cmp.Or(strings.Compare(x.Storage, y.Storage), strings.Compare(x.Entry.Path, y.Entry.Path))
	})
	for _, key := range due {
		f := all[key]
		other, err := c.other(context.Background(), Copy{f.file.Storage, f.file.Entry})
		if err != nil || other == nil {
			f.fate.Decision, f.fate.Goes = spare(f.fate.Decision), time.Time{}
			all[key] = f
		}
	}
}

// errUnhashed: the hash of a file is not known without reading it.
var errUnhashed = errors.New("its hash is not known")

// hashed returns the content of a file whose hash is known.
func hashed(_ context.Context, file Copy) (journal.Content, error) {
	if file.Entry.SHA256 == ([sha256.Size]byte{}) {
		return journal.Content{}, errUnhashed
	}
	return journal.Content{Size: file.Entry.Size, SHA256: file.Entry.SHA256}, nil
}

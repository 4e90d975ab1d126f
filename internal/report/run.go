package report

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/sweeper"
)

// Run is one run, or one look that left no run, with everything that is known of it. The JSON of it is that of sweepd
// run --json and of the receivers that take JSON: docs/json.md. The unexported fields make the texts, and are not kept.
type Run struct {
	ID      int64           `json:"run,omitempty"`
	Kind    string          `json:"kind"` // "apply", "undo", or "plan" for a look
	Began   time.Time       `json:"began,omitzero"`
	Ended   time.Time       `json:"ended,omitzero"` // zero: it was interrupted, or is under way
	Err     string          `json:"error,omitempty"`
	Summary sweeper.Summary `json:"summary"`

	Kept  []Kept `json:"kept,omitempty"`  // its files that are still in the trash, by storage
	Files []File `json:"files,omitempty"` // the first that it changed, or tried to
	More  int64  `json:"more,omitempty"`  // number of further files that it changed, or tried to
	Moved int64  `json:"moved,omitempty"` // size of the files that it trashed, wherever they are now
	Back  int64  `json:"back,omitempty"`  // of these: of the files that were restored since

	held  string           // Err, or the part of it that names no file
	hint  language.Message // what to do about it
	rules []string         // the policy's, in its order
}

// File is one file that a run changed, or tried to.
type File struct {
	Key     string           `json:"-"` // of the operation
	Storage string           `json:"storage"`
	Path    string           `json:"path"`
	Size    int64            `json:"size"`
	Kind    providers.OpKind `json:"kind"`
	State   string           `json:"state"` // "open", "done" or "failed", as in history
	Rule    string           `json:"rule,omitempty"`
	Since   providers.OpKind `json:"resolved,omitempty"` // the operation that took it out of the trash since
}

// maxFiles is the number of files that Read returns, and that a digest names: a message is read on a phone.
const maxFiles = 20

// Read reads a run from the journal. It returns fs.ErrNotExist if there is none of that number. p is the present
// policy, which determines how long files are kept in the trash; if it is nil, Kept is empty. A summary that cannot be
// parsed is journal.ErrDamaged. Files are sorted by storage and path.
func Read(ctx context.Context, j *journal.Journal, run int64, p *policy.Policy) (Run, error) {
	return read(ctx, j, run, p, maxFiles)
}

// ReadWhole is Read, but with all files of the run.
func ReadWhole(ctx context.Context, j *journal.Journal, run int64, p *policy.Policy) (Run, error) {
	return read(ctx, j, run, p, math.MaxInt)
}

// read reads a run with at most so many of its files.
func read(ctx context.Context, j *journal.Journal, run int64, p *policy.Policy, most int) (Run, error) {
	jr, err := j.Run(ctx, run)
	if err != nil {
		return Run{}, err
	}
	r := Run{
		ID: jr.ID, Kind: jr.Kind, Began: jr.Began, Ended: jr.Ended, Err: jr.Err, held: nameless(jr.Err),
		rules: names(p),
	}
	if jr.Summary != nil {
		if err := json.Unmarshal(jr.Summary, &r.Summary); err != nil {
			return r, fmt.Errorf("%w: the summary of run %d: %w", journal.ErrDamaged, run, err)
		}
	}
	r.Summary.Run = run
	if !r.Ended.IsZero() {
		r.Summary.Duration = r.Ended.Sub(r.Began)
	}
	k := keeping{policy: p}
	for op, err := range j.Operations(ctx, journal.Filter{Run: run}) {
		if err != nil {
			return r, fmt.Errorf("read what run %d did: %w", run, err)
		}
		r.note(op, most)
		k.note(op)
	}
	slices.SortFunc(r.Files, func(a, b File) int {
		return cmp.Or(strings.Compare(a.Storage, b.Storage), strings.Compare(a.Path, b.Path))
	})
	r.Kept = k.all
	return r, nil
}

// FromScan returns the Run of a look after which nothing was done. sum is the summary of its scan; err is why nothing
// was done, nil if the policy only reports.
func FromScan(began, ended time.Time, sum *sweeper.Summary, err error, p *policy.Policy) Run {
	r := Run{Kind: "plan", Began: began, Ended: ended, rules: names(p)}
	if sum != nil {
		r.Summary = *sum
	}
	if err == nil {
		return r
	}
	r.Err, r.held = err.Error(), nameless(err.Error())
	if limit, ok := errors.AsType[*sweeper.LimitError](err); ok {
		r.held, r.hint = limit.Error(),
			language.Messagef("To review it: sweepd plan. To allow it: raise limits: in the policy, or apply to "+
				"fewer folders")
	}
	if surge, ok := errors.AsType[*sweeper.SurgeError](err); ok {
		r.held, r.hint = surge.Error(),
			language.Messagef("To review it: sweepd plan -o plan.json. To apply it: sweepd apply plan.json")
	}
	return r
}

// News reports whether the user should be notified of the run although it succeeded: it changed something, or would
// have if it had not only looked.
func (r Run) News() bool {
	s := &r.Summary
	if files, _ := r.due(); r.looked() {
		return files+s.Unmarked() > 0
	}
	return s.Trashed+s.Purged+s.Restored+s.Marked+s.Settled > 0
}

// nameless returns the text of a run's error for places that must have no names: only the texts of errors that are
// known to have none; else "".
func nameless(text string) string {
	switch has := func(err error) bool { return strings.Contains(text, err.Error()) }; {
	case has(sweeper.ErrPaused):
		return sweeper.ErrPaused.Error()
	case has(sweeper.ErrOtherPolicy):
		return sweeper.ErrOtherPolicy.Error()
	case has(context.Canceled), has(context.DeadlineExceeded):
		return "stopped"
	}
	return ""
}

// names returns the names of the rules, in the policy's order; nil without a policy.
func names(p *policy.Policy) (all []string) {
	if p == nil {
		return nil
	}
	for _, r := range p.Rules {
		all = append(all, r.Name)
	}
	return all
}

// note adds one operation of the run, and its file if there are not so many yet.
func (r *Run) note(op journal.Operation, most int) {
	if len(r.Files) == most {
		r.More++
	} else {
		e := op.Op.Entry
		r.Files = append(r.Files, File{
			op.Key, op.Op.Storage, e.Path, e.Size, op.Op.Kind, op.State(), op.Op.Cause.Rule, op.Resolved,
		})
	}
	if op.Op.Kind == providers.OpTrash && op.State() == "done" {
		r.Moved += op.Op.Entry.Size
		if op.Resolved == providers.OpRestore {
			r.Back += op.Op.Entry.Size
		}
	}
}

// stayed returns the size of the files that the run trashed and that were not restored.
func (r Run) stayed() int64 { return r.Moved - r.Back }

// due returns the number of files that were to be trashed, and their size.
func (r Run) due() (files, bytes int64) {
	for _, rule := range r.Summary.Rules {
		files, bytes = files+rule.Due, bytes+rule.DueBytes
	}
	return files, bytes
}

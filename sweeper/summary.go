package sweeper

import (
	"errors"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
)

// A Summary counts what a scan finds and what a run does. did and refuse count one file each, problem keeps the
// first errors, and stop names the roots of which too little is known to delete anything.

// Summary is the result of one run: files seen and actions taken.
type Summary struct {
	Run  int64  `json:"run,omitempty"`  // the journal's number; 0 if the run left no record
	Plan string `json:"plan,omitempty"` // the ID of the saved plan that it executed

	Seen         int64                            `json:"seen"`    // files of any kind under the roots
	Images       int64                            `json:"images"`  // by their bytes
	Matched      int64                            `json:"matched"` // possible and up
	ByConfidence map[fingerprint.Confidence]int64 `json:"by_confidence"`
	// ByAction has the policy's decisions on the matched files.
	ByAction  map[string]int64 `json:"by_action,omitempty"`
	BytesRead int64            `json:"bytes_read"`
	Uploads   int64            `json:"uploads,omitempty"` // pictures that were uploaded to OpenAI
	Unasked   int64            `json:"unasked,omitempty"` // pictures that wait to be uploaded

	// Trashed, Restored and Purged count the files for which this was done.
	Trashed  int64 `json:"trashed"`
	Restored int64 `json:"restored"`
	Purged   int64 `json:"purged"`
	Marked   int64 `json:"marked"`  // files whose grace began
	Refused  int64 `json:"refused"` // planned and not done, because something had changed or protects them
	Failed   int64 `json:"failed"`  // could not be done, or could not be examined
	Gone     int64 `json:"gone"`    // had left the trash, by no known operation of sweepd
	Back     int64 `json:"back"`    // of those: in their places again
	Settled  int64 `json:"settled"` // operations of an earlier, interrupted run that were completed in the record
	Bytes    int64 `json:"bytes"`   // of the files trashed, restored or purged
	Freed    int64 `json:"freed"`   // free bytes gained by the purge, by the storages' figures

	// Storages are those of the run, also those that could not be opened.
	Storages []string `json:"storages,omitempty"`
	// Rules is by the rule that decided: the policy's, "trash.ours" and the like for a purge, "" if none did.
	Rules    map[string]*RuleSummary `json:"rules,omitempty"`
	Refusals map[string]int64        `json:"refusals,omitempty"` // Refused, by reason: see docs/json.md

	Problems []Problem `json:"problems,omitempty"` // the first hundred
	Errors   int64     `json:"errors"`             // all problems
	Partial  bool      `json:"partial,omitempty"`  // some place could not be listed
	Stopped  []Stopped `json:"stopped,omitempty"`  // roots from which nothing is deleted for that reason

	Duration time.Duration    `json:"-"`
	SeenIn   map[string]int64 `json:"-"` // Seen, by storage
	Left     []Left           `json:"-"` // the items that were refused or failed

	names []string        // keys that Rules may have: a saved plan could bring others
	gone  map[string]bool // the keys of trash operations whose files have left the trash
}

// RuleSummary is the result for the files that one rule decided on. The figures down to Due are the scan's; a saved
// plan has none.
type RuleSummary struct {
	Matched int64                       `json:"matched"`
	Kept    map[policy.ReasonCode]int64 `json:"kept,omitempty"` // by reason
	Review  int64                       `json:"review,omitempty"`
	Held    map[policy.ReasonCode]int64 `json:"held,omitempty"` // by reason
	// Until is the earliest time at which one of the files held by a time may go.
	Until    time.Time `json:"until,omitzero"`
	Due      int64     `json:"due,omitempty"`
	DueBytes int64     `json:"due_bytes,omitempty"`

	Trashed  int64 `json:"trashed,omitempty"`
	Purged   int64 `json:"purged,omitempty"`
	Restored int64 `json:"restored,omitempty"`
	Refused  int64 `json:"refused,omitempty"`
	Failed   int64 `json:"failed,omitempty"`
	Bytes    int64 `json:"bytes,omitempty"` // of the files trashed, purged or restored
}

// summary returns a new Summary of a run over all storages.
func (s *Sweeper) summary() *Summary {
	sum := &Summary{Rules: map[string]*RuleSummary{}}
	for _, st := range s.o.Storages {
		sum.Storages = append(sum.Storages, st.Name())
	}
	sum.Storages = append(sum.Storages, slices.Sorted(maps.Keys(s.o.Unopened))...)
	for _, r := range s.o.Policy.Rules {
		sum.names = append(sum.names, r.Name)
	}
	for _, reason := range []PurgeReason{PurgeReasonOurs, PurgeReasonMatching, PurgeReasonEverything} {
		sum.names = append(sum.names, ruleOf(reason))
	}
	return sum
}

// ruleOf returns the name that stands for a rule if a file is purged by that right.
func ruleOf(reason PurgeReason) string { return "trash." + string(reason) }

// rule returns the summary of one rule; that of "" if the policy has no rule of that name.
func (s *Summary) rule(name string) *RuleSummary {
	if !slices.Contains(s.names, name) {
		name = ""
	}
	if s.Rules[name] == nil {
		s.Rules[name] = &RuleSummary{}
	}
	return s.Rules[name]
}

// decided counts a scan's decision on one file.
func (r *RuleSummary) decided(e providers.Entry, d policy.Decision) {
	r.Matched++
	switch d.Action {
	case policy.Keep:
		add(&r.Kept, d.ReasonCode)
	case policy.Review:
		r.Review++
	case policy.Hold:
		add(&r.Held, d.ReasonCode)
		// If a guard holds it too, it may stay beyond that time.
		if !d.NotBefore.IsZero() && len(d.Guards) == 0 {
			r.until(d.NotBefore)
		}
	case policy.Trash:
		r.Due++
		r.DueBytes += e.Size
	}
}

// began counts files whose grace has begun after the scan and ends at end.
func (r *RuleSummary) began(files int64, end time.Time) {
	n := min(files, r.Held[policy.ReasonUnmarked]) // 0 for a saved plan
	if n == 0 {
		return
	}
	r.Held = maps.Clone(r.Held) // the scan's summary has the same map
	r.Held[policy.ReasonGrace] += n
	if r.Held[policy.ReasonUnmarked] -= n; r.Held[policy.ReasonUnmarked] == 0 {
		delete(r.Held, policy.ReasonUnmarked)
	}
	r.until(end)
}

// until notes the time at which one held file may go.
func (r *RuleSummary) until(at time.Time) {
	if r.Until.IsZero() || at.Before(r.Until) {
		r.Until = at.UTC()
	}
}

// Unmarked returns the number of files that only wait for their grace to begin.
func (s *Summary) Unmarked() (n int64) {
	for _, r := range s.Rules {
		n += r.Held[policy.ReasonUnmarked]
	}
	return n
}

// add counts one more file under the code.
func add(to *map[policy.ReasonCode]int64, g policy.ReasonCode) {
	if *to == nil {
		*to = map[policy.ReasonCode]int64{}
	}
	(*to)[g]++
}

// did counts the outcome of an item: done, refused or failed. The latter two are a problem as well.
func (s *Summary) did(it Item, what providers.OpKind, err error) {
	if gone, ok := errors.AsType[*goneError](err); ok && what != providers.OpRestore {
		s.Gone++
		if gone.back {
			s.Back++
		}
		return
	}
	if err != nil {
		s.refuse(it, string(what), err)
		return
	}
	r := s.rule(it.Decision.Rule)
	switch what {
	case providers.OpTrash:
		s.Trashed++
		r.Trashed++
	case providers.OpPurge:
		s.Purged++
		r.Purged++
	case providers.OpRestore:
		s.Restored++
		r.Restored++
	}
	s.Bytes += it.Entry.Size
	r.Bytes += it.Entry.Size
}

// Left is an item that a run did not do.
type Left struct {
	Item
	Why    string // as in Refusals; "" if it failed
	Errors int64  // number of problems that it added, 0 or 1: see Problem.Files
}

// refuse counts an item that was not done.
func (s *Summary) refuse(it Item, doing string, err error) {
	r, why, before := s.rule(it.Decision.Rule), refusal(err), s.Errors
	if why != "" {
		s.refused(why, 1)
		r.Refused++
	} else {
		s.Failed++
		r.Failed++
	}
	s.problem(it.Storage, it.Entry.Path, doing, err)
	s.Left = append(s.Left, Left{it, why, s.Errors - before})
}

// left notes that the file of the trash operation has left the trash.
func (s *Summary) left(key string) {
	if s.gone == nil {
		s.gone = map[string]bool{}
	}
	s.gone[key] = true
}

// refused counts files by the name of their refusal.
func (s *Summary) refused(why string, files int64) {
	s.Refused += files
	if s.Refusals == nil {
		s.Refusals = map[string]int64{}
	}
	s.Refusals[why] += files
}

// Problem is one failure or refusal.
type Problem struct {
	Storage string `json:"storage"`
	Path    string `json:"path,omitempty"`
	Files   int64  `json:"files,omitempty"` // number of files for which the folder in Path is at fault; else 0
	Doing   string `json:"doing"`           // "open", "list", "examine", "trash", "restore", "purge", "finish",
	// "ask OpenAI about"
	Err  error  `json:"-"`
	Text string `json:"error"` // the text of Err
}

// maxProblems limits Problems, because a broken disk may give one for each of its files. Errors counts all of
// them.
const maxProblems = 100

// Stopped is a root that was not listed whole. Too little is known of it to delete anything there.
type Stopped struct {
	Storage string `json:"storage"`
	Root    string `json:"root"`
	Why     string `json:"why"`
}

// stop stops the root that path is in or above, or all roots of the storage if there is none.
func (s *Summary) stop(st *providers.Storage, path string, why error) {
	roots := slices.DeleteFunc(slices.Clone(st.Roots()),
		func(root string) bool { return !within(path, root) && !within(root, path) })
	if path == "" || len(roots) == 0 {
		roots = st.Roots()
	}
	for _, root := range roots {
		if !slices.ContainsFunc(s.Stopped, func(x Stopped) bool { return x.Storage == st.Name() && x.Root == root }) {
			s.Stopped = append(s.Stopped, Stopped{st.Name(), root, why.Error()})
		}
	}
}

// stopped reports whether the file is in a root from which nothing is deleted.
func (s *Summary) stopped(it Item) bool {
	return slices.ContainsFunc(s.Stopped,
		func(x Stopped) bool { return x.Storage == it.Storage && within(it.Entry.Path, x.Root) })
}

// hold counts a file that was due as held.
func (s *Summary) hold(it Item, why policy.ReasonCode) {
	s.ByAction[string(policy.Trash)]--
	s.ByAction[string(policy.Hold)]++
	r := s.rule(it.Decision.Rule)
	r.Due--
	r.DueBytes -= it.Entry.Size
	add(&r.Held, why)
}

// within reports whether a path is the root or below it.
func within(path, root string) bool {
	return path == root || strings.HasPrefix(path, strings.TrimSuffix(root, "/")+"/")
}

// saw copies the figures of the scan before this run.
func (s *Summary) saw(scan *Summary) {
	if scan == nil {
		return
	}
	s.Seen, s.Images, s.Matched, s.BytesRead = scan.Seen, scan.Images, scan.Matched, scan.BytesRead
	s.Uploads, s.Unasked = scan.Uploads, scan.Unasked
	s.ByConfidence, s.ByAction, s.Partial, s.Stopped = scan.ByConfidence, scan.ByAction, scan.Partial, scan.Stopped
	for name, r := range scan.Rules {
		own := *r // later counts must not change the scan's
		s.Rules[name] = &own
	}
}

// problem counts a problem and keeps the first of them. A folder that is at fault for many files is one problem.
func (s *Summary) problem(storage, path, doing string, err error) {
	pr := Problem{Storage: storage, Path: path, Doing: doing, Err: err, Text: err.Error()}
	if fault, ok := errors.AsType[*providers.FolderError](err); ok {
		pr.Path, pr.Files, pr.Text = fault.Folder, 1, fault.Err.Error()
		i := slices.IndexFunc(s.Problems, func(x Problem) bool {
			return x.Files > 0 && x.Storage == storage && x.Doing == doing && x.Path == pr.Path && x.Text == pr.Text
		})
		if i >= 0 {
			s.Problems[i].Files++
			return
		}
	}
	s.Errors++
	if len(s.Problems) < maxProblems {
		s.Problems = append(s.Problems, pr)
	}
}

// Trouble reports whether anything failed or was left alone.
func (s *Summary) Trouble() bool { return s.Errors+s.Refused+s.Failed > 0 }

// LogValue returns the figures of the summary, and the storages, as a group of attributes.
func (s *Summary) LogValue() slog.Value {
	var attrs []slog.Attr
	if s.Run != 0 {
		attrs = append(attrs, slog.Int64("run", s.Run))
	}
	return slog.GroupValue(append(attrs,
		slog.String("storage", strings.Join(s.Storages, ",")), slog.Bool("partial", s.Partial),
		slog.Int64("seen", s.Seen), slog.Int64("images", s.Images), slog.Int64("matched", s.Matched),
		slog.Int64("held", s.ByAction[string(policy.Hold)]), slog.Int64("review", s.ByAction[string(policy.Review)]),
		slog.Int64("trashed", s.Trashed), slog.Int64("restored", s.Restored), slog.Int64("purged", s.Purged),
		slog.Int64("marked", s.Marked), slog.Int64("gone", s.Gone), slog.Int64("refused", s.Refused),
		slog.Int64("failed", s.Failed), slog.Int64("bytes", s.Bytes), slog.Int64("freed", s.Freed),
		slog.Int64("errors", s.Errors), slog.Int64("duration_ms", s.Duration.Milliseconds()))...)
}

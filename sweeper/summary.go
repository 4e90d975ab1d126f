package sweeper

import (
	"log/slog"
	"slices"
	"strings"
	"time"

	"sweepd/fingerprint"
	"sweepd/policy"
	"sweepd/providers"
)

// Summary is what one run saw and did.
type Summary struct {
	Run int64 `json:"run,omitempty"` // the journal's number; 0 when the run left no record

	Seen         int64                            `json:"seen"`    // files of any kind under the roots
	Images       int64                            `json:"images"`  // by their bytes
	Matched      int64                            `json:"matched"` // possible and up
	ByConfidence map[fingerprint.Confidence]int64 `json:"by_confidence"`
	ByAction     map[string]int64                 `json:"by_action,omitempty"` // of the matched: what the policy says
	BytesRead    int64                            `json:"bytes_read"`

	Trashed  int64 `json:"trashed"`
	Restored int64 `json:"restored"`
	Purged   int64 `json:"purged"`
	Marked   int64 `json:"marked"`  // whose grace began
	Refused  int64 `json:"refused"` // were planned and not done, because something had changed or protects them
	Failed   int64 `json:"failed"`  // could not be done, or not be examined
	Settled  int64 `json:"settled"` // operations of an earlier, interrupted run that were completed in the record
	Bytes    int64 `json:"bytes"`   // of the files trashed, restored or purged
	Freed    int64 `json:"freed"`   // what the storages say is free now and was not before the purge

	Problems []Problem `json:"problems,omitempty"` // the first hundred
	Errors   int64     `json:"errors"`             // problems in all
	Partial  bool      `json:"partial,omitempty"`  // some place could not be listed
	Stopped  []Stopped `json:"stopped,omitempty"`  // roots that nothing is deleted from for that

	Duration time.Duration    `json:"-"`
	SeenIn   map[string]int64 `json:"-"` // Seen, by storage
}

// Problem is one thing that went wrong or was refused.
type Problem struct {
	Storage string `json:"storage"`
	Path    string `json:"path,omitempty"`
	Doing   string `json:"doing"` // "open", "list", "examine", "trash", "restore", "purge", "finish"
	Err     error  `json:"-"`
	Text    string `json:"error"` // Err in words
}

const maxProblems = 100

// Stopped is a root that was not listed whole. What is known of it is too
// little to delete by.
type Stopped struct {
	Storage string `json:"storage"`
	Root    string `json:"root"`
	Why     string `json:"why"`
}

// stop stops the root that path is in or is above; all of the storage's roots
// where there is none.
func (s *Summary) stop(st *providers.Storage, path string, why error) {
	roots := slices.DeleteFunc(slices.Clone(st.Roots()), func(root string) bool { return !within(path, root) && !within(root, path) })
	if path == "" || len(roots) == 0 {
		roots = st.Roots()
	}
	for _, root := range roots {
		if !slices.ContainsFunc(s.Stopped, func(x Stopped) bool { return x.Storage == st.Name() && x.Root == root }) {
			s.Stopped = append(s.Stopped, Stopped{st.Name(), root, why.Error()})
		}
	}
}

// hold counts files that were to be trashed as held.
func (s *Summary) hold(files int) {
	if files > 0 {
		s.ByAction[string(policy.Trash)] -= int64(files)
		s.ByAction[string(policy.Hold)] += int64(files)
	}
}

// within reports whether a path is the root or below it.
func within(path, root string) bool {
	return path == root || strings.HasPrefix(path, strings.TrimSuffix(root, "/")+"/")
}

// saw takes over what the scan before this run saw.
func (s *Summary) saw(scan *Summary) {
	if scan == nil {
		return
	}
	s.Seen, s.Images, s.Matched, s.BytesRead = scan.Seen, scan.Images, scan.Matched, scan.BytesRead
	s.ByConfidence, s.ByAction, s.Partial, s.Stopped = scan.ByConfidence, scan.ByAction, scan.Partial, scan.Stopped
}

// problem counts one and keeps the first of them.
func (s *Summary) problem(storage, path, doing string, err error) {
	s.Errors++
	if len(s.Problems) < maxProblems {
		s.Problems = append(s.Problems, Problem{storage, path, doing, err, err.Error()})
	}
}

// LogValue is the summary as one structured record.
func (s *Summary) LogValue() slog.Value {
	return slog.GroupValue(
		slog.Int64("run", s.Run), slog.Int64("seen", s.Seen), slog.Int64("images", s.Images), slog.Int64("matched", s.Matched),
		slog.Int64("held", s.ByAction[string(policy.Hold)]), slog.Int64("review", s.ByAction[string(policy.Review)]),
		slog.Int64("trashed", s.Trashed), slog.Int64("restored", s.Restored), slog.Int64("purged", s.Purged), slog.Int64("marked", s.Marked),
		slog.Int64("refused", s.Refused), slog.Int64("failed", s.Failed), slog.Int64("bytes", s.Bytes), slog.Int64("freed", s.Freed),
		slog.Int64("errors", s.Errors), slog.Bool("partial", s.Partial), slog.Duration("duration", s.Duration))
}

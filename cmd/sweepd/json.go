package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/sweeper"
)

// The following types are the lines that --json prints. Their names are an interface: docs/json.md describes them and
// a test checks them.

// jsonFile is one file with its verdict and decision. Made, and the decision's NotBefore, are null if they are not
// known; times are in UTC, sizes in bytes.
type jsonFile struct {
	Type       string                 `json:"type"` // "file"
	Storage    string                 `json:"storage"`
	Path       string                 `json:"path"`
	PathBytes  []byte                 `json:"path_base64,omitempty"` // if the path is not UTF-8
	Ref        string                 `json:"ref,omitempty"`         // an account's ID of the file
	Size       int64                  `json:"size"`
	Modified   time.Time              `json:"modified"`
	MediaType  string                 `json:"media_type"`
	Confidence fingerprint.Confidence `json:"confidence"`
	Product    fingerprint.Product    `json:"product"`
	Made       *time.Time             `json:"made"`
	Derived    bool                   `json:"derived"`
	Evidence   []fingerprint.Evidence `json:"evidence"`
	Decision   jsonDecision           `json:"decision"`
	BytesRead  int64                  `json:"bytes_read"`
	Known      *jsonKnown             `json:"known,omitempty"`
}

// jsonKnown is where a known picture comes from. It has no title and no link if the export names no conversation.
type jsonKnown struct {
	Conversation string  `json:"conversation"`
	Title        string  `json:"title"`
	Link         string  `json:"link"`
	Original     *string `json:"original"` // of a twin: the SHA-256 of the picture with its credential
}

// jsonDecision is what the policy does with a file. Rule is "" if no rule decided; NotBefore is the earliest time for
// an action that waits, such as the end of a grace period.
type jsonDecision struct {
	Action    string             `json:"action"`
	Rule      string             `json:"rule"`
	Reasons   []language.Message `json:"reasons"`
	NotBefore *time.Time         `json:"not_before"`

	Guards   []providers.Held `json:"guards,omitempty"` // that hold it
	Approved bool             `json:"approved,omitempty"`
}

// jsonScan is the end of a scan or a plan. All counts are of the whole scan, and not of the files that the flags
// select; Totals and ByImage are of the listed files.
type jsonScan struct {
	Type         string           `json:"type"` // "summary"
	Seen         int64            `json:"seen"`
	Images       int64            `json:"images"`
	Matched      int64            `json:"matched"`
	ByConfidence map[string]int64 `json:"by_confidence"`
	BytesRead    int64            `json:"bytes_read"`
	Uploads      int64            `json:"uploads,omitempty"` // pictures uploaded to OpenAI
	Unasked      int64            `json:"unasked,omitempty"` // pictures that wait to be uploaded
	Errors       int64            `json:"errors"`
	DurationMS   int64            `json:"duration_ms"`

	Stopped []sweeper.Stopped               `json:"stopped,omitempty"` // roots from which nothing is deleted
	Rules   map[string]*sweeper.RuleSummary `json:"rules,omitempty"`

	ByImage     *jsonByImage   `json:"by_image,omitempty"`  // with --by-image
	InDocuments *jsonDocuments `json:"documents,omitempty"` // with --documents
	Totals      []jsonTotal    `json:"totals,omitempty"`    // with --totals
	Refusal     string         `json:"refusal,omitempty"`   // why apply would refuse the plan
}

// jsonByImage is the number of different pictures and of their files.
type jsonByImage struct {
	Images int `json:"images"`
	Places int `json:"places"`
}

// jsonRun is the end of a run that may have changed something. Bytes are those moved to the trash, Freed those purged.
// Settled are operations of an earlier run whose outcome was completed first; Gone are files that others had taken out
// of the trash, Back those of them that are in their places again.
type jsonRun struct {
	Type       string `json:"type"` // "summary"
	Run        int64  `json:"run"`
	Trashed    int64  `json:"trashed"`
	Restored   int64  `json:"restored"`
	Purged     int64  `json:"purged"`
	Marked     int64  `json:"marked"`
	Gone       int64  `json:"gone"`
	Back       int64  `json:"back"`
	Refused    int64  `json:"refused"`
	Failed     int64  `json:"failed"`
	Settled    int64  `json:"settled"`
	Bytes      int64  `json:"bytes"`
	Freed      int64  `json:"freed"`
	Errors     int64  `json:"errors"`
	DurationMS int64  `json:"duration_ms"`

	Rules    map[string]*sweeper.RuleSummary `json:"rules,omitempty"`
	Refusals map[string]int64                `json:"refusals,omitempty"`
}

// jsonCarriedOut is the output of apply for a saved plan that was executed before.
type jsonCarriedOut struct {
	Type string `json:"type"` // "carried_out"
	Run  int64  `json:"run"`
	Plan string `json:"plan"` // as in the summary of that run
}

// jsonProblem is one failure or refusal.
type jsonProblem struct {
	Type    string `json:"type"` // "problem"
	Storage string `json:"storage"`
	Path    string `json:"path"`
	Doing   string `json:"doing"`
	Error   string `json:"error"`
	Files   int64  `json:"files,omitempty"` // number of files for which the folder at path is at fault
}

// fileLine returns a file for --json. A path that is not UTF-8 is there twice: in Path with replacement characters, and
// exact in PathBytes.
func fileLine(f sweeper.Found) jsonFile {
	line := jsonFile{
		Type: "file", Storage: f.Storage, Path: f.Entry.Path, Ref: refOf(f.Entry), Size: f.Entry.Size,
		Modified: f.Entry.Modified.UTC(), MediaType: f.Verdict.MediaType, Confidence: f.Verdict.Confidence,
		Product: f.Verdict.Product, Made: moment(f.Verdict.Made), Derived: f.Verdict.Derived,
		Evidence: f.Verdict.Evidence, BytesRead: f.BytesRead,
		Decision: decisionLine(f.Decision),
	}
	if f.Known != (sweeper.Known{}) {
		line.Known = &jsonKnown{f.Known.Conversation, f.Known.Title, f.Known.Link, sumText(f.Known.Original.SHA256)}
	}
	if !utf8.ValidString(f.Entry.Path) {
		line.PathBytes = []byte(f.Entry.Path)
	}
	if line.Evidence == nil {
		line.Evidence = []fingerprint.Evidence{}
	}
	return line
}

// decisionLine returns the decision for --json. Reasons are in English; nil becomes an empty list.
func decisionLine(d policy.Decision) jsonDecision {
	line := jsonDecision{string(d.Action), d.Rule, d.Reasons, moment(d.NotBefore), d.Guards, d.Approved}
	if line.Reasons == nil {
		line.Reasons = []language.Message{}
	}
	return line
}

// refOf returns the account's ID of the file; "" on this machine, where that is the path.
func refOf(e providers.Entry) string {
	if string(e.Ref) == e.Path {
		return ""
	}
	return string(e.Ref)
}

// scanLine returns the end of a scan. Each level of a match has a count, also if it is 0.
func scanLine(sum *sweeper.Summary) jsonScan {
	line := jsonScan{
		"summary", sum.Seen, sum.Images, sum.Matched,
		map[string]int64{},
		sum.BytesRead, sum.Uploads, sum.Unasked, sum.Errors,
		sum.Duration.Milliseconds(), sum.Stopped, sum.Rules, nil, nil, nil, "",
	}
	for c := fingerprint.Possible; c <= fingerprint.Proven; c++ {
		line.ByConfidence[c.String()] = sum.ByConfidence[c]
	}
	return line
}

// runLine returns the end of a run that may have changed something.
func runLine(sum *sweeper.Summary) jsonRun {
	return jsonRun{
		"summary", sum.Run, sum.Trashed, sum.Restored, sum.Purged, sum.Marked, sum.Gone, sum.Back, sum.Refused,
		sum.Failed, sum.Settled, sum.Bytes, sum.Freed, sum.Errors, sum.Duration.Milliseconds(), sum.Rules, sum.Refusals,
	}
}

// problemLines returns the problems of a run, as arguments of json. A summary keeps a limited number; Errors counts
// all.
func problemLines(sum *sweeper.Summary) []any {
	var out []any
	for _, pr := range sum.Problems {
		out = append(out, jsonProblem{"problem", pr.Storage, pr.Path, pr.Doing, pr.Text, pr.Files})
	}
	return out
}

// json prints values, one a line. Each value is written at once, so that a reader of the pipe sees whole lines.
func (p *program) json(values ...any) {
	for _, v := range values {
		var line bytes.Buffer
		enc := json.NewEncoder(&line)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(v); err != nil {
			fmt.Fprintf(p.stderr, "error: %v\n", err) // no type of ours fails; a bug
			continue
		}
		_, _ = p.term.out.Write(escaped(line.Bytes())) // output keeps the error
	}
}

// escaped returns the line with those characters as \u escapes that a terminal would act on and JSON allows: DEL, the
// C1 controls, and marks that change the order of letters.
func escaped(line []byte) []byte {
	acted := func(r rune) bool { return r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) }
	if bytes.IndexFunc(line, acted) < 0 {
		return line
	}
	var out []byte
	for _, r := range string(line) {
		if acted(r) {
			for _, unit := range utf16.Encode([]rune{r}) {
				out = fmt.Appendf(out, `\u%04x`, unit)
			}
			continue
		}
		out = utf8.AppendRune(out, r)
	}
	return out
}

// escaping writes JSON that is escaped, a whole value at a time. It relies on json.Encoder, which writes a value by one
// call; a rune is therefore never cut.
type escaping struct{ to io.Writer }

// Write returns the length of the value and not of its escaped form, as io.Writer demands.
func (w escaping) Write(value []byte) (int, error) {
	if _, err := w.to.Write(escaped(value)); err != nil {
		return 0, err
	}
	return len(value), nil
}

// moment returns t, or nil (null) if it is not known.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	utc := t.UTC()
	return &utc
}

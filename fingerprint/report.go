package fingerprint

import (
	"slices"
	"time"

	"github.com/sweepd/sweepd/fingerprint/c2pa"
	"github.com/sweepd/sweepd/internal/language"
)

// Finding is the result of one detector on one file. It explains a verdict to the user.
type Finding struct {
	Detector  string     `json:"detector"`
	Evidence  []Evidence `json:"evidence,omitempty"`
	Steps     []Step     `json:"steps,omitempty"` // in the order of the checks
	BytesRead int64      `json:"bytes_read"`
}

// Step is one check that a detector made.
type Step struct {
	Check  string           `json:"check"`           // the subject of the check: "claim signature"
	OK     bool             `json:"ok"`              // the check passed
	Detail language.Message `json:"detail,omitzero"` // the observed value
}

// Report is a verdict with the findings of all detectors.
type Report struct {
	Verdict  Verdict
	Findings []Finding
}

// add appends a finding. It leaves out evidence without a detector.
func (r *Report) add(detector string, bytesRead int64, steps []Step, evidence ...Evidence) {
	f := Finding{Detector: detector, Steps: steps, BytesRead: bytesRead}
	for _, e := range evidence {
		if e.Detector != "" {
			f.Evidence = append(f.Evidence, e)
		}
	}
	r.Findings = append(r.Findings, f)
}

// header adds the finding on the first bytes. Like the methods below, it does nothing if r is nil.
func (r *Report) header(h header, bytesRead int64) {
	if r == nil {
		return
	}
	magic := Step{Check: "image by its first bytes", OK: h.mediaType != ""}
	magic.Detail = language.Messagef("no image type known here")
	switch {
	case magic.OK:
		magic.Detail = language.Messagef("%s, %d x %d", h.mediaType, h.width, h.height)
	case h.video != "":
		magic.Detail = language.Verbatim(h.video)
	}
	steps := []Step{magic}
	if magic.OK {
		steps = append(steps,
			Step{Check: "end of the file", OK: !h.cut},
			Step{Check: "may hold a credential", OK: h.credential})
	}
	r.add("header", bytesRead, steps, findings{header: h}.cutEvidence())
}

// name adds the finding on the name.
func (r *Report) name(s findings) {
	if r == nil {
		return
	}
	step := Step{Check: "family of the name", OK: s.name.Family != "", Detail: language.Messagef("none")}
	if step.OK {
		step.Detail = language.Verbatim(s.name.Family)
	}
	steps := []Step{step}
	if s.foreignName() {
		steps = append(steps, Step{
			Check: "name given after the signing",
			Detail: language.Messagef("at the latest %s, signed %s UTC",
				s.nameDate.Format(time.DateTime), s.credential.made.Format(time.DateTime)),
		})
	}
	r.add("filename", 0, steps, s.nameEvidence(), s.unsignedEvidence())
	// The name is judged last, because the credential dates the picture, and shown second, because it is looked at
	// first.
	last := len(r.Findings) - 1
	r.Findings = slices.Insert(r.Findings[:last], 1, r.Findings[last])
}

// lower sets the levels of all evidence to None: that on a video supports none.
func (r *Report) lower() {
	if r == nil {
		return
	}
	for _, f := range r.Findings {
		for i := range f.Evidence {
			f.Evidence[i].Confidence = None
		}
	}
}

// exif adds the finding on the EXIF block.
func (r *Report) exif(s findings) {
	if r == nil {
		return
	}
	r.add("exif", 0, []Step{
		{Check: "maker note", OK: s.labs.note != "", Detail: detail(language.Verbatim(s.labs.note))},
		{Check: "user comment", OK: s.labs.comment},
	}, s.labs.evidence())
}

// printed is a text with parts from a file, of which only what is printable is shown.
type printed struct{ language.Text }

func (t printed) String() string               { return printable(t.Text.String()) }
func (t printed) In(p language.Printer) string { return printable(t.Text.In(p)) }

// detail returns a detail with parts from the file; none if nothing of it is printable.
func detail(of language.Text) language.Message {
	if (printed{of}).String() == "" {
		return language.Message{}
	}
	return language.Messagef("%s", printed{of})
}

// credential adds the finding on the credential. Its texts come from the file, so only printable characters are
// kept.
func (r *Report) credential(s findings, c *c2pa.Credential, bytesRead int64) {
	if r == nil {
		return
	}
	steps := []Step{{Check: "credential", Detail: language.Messagef("none")}}
	if c != nil {
		steps = nil
		for _, step := range c.Steps {
			steps = append(steps, Step{Check: step.Check, OK: step.OK, Detail: detail(step.Detail)})
		}
	}
	r.add("c2pa", bytesRead, steps, s.sealEvidence(), s.taggedEvidence(), s.untimedEvidence())
}

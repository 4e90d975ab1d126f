package fingerprint

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/sweepd/sweepd/internal/language"
)

// VersionAsking is Version for a storage whose pictures may be uploaded to OpenAI: OpenAI is one more detector there.
const VersionAsking = Version + 1<<16

// MaxAsked is the size of the largest file that OpenAI examines, in bytes (the guide "Content provenance" of its API).
const MaxAsked = 50 << 20

// minAsked is the shortest side of a picture that is worth asking about, in pixels: ChatGPT's have 1024 or more, and
// a smaller one than this is an icon or a thumbnail.
const minAsked = 256

// Answer is OpenAI's answer about the bytes of one picture, which were uploaded for it.
type Answer struct {
	At      time.Time `json:"at"`                // when it was asked, in UTC
	SynthID bool      `json:"synthid,omitempty"` // its watermark was found; false: nothing follows
	Model   string    `json:"model,omitempty"`   // as OpenAI names it; "" if it names none
	Refused string    `json:"refused,omitempty"` // why OpenAI did not examine these bytes; "" if it did
}

// Askable reports whether OpenAI could add to what is known of a picture with the local verdict v: ChatGPT could have
// made it, nothing in it settles where it comes from, and OpenAI examines files of this type and size. A picture that
// names the camera that took it is settled.
func (v Verdict) Askable(size int64) bool {
	switch v.MediaType {
	case "image/png", "image/jpeg", "image/webp":
	default:
		return false
	}
	settled := func(e Evidence) bool {
		return strings.HasPrefix(e.Detector, "c2pa.") || strings.HasPrefix(e.Detector, "header.")
	}
	return size > 0 && size <= MaxAsked && min(v.Width, v.Height) >= minAsked && v.Confidence < Strong && !v.Camera &&
		!v.KnownElsewhere() && !v.HasAnswer() && !slices.ContainsFunc(v.Evidence, settled)
}

// synthID is the detector of the evidence that OpenAI found its watermark in the pixels.
const synthID = "openai.synthid"

// synthIDFound is the text of that evidence, before the date of the answer.
const synthIDFound = "OpenAI found its watermark in it on "

// Answered returns v with OpenAI's answer about the same bytes. A watermark shows that OpenAI's tools made or edited
// the picture; it outlasts other programs and a person's own changes, so the picture counts as derived. With ChatGPT's
// own download name the two confirm each other. Any other answer shows nothing, and leaves v as it is.
func (v Verdict) Answered(a Answer) Verdict {
	if !a.SynthID || a.Refused != "" {
		return v
	}
	found := Evidence{Detector: synthID, Found: synthIDFound + a.At.UTC().Format(time.DateOnly), Confidence: Likely}
	named := func(e Evidence) bool { return e.Detector == "filename.download" && e.Confidence == Likely }
	level := Likely
	if slices.ContainsFunc(v.Evidence, named) {
		level = Strong
	}
	v.Evidence = append([]Evidence{found}, v.Evidence...)
	v.Confidence, v.Product, v.Derived = max(v.Confidence, level), cmp.Or(v.Product, Unstated), true
	return v
}

// HasAnswer reports whether v has evidence that OpenAI gave and not the bytes themselves.
func (v Verdict) HasAnswer() bool { return v.has(synthID) }

// Finding returns the answer as the finding of a detector.
func (a Answer) Finding() Finding {
	f := Finding{Detector: "openai", Steps: []Step{
		{Check: "asked", OK: a.Refused == "", Detail: language.Verbatim(a.At.UTC().Format(time.DateTime) + " UTC")},
	}}
	if a.Refused != "" {
		f.Steps = append(f.Steps, Step{Check: "examined", Detail: language.Verbatim(printable(a.Refused))})
		return f
	}
	watermark := Step{Check: "watermark (SynthID)", OK: a.SynthID}
	watermark.Detail = language.Messagef("not detected, which shows nothing")
	if a.SynthID {
		watermark.Detail = language.Messagef("detected")
	}
	f.Steps = append(f.Steps, watermark)
	if a.Model != "" {
		f.Steps = append(f.Steps, Step{Check: "model", OK: true, Detail: language.Verbatim(printable(a.Model))})
	}
	f.Evidence = Verdict{}.Answered(a).Evidence
	return f
}

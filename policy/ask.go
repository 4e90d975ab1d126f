package policy

import (
	"maps"
	"slices"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/internal/language"
)

// AskOpenAI is the value of Storage.Ask for OpenAI's Content Provenance API.
const AskOpenAI = "openai"

// OpenAI is how OpenAI is asked about pictures. It is used by the storages whose Ask says so, and by no other.
type OpenAI struct {
	Key     string // absolute path of the file with the API key
	Uploads int    // the most pictures that are uploaded in 24 hours, by all storages together
}

// Asks reports whether pictures of the storage are uploaded to OpenAI.
func (p *Policy) Asks(storage string) bool { return p.Storages[storage].Ask == AskOpenAI }

// Detectors returns the version of the detectors for files of the storage, which the journal's results are bound to.
// If the policy begins or ceases to ask, all files are judged anew.
func (p *Policy) Detectors(storage string) int {
	if p.Asks(storage) {
		return fingerprint.VersionAsking
	}
	return fingerprint.Version
}

// asking returns the names of the storages whose pictures are uploaded.
func (p *Policy) asking() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(p.Storages)), func(name string) bool { return !p.Asks(name) })
}

// uploads returns the lines of In about what is uploaded; "" if nothing is.
func (p *Policy) uploads(pr language.Printer) string {
	if len(p.asking()) == 0 {
		return ""
	}
	return pr.Sprintf("These pictures are uploaded to OpenAI, at most %s in a day, with the API key in %q: PNG, JPEG "+
		"and WebP files of %s of which nothing else shows the origin, if a rule would review or trash them.\n",
		language.CountPlainly(int64(p.OpenAI.Uploads), "file"), p.OpenAI.Key, language.AndNames(p.asking()))
}

// idleAsks returns a caution for each storage whose pictures are uploaded for nothing: a picture that OpenAI recognises
// is derived, and likely or strong.
func (p *Policy) idleAsks() (cautions []language.Message) {
	for _, name := range p.asking() {
		if !slices.ContainsFunc(p.Rules, func(r Rule) bool {
			return r.Do != Keep && r.about(name) && r.When.Confidence <= fingerprint.Strong &&
				(r.When.Derived == nil || *r.When.Derived)
		}) {
			cautions = append(cautions, language.Messagef("storage %s: ask: openai uploads nothing, because no rule "+
				"would review or trash what OpenAI recognises: it counts as edited (derived: include), and is likely "+
				"or strong", name))
		}
	}
	return cautions
}

package policy

import (
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/internal/language"
)

// AskOpenAI is the value of Storage.Ask and Rule.Ask for OpenAI's Content Provenance API.
const AskOpenAI = "openai"

// OpenAI is how OpenAI is asked about pictures. It is used by the storages and the rules whose Ask is AskOpenAI, and by
// no other.
type OpenAI struct {
	Key     string // absolute path of the file with the API key
	Uploads int    // the most pictures that are uploaded in 24 hours, by all storages together
}

// Asks reports whether pictures of the storage may be uploaded to OpenAI: if the storage asks, or a rule that can match
// a file there. OpenAI's answers count in such a storage only, and there for all rules.
func (p *Policy) Asks(storage string) bool {
	return p.asksAll(storage) || slices.ContainsFunc(p.Rules, func(r Rule) bool { return r.asks() && r.about(storage) })
}

// asksAll reports whether OpenAI is asked about the storage's pictures whichever rule decides.
func (p *Policy) asksAll(storage string) bool {
	st, _ := p.Storage(storage)
	return st.Ask == AskOpenAI
}

// asks reports whether OpenAI is asked about the pictures that the rule would decide on.
func (r Rule) asks() bool { return r.Ask == AskOpenAI }

// Concerns reports whether OpenAI is asked about a file, by the facts as they would be if OpenAI recognised it: the
// rule that decides then does not keep it, and either the rule or the storage asks.
func (p *Policy) Concerns(f Facts, now time.Time) bool {
	r, ok := p.deciding(f, now)
	return ok && r.Do != Keep && (r.asks() || p.asksAll(f.Storage))
}

// Detectors returns the version of the detectors for files of the storage, which the journal's results are bound to.
// If the policy begins or ceases to ask, all files are judged anew.
func (p *Policy) Detectors(storage string) int {
	if p.Asks(storage) {
		return fingerprint.VersionAsking
	}
	return fingerprint.Version
}

// FindsAs reports whether a scan under the policy finds the same files, with the same evidence, as under the other one.
func (p *Policy) FindsAs(other *Policy) bool {
	if p.Copies != other.Copies || !reflect.DeepEqual(p.Storages, other.Storages) {
		return false
	}
	for name := range p.Storages {
		if p.Asks(name) != other.Asks(name) {
			return false
		}
	}
	return true
}

// asking returns the names of the storages whose pictures are uploaded whichever rule decides.
func (p *Policy) asking() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(p.Storages)), func(name string) bool { return !p.asksAll(name) })
}

// askedBy returns the names of the storages whose pictures are uploaded because of the rule.
func (p *Policy) askedBy(r Rule) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(p.Storages)), func(name string) bool {
		return !r.asks() || !r.about(name) || p.asksAll(name)
	})
}

// uploads returns the lines of In about what is uploaded; "" if nothing is.
func (p *Policy) uploads(pr language.Printer) (text string) {
	most, key := language.CountPlainly(int64(p.OpenAI.Uploads), "file"), p.OpenAI.Key
	if names := p.asking(); len(names) > 0 {
		text = pr.Sprintf("These pictures are uploaded to OpenAI, at most %s in a day, with the API key in %q: PNG, "+
			"JPEG and WebP files of %s of which nothing else shows the origin, if a rule would review or trash them.\n",
			most, key, language.AndNames(names))
	}
	for _, r := range p.Rules {
		if names := p.askedBy(r); len(names) > 0 {
			text += pr.Sprintf("These pictures are uploaded to OpenAI, at most %s in a day, with the API key in %q: "+
				"PNG, JPEG and WebP files of %s of which nothing else shows the origin, if the rule %q would decide "+
				"on them once OpenAI recognised them.\n", most, key, language.AndNames(names), r.Name)
		}
	}
	return text
}

// idleAsks returns a caution for each storage and rule that asks without any upload: a picture that OpenAI recognises
// is derived, and likely or strong.
func (p *Policy) idleAsks() (cautions []language.Message) {
	for _, name := range p.asking() {
		if !slices.ContainsFunc(p.Rules, func(r Rule) bool { return r.about(name) && r.takesRecognised() }) {
			cautions = append(cautions, language.Messagef("storage %s: ask: openai uploads nothing, because no rule "+
				"would review or trash what OpenAI recognises: it counts as edited (derived: include), and is likely "+
				"or strong", name))
		}
	}
	for _, r := range p.Rules {
		if r.asks() && !r.takesRecognised() {
			cautions = append(cautions, language.Messagef("rule %q: ask: openai uploads nothing, because the rule "+
				"would not match what OpenAI recognises: it counts as edited (derived: include), and is likely or "+
				"strong", r.Name))
		}
	}
	return cautions
}

// takesRecognised reports whether the rule can review or trash a picture that OpenAI recognised.
func (r Rule) takesRecognised() bool {
	return r.Do != Keep && r.When.Confidence <= fingerprint.Strong && (r.When.Derived == nil || *r.When.Derived)
}

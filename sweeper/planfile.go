package sweeper

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
)

// planVersion is the version of the saved form.
const planVersion = 1

// planFile is a plan in its saved form: JSON that people can read.
type planFile struct {
	Version int         `json:"sweepd_plan"`
	Made    time.Time   `json:"made"`
	Policy  string      `json:"policy"` // hash
	Scope   []scopeLine `json:"scope"`
	Trash   []itemLine  `json:"trash"`
	Mark    []itemLine  `json:"mark"`
	Purge   []itemLine  `json:"purge"`
}

// scopeLine is a Scope in its saved form.
type scopeLine struct {
	Storage string     `json:"storage"`
	Roots   []rawBytes `json:"roots,omitempty"`
	Seen    int64      `json:"seen"`
}

// itemLine is an Item in its saved form. It has no verdict and no hash, because Execute finds these out anew.
type itemLine struct {
	Storage     string          `json:"storage"`
	Path        rawBytes        `json:"path"`
	Ref         rawBytes        `json:"ref,omitzero"` // if it is not the path
	Revision    rawBytes        `json:"revision"`
	Size        int64           `json:"size"`
	Found       string          `json:"found,omitempty"`
	Decision    policy.Decision `json:"decision"`
	Copy        *copyLine       `json:"copy,omitempty"`
	PurgeReason PurgeReason     `json:"whose,omitempty"`
	Receipt     rawBytes        `json:"receipt,omitzero"`
	Key         string          `json:"key,omitempty"`
}

// copyLine is a Copy in its saved form.
type copyLine struct {
	Storage  string   `json:"storage"`
	Path     rawBytes `json:"path"`
	Ref      rawBytes `json:"ref"`
	Revision rawBytes `json:"revision"`
	Size     int64    `json:"size"`
}

// rawBytes are bytes that are nearly always text: in JSON a string or, if they are not UTF-8, {"base64": "..."}.
type rawBytes string

// MarshalJSON returns a string if b is UTF-8, and else an object with the bytes in base64.
func (b rawBytes) MarshalJSON() ([]byte, error) {
	if utf8.ValidString(string(b)) {
		return json.Marshal(string(b))
	}
	return json.Marshal(map[string][]byte{"base64": []byte(b)})
}

// UnmarshalJSON accepts both forms.
func (b *rawBytes) UnmarshalJSON(src []byte) error {
	if len(src) > 0 && src[0] == '"' {
		return json.Unmarshal(src, (*string)(b))
	}
	var wrapped struct {
		Base64 []byte `json:"base64"`
	}
	if err := json.Unmarshal(src, &wrapped); err != nil {
		return err
	}
	*b = rawBytes(wrapped.Base64)
	return nil
}

// Save writes the plan as indented JSON. Spared, Scan and Reviewed are not part of it.
func (p *Plan) Save(w io.Writer) error {
	f := planFile{
		Version: planVersion, Made: p.Made.UTC(), Policy: p.Policy, Trash: itemLines(p.Trash),
		Mark: itemLines(p.Mark), Purge: itemLines(p.Purge),
	}
	for _, sc := range p.Scope {
		line := scopeLine{Storage: sc.Storage, Seen: sc.Seen}
		for _, root := range sc.Roots {
			line.Roots = append(line.Roots, rawBytes(root))
		}
		f.Scope = append(f.Scope, line)
	}
	enc := json.NewEncoder(w)
	// A path with < or & in it stays readable.
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(f)
}

// itemLines returns the saved forms. No items give [] and not null.
func itemLines(items []Item) []itemLine {
	lines := make([]itemLine, 0, len(items))
	for _, it := range items {
		line := itemLine{
			Storage: it.Storage, Path: rawBytes(it.Entry.Path), Revision: rawBytes(it.Entry.Revision),
			Size: it.Entry.Size, Found: it.Found, Decision: it.Decision,
			PurgeReason: it.PurgeReason, Receipt: rawBytes(it.Receipt),
			Key: it.Key,
		}
		if c := it.Copy; c != nil {
			line.Copy = &copyLine{
				c.Storage, rawBytes(c.Entry.Path), rawBytes(c.Entry.Ref), rawBytes(c.Entry.Revision), c.Entry.Size,
			}
		}
		if string(it.Entry.Ref) != it.Entry.Path {
			line.Ref = rawBytes(it.Entry.Ref)
		}
		lines = append(lines, line)
	}
	return lines
}

// IsPlan reports whether a file with this beginning is a saved plan, of any version.
func IsPlan(head []byte) bool {
	rest, ok := bytes.CutPrefix(bytes.TrimSpace(head), []byte("{"))
	return ok && bytes.HasPrefix(bytes.TrimSpace(rest), []byte(`"sweepd_plan":`))
}

// LoadPlan reads the form that Save writes, as a plan that the user has reviewed. Any other input, with unknown
// fields or trailing bytes included, is an error.
func LoadPlan(r io.Reader) (*Plan, error) {
	sum := sha256.New()
	dec := json.NewDecoder(io.TeeReader(r, sum))
	// If a field is not known here, it may change the meaning of the plan.
	dec.DisallowUnknownFields()
	var f planFile
	if err := dec.Decode(&f); err != nil {
		return nil, fmt.Errorf("not a saved plan: %w", err)
	}
	if f.Version != planVersion {
		return nil, fmt.Errorf("a saved plan of version %d; this program knows %d", f.Version, planVersion)
	}
	// This also reads r to its end, so that sum covers every byte.
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("not a saved plan: trailing data")
	}
	if f.negative() {
		return nil, errors.New("not a saved plan: negative size")
	}
	p := &Plan{
		Reviewed: true, ID: hex.EncodeToString(sum.Sum(nil)), Made: f.Made, Policy: f.Policy, Trash: items(f.Trash),
		Mark: items(f.Mark), Purge: items(f.Purge),
	}
	for _, line := range f.Scope {
		sc := Scope{Storage: line.Storage, Seen: line.Seen}
		for _, root := range line.Roots {
			sc.Roots = append(sc.Roots, string(root))
		}
		p.Scope = append(p.Scope, sc)
	}
	if len(p.Scope) == 0 {
		return nil, errors.New("not a saved plan: it names no storage")
	}
	return p, nil
}

// negative reports whether the plan has a negative number, which would lower the count against the limits.
func (f *planFile) negative() bool {
	return slices.ContainsFunc(f.Scope, func(l scopeLine) bool { return l.Seen < 0 }) ||
		slices.ContainsFunc(slices.Concat(f.Trash, f.Mark, f.Purge), func(l itemLine) bool { return l.Size < 0 })
}

// items is the inverse of itemLines. A line without a ref has its path as the ref.
func items(lines []itemLine) []Item {
	var out []Item
	for _, line := range lines {
		it := Item{
			Storage: line.Storage, Found: line.Found, Decision: line.Decision, PurgeReason: line.PurgeReason,
			Receipt: providers.Receipt(line.Receipt), Key: line.Key,
			Entry: providers.Entry{
				Ref:      providers.Ref(line.Ref),
				Revision: providers.Revision(line.Revision),
				Path:     string(line.Path),
				Size:     line.Size,
			},
		}
		if c := line.Copy; c != nil {
			it.Copy = &Copy{
				c.Storage,
				providers.Entry{
					Ref:      providers.Ref(c.Ref),
					Revision: providers.Revision(c.Revision),
					Path:     string(c.Path),
					Size:     c.Size,
				},
			}
		}
		if it.Entry.Ref == "" {
			it.Entry.Ref = providers.Ref(line.Path)
		}
		out = append(out, it)
	}
	return out
}

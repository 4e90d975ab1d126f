package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strconv"

	"github.com/sweepd/sweepd/fingerprint"
)

// hashVersion begins each encoding. A change of the encoding, or of what equal encodings mean, raises it: plans made
// before are refused then.
const hashVersion = "policy 2"

// Hash returns the SHA-256, in hex, of the part of the policy that controls deletions. It is of the meaning: policies
// that differ only in comments, in layout or in defaults that are written out have the same hash, and so has a policy
// whose texts for the user change. Any other root, rule, limit or age gives another one, and plans made under the old
// hash are refused. Mode, Reload, Schedule, Notify, Page and OpenAI do not change it, because they do not change the
// decision on any file; Links do not either, because they are of the machine.
func (p *Policy) Hash() string {
	sum := sha256.Sum256(p.encoding())
	return hex.EncodeToString(sum[:])
}

// encoding returns the meaning of the policy in a canonical form: a line for each value that is not zero, in a fixed
// order, with all texts quoted, so that different policies never give the same bytes. A later field that is zero where
// a file does not name it leaves the hashes of such files as they are.
func (p *Policy) encoding() []byte {
	e := encoder{text: []byte(hashVersion + "\n")}
	for _, name := range slices.Sorted(maps.Keys(p.Storages)) {
		e.block("storage", name, func() { e.storage(p.Storages[name]) })
	}
	for _, r := range p.Rules {
		e.block("rule", r.Name, func() { e.rule(r) })
	}
	e.number("trash_ours", int64(p.Trash.Ours))
	e.number("trash_matching", int64(p.Trash.Matching))
	e.number("trash_everything", int64(p.Trash.Everything))
	e.number("limit_files", int64(p.Limits.Files))
	e.number("limit_account_files", int64(p.Limits.AccountFiles))
	e.number("limit_bytes", p.Limits.Bytes)
	if p.Limits.Share != 0 {
		e.line("limit_share", strconv.FormatFloat(p.Limits.Share, 'g', -1, 64))
	}
	e.number("limit_window", int64(p.Limits.Window))
	e.number("limit_surge", int64(p.Limits.Surge))
	e.number("settle", int64(p.Settle))
	e.number("confirm_after", int64(p.ConfirmAfter))
	texts(&e, "protect", p.Protect)
	e.flag("last_copy", p.LastCopy)
	e.flag("copies", p.Copies)
	return e.text
}

// encoder writes an encoding. Durations are in nanoseconds.
type encoder struct{ text []byte }

// storage encodes every field of s. A field that is added to Storage belongs here too.
func (e *encoder) storage(s Storage) {
	e.quoted("type", s.Type)
	texts(e, "roots", s.Roots)
	texts(e, "exclude", s.Exclude)
	e.flag("no_purge", s.NoPurge)
	e.flag("allow_broad_root", s.AllowBroadRoot)
	e.flag("cross_mounts", s.CrossMounts)
	e.quoted("client", s.Client)
	e.quoted("account", s.Account)
	e.quoted("service_account", s.ServiceAccount)
	e.quoted("impersonate", s.Impersonate)
	texts(e, "shared_drives", s.SharedDrives)
	e.quoted("app_key", s.AppKey)
	e.quoted("member", s.Member)
	e.flag("team_space", s.TeamSpace)
	e.quoted("ask", s.Ask)
	e.flag("everyone", s.Everyone)
	texts(e, "users", s.Users)
	e.quoted("group", s.Group)
	e.quoted("query", s.Query)
	texts(e, "except", s.Except)
	e.quoted("admin", s.Admin)
	e.number("dry", int64(s.Dry))
	e.quoted("fleet", s.Fleet)
}

// rule encodes all of r but its name, which is that of the block.
func (e *encoder) rule(r Rule) {
	e.quoted("do", string(r.Do))
	e.number("grace", int64(r.Grace))
	e.quoted("ask", r.Ask)
	e.flag("mandatory", r.Mandatory)
	e.condition(r.When, r.protects())
}

// condition encodes c. Its paths are encoded with the folders that they protect, as Decide reads them.
func (e *encoder) condition(c Condition, protects bool) {
	if c.Confidence != fingerprint.None {
		e.quoted("confidence", c.Confidence.String())
	}
	texts(e, "storage", c.Storage)
	texts(e, "path", c.patterns(protects))
	texts(e, "name", c.Name)
	texts(e, "product", c.Product)
	e.number("older_than", int64(c.OlderThan))
	e.number("newer_than", int64(c.NewerThan))
	e.quoted("age_by", string(c.AgeBy))
	e.number("larger_than", c.LargerThan)
	e.number("smaller_than", c.SmallerThan)
	e.pixels("width", c.Width)
	e.pixels("height", c.Height)
	texts(e, "evidence", c.Evidence)
	e.choice("starred", c.Starred)
	texts(e, "camera", c.Camera)
	texts(e, "property", c.Property)
	e.conditions("any", c.Any, protects)
	e.conditions("all", c.All, protects)
	if c.Not != nil {
		e.conditions("not", []Condition{*c.Not}, !protects)
	}
	e.choice("derived", c.Derived)
}

// conditions encodes a list that is not nil as a block, and each element as one in it.
func (e *encoder) conditions(key string, all []Condition, protects bool) {
	if all == nil {
		return
	}
	e.block(key, "", func() {
		for _, c := range all {
			e.block("of", "", func() { e.condition(c, protects) })
		}
	})
}

// line writes a key and a value, which must have no line feed.
func (e *encoder) line(key, value string) { e.text = append(e.text, key+" "+value+"\n"...) }

// block writes the lines that inner writes between one that opens a block and one that closes it. The name is
// written even if it is "".
func (e *encoder) block(key, name string, inner func()) {
	e.line(key, strconv.Quote(name)+" {")
	inner()
	e.text = append(e.text, "}\n"...)
}

// quoted writes a text unless it is "".
func (e *encoder) quoted(key, value string) {
	if value != "" {
		e.line(key, strconv.Quote(value))
	}
}

// texts encodes a list, which may be empty, in its order.
func texts[T ~string](e *encoder, key string, values []T) {
	if len(values) == 0 {
		return
	}
	line := strconv.Itoa(len(values))
	for _, v := range values {
		line += " " + strconv.Quote(string(v))
	}
	e.line(key, line)
}

// number writes a number unless it is 0.
func (e *encoder) number(key string, n int64) {
	if n != 0 {
		e.line(key, strconv.FormatInt(n, 10))
	}
}

// flag writes a value that is true.
func (e *encoder) flag(key string, on bool) {
	if on {
		e.line(key, "true")
	}
}

// choice writes a value unless it is nil; false is written.
func (e *encoder) choice(key string, value *bool) {
	if value != nil {
		e.line(key, strconv.FormatBool(*value))
	}
}

// pixels writes a comparison unless it is zero, which requires nothing.
func (e *encoder) pixels(key string, c Pixels) {
	if c != (Pixels{}) {
		e.line(key, strconv.Quote(c.Op)+" "+strconv.Itoa(c.N))
	}
}

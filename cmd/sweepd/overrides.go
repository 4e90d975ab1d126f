package main

import (
	"context"
	"encoding/hex"
	"errors"
	"io/fs"
	"strings"
	"time"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/journal"
)

// jsonOverride is one decision of the user in force: a line of keep --list --json. A decision on a file has ref and
// modified, one on a content has sha256: never both.
type jsonOverride struct {
	Type     string      `json:"type"` // always "word"
	Word     string      `json:"word"` // "keep", "approve"
	Said     *time.Time  `json:"said"`
	Ref      string      `json:"ref,omitempty"` // of a file: the storage's ID of it
	Size     int64       `json:"size"`
	Modified *time.Time  `json:"modified,omitempty"` // of a file: as it was then
	SHA256   string      `json:"sha256,omitempty"`   // of a content
	Undo     int64       `json:"undo,omitempty"`     // the run that brought the file back; absent: the user decided
	Places   []jsonPlace `json:"places"`             // where a scan has found it
	Forget   string      `json:"forget"`             // the command that takes it back
}

// jsonPlace is a place of a file: its path in a storage.
type jsonPlace struct {
	Storage string `json:"storage"`
	Path    string `json:"path"`
}

// listOverrides lists the files that are kept or approved. If there is no record yet, nothing is; it returns any
// other error of opening it.
func (p *program) listOverrides(ctx context.Context, asJSON bool) error {
	j, err := p.journal(ctx)
	if usage, ok := errors.AsType[*app.UsageError](err); ok && usage.Err != nil && !errors.Is(err, fs.ErrPermission) {
		j, err = nil, nil // there is no record yet
	}
	if err != nil {
		return err
	}
	var all []journal.OverrideRecord
	if j != nil {
		defer j.Close()
		if all, err = j.OverrideRecords(ctx); err != nil {
			return err
		}
	}
	for _, s := range all {
		if asJSON {
			p.json(p.overrideLine(s))
			continue
		}
		p.term.printf("%-16s  %-7s  %s\n", language.When(s.At, p.now()), s.Override, p.describeOverride(s))
		p.term.printf("%27s%s\n", "", p.term.dim(p.term.in.Sprintf("to cancel: %s", p.takesBack(s))))
	}
	if len(all) == 0 && !asJSON {
		p.term.printf("nothing is kept or approved\n")
	}
	return nil
}

// overrideLine returns the line of a decision for --json. A decision on a file has its ID and time, one on a
// content its SHA-256.
func (p *program) overrideLine(s journal.OverrideRecord) jsonOverride {
	line := jsonOverride{
		Type: "word", Word: string(s.Override), Said: moment(s.At), Ref: string(s.Ref), Size: s.Content.Size,
		Undo: s.Undo, Places: []jsonPlace{}, Forget: p.takesBack(s),
	}
	if s.Ref == "" {
		line.SHA256 = hex.EncodeToString(s.Content.SHA256[:])
	} else {
		line.Modified = moment(s.Modified)
	}
	for _, at := range s.Places {
		line.Places = append(line.Places, jsonPlace{at.Storage, at.Path})
	}
	return line
}

// describeOverride returns the subject of a decision, and its origin.
func (p *program) describeOverride(s journal.OverrideRecord) string {
	var places []string
	for _, at := range s.Places {
		places = append(places, p.place(at.Storage, at.Path))
	}
	where := strings.Join(places, ", ")
	switch {
	case s.Ref == "" && where == "":
		return p.term.in.Sprintf("every file with the content of one of %s", size(s.Content.Size))
	case s.Ref == "":
		return p.term.in.Sprintf("every file with the content of %s", where)
	case where == "":
		where = safe(tilde(string(s.Ref), p.home()))
	}
	if s.Undo != 0 {
		return p.term.in.Sprintf("%s: restored by run %d", where, s.Undo)
	}
	return where
}

// takesBack returns the command that takes a decision back, quoted for a shell. A file of an account is named by its
// storage and ID, because its path may have changed. It is shown as it can be pasted.
func (p *program) takesBack(s journal.OverrideRecord) string {
	name := "sha256:" + hex.EncodeToString(s.Content.SHA256[:])
	if s.Ref != "" {
		name = string(s.Ref)
		if len(s.Places) > 0 && s.Places[0].Path != name {
			name = s.Places[0].Storage + ":" + name // of an account
		}
	}
	return "sweepd forget " + quoted(name)
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/sweepd/sweepd/export"
	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/known"
)

// learnOptions are the arguments and flags of learn. args are exports and pictures; with forget, numbers or paths of
// sources, or scans.
type learnOptions struct {
	args   []string
	list   bool
	json   bool // with list
	forget bool
}

// newLearnCmd returns the verb learn. It writes hashes to the record and changes no file.
func newLearnCmd(p *program) *cobra.Command {
	var o learnOptions
	cmd := &cobra.Command{
		Use:   "learn EXPORT.zip|FOLDER|IMAGE... | --list | --forget NUMBER|PATH...",
		Short: "learn which pictures are yours from ChatGPT's data export",
		Long: `learn reads a data export of ChatGPT, as a zip file or an unpacked folder, and
remembers the hashes of its pictures, but no picture and no text. From then on,
scan finds exactly these pictures under any name: those that ChatGPT made are
proven, and those that you uploaded are never deleted.

If an export is not complete, only the uploads in it are learnt. The export itself
is never swept.

learn IMAGE remembers a picture of which you say that it is from ChatGPT. Copies of
it are likely, unless an export says that you uploaded it.

Exit status: 1 if something could not be read, or an export is not complete, 3 if
the record is damaged or incomplete.`,
		Example: `  sweepd learn ~/Downloads/chatgpt-export.zip
  sweepd learn --list
  sweepd learn --forget 1                # the number is in the list
  sweepd learn --forget scans            # the originals that scans have verified`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.args = args
			return runLearn(cmd.Context(), p, o)
		},
	}
	cmd.Flags().BoolVar(&o.list, "list", false, "list what was learnt")
	cmd.Flags().BoolVar(&o.json, "json", false, "with --list: print one JSON object per line")
	cmd.Flags().BoolVar(&o.forget, "forget", false, "forget what was learnt")
	return cmd
}

// runLearn learns, lists or forgets. Learning needs the record itself and no storage (openRecord), so a policy that
// cannot be read does not stop it.
func runLearn(ctx context.Context, p *program, o learnOptions) error {
	switch {
	case o.list && (o.forget || len(o.args) > 0):
		return &app.UsageError{Err: errors.New("learn takes paths, --list or --forget"), Hint: "leave out the others"}
	case !o.list && len(o.args) == 0:
		return &app.UsageError{
			Err: errors.New("learn needs a data export or a picture"),
			Hint: "request the export in ChatGPT: Settings, Data controls, Export data; list what was learnt with: " +
				"sweepd learn --list",
		}
	case o.json && !o.list:
		return &app.UsageError{Err: errors.New("--json requires --list"), Hint: "sweepd learn --list --json"}
	case o.list:
		return p.listSources(ctx, o.json)
	}
	a, err := p.openRecord(ctx)
	if err != nil {
		return err
	}
	defer a.Close()
	if o.forget {
		return p.each(o.args, func(arg string) error { return p.forgetSource(ctx, a, arg) })
	}
	return p.each(o.args, func(arg string) error { return p.learn(ctx, a, arg) })
}

// learn learns from one path. It returns errTrouble after it has described an export that is not complete. Uploads in
// an incomplete export are learnt all the same, because they only protect files.
func (p *program) learn(ctx context.Context, a *app.App, path string) error {
	l, err := a.Learn(ctx, path, func(x export.Progress) {
		p.term.progress("%s of %s read, %s", size(x.Bytes), size(max(x.Total, x.Bytes)),
			count(int64(x.Images), "image"))
	})
	p.term.settle()
	if err != nil {
		return err
	}
	p.term.printf("%s: %s\n", safe(tilde(path, p.home())), p.term.text(p.learnt(l.Source)))
	if l.Uploads > 0 {
		p.warn("an export says that you uploaded this picture, so it is kept all the same")
	}
	if l.Unlooked > 0 {
		p.warn("decoding took too long for %s, so their copies are found only by their bytes",
			count(int64(l.Unlooked), "image"))
		p.hint("learn it again when the machine is less busy")
	}
	if l.Complete {
		return nil
	}
	p.warn("the export is not complete, so only the uploads in it were learnt:")
	for _, problem := range l.Problems {
		p.term.err.printf("  %s\n", safe(problem))
	}
	p.hint("download the export again, all parts of it, and learn from that")
	return errTrouble
}

// learnt returns what was learnt from a source as text.
func (p *program) learnt(s known.Source) language.Message {
	switch {
	case s.Kind == known.File:
		return language.Messagef("learnt as a picture that you say is from ChatGPT")
	case !s.Complete:
		return language.Messagef("not complete; learnt %s that you uploaded", count(int64(s.Uploaded), "image"))
	case s.Absent > 0:
		return language.Messagef("learnt %s that ChatGPT made and %s that you uploaded; named in it, but not there: %s",
			count(int64(s.Generated), "image"), count(int64(s.Uploaded), "image"),
			count(int64(s.Absent), "image"))
	}
	return language.Messagef("learnt %s that ChatGPT made and %s that you uploaded",
		count(int64(s.Generated), "image"), count(int64(s.Uploaded), "image"))
}

// scans is the name of the originals that scans have verified. A source with that path can still be named as ./scans.
const scans = "scans"

// forgetSource forgets the source of that number, or else of that path: "./1" is a path. One path can have several
// sources, if it was learnt again after a change; all of them are forgotten. It warns if uploads lose their protection,
// and returns a *app.UsageError if nothing was learnt from there.
func (p *program) forgetSource(ctx context.Context, a *app.App, arg string) error {
	if arg == scans {
		if err := a.Journal.ForgetVerified(ctx); err != nil {
			return err
		}
		p.term.printf("forgotten: the originals that scans have verified\n")
		return nil
	}
	all, err := a.Journal.Sources(ctx)
	if err != nil {
		return err
	}
	number, notNumber := strconv.ParseInt(arg, 10, 64)
	path, _ := absolute(arg)
	found := false
	for _, s := range all {
		// A number names the source of that number only, although a path may look like one: it is given as ./1.
		if notNumber == nil && s.ID != number || notNumber != nil && s.Path != path && s.Path != arg {
			continue
		}
		if err := a.Journal.Forget(ctx, s.ID); err != nil {
			return err
		}
		found = true
		p.term.printf("forgotten: %s\n", safe(tilde(s.Path, p.home())))
		if s.Uploaded > 0 {
			p.warn("no longer protected: %s that you uploaded to ChatGPT", count(int64(s.Uploaded), "image"))
		}
	}
	if !found {
		return &app.UsageError{
			Err:  fmt.Errorf("nothing was learnt from %q", safe(arg)),
			Hint: "list what was learnt with: sweepd learn --list",
		}
	}
	return nil
}

// jsonSource is one thing that was learnt: a line of learn --list --json.
type jsonSource struct {
	Type      string     `json:"type"` // "source"
	Number    int64      `json:"number"`
	Kind      string     `json:"kind"` // "export", "file"
	Path      string     `json:"path"`
	Learnt    *time.Time `json:"learnt"`
	Complete  bool       `json:"complete"`
	Generated int        `json:"generated"`
	Uploaded  int        `json:"uploaded"`
	Named     int        `json:"named"`
	Absent    int        `json:"absent"`
	Problems  []string   `json:"problems"`
	Forget    string     `json:"forget"` // the command
}

// listSources lists what was learnt. If there is no record yet, nothing was.
func (p *program) listSources(ctx context.Context, asJSON bool) error {
	j, err := p.journal(ctx)
	if usage, ok := errors.AsType[*app.UsageError](err); ok && usage.Err != nil && !errors.Is(err, fs.ErrPermission) {
		j, err = nil, nil // there is no record yet
	}
	if err != nil {
		return err
	}
	var all []known.Source
	if j != nil {
		defer j.Close()
		if all, err = j.Sources(ctx); err != nil {
			return err
		}
	}
	for _, s := range all {
		forget := fmt.Sprintf("sweepd learn --forget %d", s.ID)
		if asJSON {
			p.json(jsonSource{
				"source", s.ID, s.Kind.String(), s.Path, moment(s.Learnt), s.Complete, s.Generated, s.Uploaded, s.Named,
				s.Absent, append([]string{}, s.Problems...), forget,
			})
			continue
		}
		p.term.printf("%-16s  %s: %s\n", language.When(s.Learnt, p.now()), safe(tilde(s.Path, p.home())),
			p.term.text(p.learnt(s)))
		p.term.printf("%18s%s\n", "", p.term.dim(p.term.in.Sprintf("to forget it: %s", forget)))
	}
	if len(all) == 0 && !asJSON {
		p.term.printf("nothing was learnt\n")
	}
	return nil
}

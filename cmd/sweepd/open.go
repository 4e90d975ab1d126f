package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/language"
)

// open opens the app for a verb that takes folders and storages. Without act the storages are opened read-only: no bug
// of the verb could change a file then. The caller closes the app.
func (p *program) open(ctx context.Context, where []string, act bool) (*app.App, error) {
	o := p.options()
	o.Only, o.Act, o.Upload = where, act, true
	return p.openApp(ctx, o)
}

// openApp opens the app and prints a warning if the record cannot be relied on. Verbs that only look go on with an
// empty record; those that act, or would lose a decision, get an error from app.Open or check App.ReportOnly
// themselves.
func (p *program) openApp(ctx context.Context, o app.Options) (*app.App, error) {
	a, err := app.Open(ctx, o)
	if err == nil && a.ReportOnly != nil {
		what := language.Messagef("nothing will be deleted")
		if _, ok := errors.AsType[*app.StateError](a.ReportOnly); ok {
			what = language.Messagef("nothing will be remembered or deleted, and what you said of files is not known")
		}
		p.warn("%s: %s", what, safe(a.ReportOnly.Error()))
		_, hint := p.diagnose(a.ReportOnly)
		p.hint(hint)
	}
	if err == nil {
		p.warnDiffers(a.Differs)
		p.warnAbsent(a.Absent)
	}
	return a, err
}

// absentMost is the most accounts that are named as not swept.
const absentMost = 5

// warnAbsent warns that accounts of fleets are not swept, although nothing failed.
func (p *program) warnAbsent(all []app.Absent) {
	for _, x := range all[:min(len(all), absentMost)] {
		p.warn("%s", p.term.text(language.Messagef("%s is not swept: %s", x.Storage, x.Why)))
	}
	if more := len(all) - absentMost; more > 0 {
		p.warn("%s", p.term.text(language.Messagef("%s more are not swept; sweepd doctor names them",
			language.Count(int64(more), "account"))))
	}
}

// warnDiffers warns, once, that a service with another policy is running.
func (p *program) warnDiffers(how language.Message) {
	if !how.IsZero() && !p.warned {
		p.warned = true
		p.warn("%s", p.term.text(how))
	}
}

// openFile opens the storage that contains one file, and returns the file's name for Look. On this machine that is the
// file's folder, whichever storage of the policy it belongs to. It returns fs.ErrNotExist if there is no such file, and
// a *app.UsageError if it is a folder, a link or a device.
func (p *program) openFile(ctx context.Context, arg string) (*app.App, string, error) {
	if storage, file := app.SplitFile(p.accounts(), arg); storage != "" {
		o := p.options()
		o.Only = []string{storage}
		a, err := p.openApp(ctx, o)
		return a, file, err
	}
	path, err := absolute(arg)
	if err != nil {
		return nil, "", err
	}
	fi, err := os.Lstat(path)
	if err != nil {
		return nil, "", err
	}
	if !fi.Mode().IsRegular() {
		return nil, "", &app.UsageError{
			Err:  fmt.Errorf("%q is not a file", arg),
			Hint: "to scan a folder: sweepd scan FOLDER",
		}
	}
	o := p.options()
	o.Only, o.AnyFolder = []string{filepath.Dir(path)}, true
	a, err := p.openApp(ctx, o)
	return a, path, err
}

package main

import (
	"context"
	"path/filepath"
	"slices"
	"time"

	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/language"
)

const (
	lookTime    = 10 * time.Second // for which init looks for images at most
	maxProposed = 20               // folders that init lists
)

// look looks for folders with ChatGPT images in the home, for a limited time, and lists them. On a terminal Enter ends
// it early. It returns no folder if it cannot look, which is a warning, and the error of the context if that ended. The
// usual folders are searched first, so that a short search has the likely ones. The folders come in the order of
// app.Survey, those with the most sure images first, and at most maxProposed of them.
func (p *program) look(ctx context.Context, in *listener, a answers) (found []app.PictureFolder, err error) {
	home := p.home()
	if !filepath.IsAbs(home) {
		return nil, nil
	}
	looking, stop := context.WithTimeout(ctx, lookTime)
	if isTerminal(p.stdin) {
		looking, stop = in.until(ctx, lookTime)
	}
	var first []string
	for _, folder := range p.defaultFolders(fromSearch) {
		first = append(first, p.expand(folder))
	}
	p.lookedAt(0, 0)
	s, err := p.options().Survey(looking, first, p.lookedAt)
	stop()
	p.term.settle()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		p.warn("could not search for images: %s", safe(err.Error()))
		return nil, nil
	}
	found = slices.DeleteFunc(s.Folders, func(f app.PictureFolder) bool { return !p.nameable(f.Path, a) })
	p.printFound(s, found)
	return found[:min(len(found), maxProposed)], nil
}

// lookedAt shows the progress of the search; app.Survey calls it.
func (p *program) lookedAt(seen, found int64) {
	p.term.progress("searching for ChatGPT images, at most %v: %s, %d found; Enter stops", lookTime,
		count(seen, "file"), found)
}

// nameable reports whether a policy, and a command for a shell, can name the folder.
func (p *program) nameable(folder string, a answers) bool {
	a.Folders = []string{folder}
	return safe(folder) == folder && p.fits(a) == nil
}

// printFound lists the folders with numbers. The numbers are those that takeFolders understands. Images outside of the
// folders are only counted, so that the user does not miss them in silence.
func (p *program) printFound(s app.Survey, found []app.PictureFolder) {
	where := language.Messagef("in your home")
	if s.Partial {
		where = language.Messagef("so far: the search was stopped after %s", count(s.Seen, "file"))
	}
	if len(found) == 0 && s.Others == 0 {
		p.term.show("no ChatGPT images were found %s\n", where)
		return
	}
	p.term.show("ChatGPT images were found %s\n", where)
	for i, f := range found[:min(len(found), maxProposed)] {
		names := ""
		if byName := f.Images - f.Sure; byName > 0 {
			names = p.term.in.Sprintf(", %d of them by name only", byName)
		}
		p.term.show("  %2d  %s: %s%s\n", i+1, tilde(f.Path, p.home()), count(f.Images, "image"), names)
	}
	if more := len(found) - maxProposed; more > 0 {
		p.term.show("      and %s with fewer images\n", count(int64(more), "more folder"))
	}
	if s.Others > 0 {
		p.term.show("      and %s where sweepd proposes no folder: your home itself, and folders of "+
			"programs, libraries, Git and snapshots\n", count(s.Others, "image"))
	}
}

// sureFolders returns the folders with images that are strong or proven. They are the default of Enter: a name alone is
// not enough to propose a folder.
func (p *program) sureFolders(found []app.PictureFolder) (folders []string) {
	for _, f := range found {
		if f.Sure > 0 {
			folders = append(folders, tilde(f.Path, p.home()))
		}
	}
	return folders
}

// suggestPolicy prints the command that writes a policy for the folders in which a scan found images, if there are any
// to propose. It does not ask: a scan changes nothing, and a script that scans may have no user to answer.
func (p *program) suggestPolicy(by map[string]app.PictureFolder) {
	folders, _ := p.options().Propose(by)
	folders = slices.DeleteFunc(folders, func(f app.PictureFolder) bool { return safe(f.Path) != f.Path })
	if len(folders) == 0 || len(folders) > maxProposed {
		return
	}
	command := "sweepd init"
	for _, f := range folders {
		command += " --folder " + p.quotedPath(f.Path)
	}
	what := language.Messagef("this folder")
	if n := len(folders); n > 1 {
		what = language.Messagef("these %d folders", n)
	}
	p.term.printf("to write a policy for %s: %s\n", what, p.term.bold(command))
}

package dropbox

import (
	"context"
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox/files"

	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/providers"
)

// since gives what changed. If that cannot be found out file by file - a folder is gone, with everything in it - it
// returns providers.ErrExpired: everything has to be listed again, which costs no download.
func (l *listing) since(since providers.Cursor) error {
	c, err := l.d.decode(since)
	if err != nil {
		return err
	}
	if err := c.Certain(); err != nil {
		return err
	}
	next := c
	next.Places = map[string]string{}
	for _, r := range l.d.roots {
		place, err := l.d.pages(l.ctx, nil, c.Places[r.name],
			func(m files.IsMetadata) error { return l.change(&next, m) })
		if hasTag(err, "reset") || hasTag(err, "path") { // "path": the root itself is gone
			err = fmt.Errorf("%w (%w)", providers.ErrExpired, err)
		}
		if err != nil {
			return err
		}
		next.Places[r.name] = place
	}
	return l.Give(providers.Change{Next: next.encode(), Seen: next.Known()})
}

// change gives one change, and counts it.
func (l *listing) change(next *cursor, m files.IsMetadata) error {
	switch m := m.(type) {
	case *file:
		p, _, ok := l.d.place(m.PathLower, m.PathDisplay)
		if !ok || !l.d.o.Interest(m.Name) {
			return nil
		}
		// It may have been swept in an earlier state.
		if !l.d.sweeps(m) {
			return l.gone(next, m.PathLower)
		}
		l.d.stats.Forget(providers.Ref(m.PathLower))
		next.Came()
		return l.Give(providers.Change{Entry: entry(m, p)})
	case *files.FolderMetadata: // a file at that path no longer exists
		if _, _, ok := l.d.place(m.PathLower, m.PathDisplay); ok && likelyFile(m.Name) && l.d.o.Interest(m.Name) {
			return l.gone(next, m.PathLower)
		}
		return nil
	case *files.DeletedMetadata:
		return l.deleted(next, m)
	}
	return fmt.Errorf("%w: a change is listed of a kind that is not known", providers.ErrExpired)
}

// questions is how often a pass asks whether a deleted path was a file.
const questions = 25

// deleted gives a deleted file. When a folder is deleted or moved, Dropbox names only the folder: "if your local
// state has something at the given path, remove it and all its children", states the reference. deleted finds out by
// the name, or by the revisions, whether it was a file.
func (l *listing) deleted(next *cursor, m *files.DeletedMetadata) error {
	if m.PathLower == "" {
		return fmt.Errorf("%w: something is gone that has no path", providers.ErrExpired)
	}
	if _, _, ok := l.d.place(m.PathLower, m.PathDisplay); !ok && !l.holdsRoot(m.PathLower) {
		return nil
	}
	interesting := l.d.o.Interest(m.Name)
	if !interesting || !likelyFile(m.Name) {
		if l.asked++; l.asked > questions || !l.wasFile(m.PathLower) {
			return fmt.Errorf("%w: a folder is gone, or may be", providers.ErrExpired)
		}
	}
	if !interesting {
		return nil
	}
	return l.gone(next, m.PathLower)
}

// holdsRoot reports whether the path is a root, or above one.
func (l *listing) holdsRoot(lower string) bool {
	for _, r := range l.d.roots {
		if r.lower == lower || strings.HasPrefix(r.lower, lower+"/") {
			return true
		}
	}
	return false
}

// wasFile reports whether Dropbox remembers a file at the path.
func (l *listing) wasFile(lower string) bool {
	got, err := l.d.revisions(l.ctx, lower, 1)
	return err == nil && len(got.Entries) > 0
}

// likelyFile reports whether the name has a file's extension: ".png", ".txt".
func likelyFile(name string) bool {
	ext := path.Ext(name)
	// At most five characters follow the dot, and at least one is before it.
	if len(ext) < 2 || len(ext) > 6 || len(ext) == len(name) {
		return false
	}
	letters := 0
	for _, c := range ext[1:] {
		switch {
		case 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z':
			letters++
		case c < '0' || '9' < c:
			return false
		}
	}
	return letters > 0
}

// gone gives a file that is not there any more, and counts it.
func (l *listing) gone(next *cursor, lower string) error {
	next.Went()
	l.d.stats.Forget(providers.Ref(lower))
	return l.Give(providers.Change{Entry: providers.Entry{Ref: providers.Ref(lower)}, Gone: true})
}

// Wait implements providers.Driver by list_folder/longpoll, which Dropbox answers when something changes, or after
// eight minutes; one call for each root.
func (d *Driver) Wait(ctx context.Context, since providers.Cursor) error {
	c, err := d.decode(since)
	if err != nil {
		return ctx.Err() // Changes returns the error
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	// It has room for every poll, because only the first one is waited for.
	news := make(chan error, len(d.roots))
	for _, r := range d.roots {
		go func() { news <- d.poll(ctx, c.Places[r.name]) }()
	}
	return <-news
}

// pollFor is how long Dropbox is asked to wait, in seconds; it is the most that Dropbox accepts.
const pollFor = 480

// poll waits for a change after one cursor.
func (d *Driver) poll(ctx context.Context, at string) error {
	arg := files.NewListFolderLongpollArg(at)
	arg.Timeout = pollFor
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		got, err := cloudhttp.Answered(d.notify.ListFolderLongpollContext(ctx, arg))
		if hasTag(err, "reset") {
			return nil // Changes returns the error
		}
		if err != nil {
			return err
		}
		if got.Changes {
			return nil
		}
		// backoff is how many seconds Dropbox wants to be left alone for; see list_folder/longpoll in its
		// reference.
		if err := d.o.Sleep(ctx, time.Duration(min(got.Backoff, 3600))*time.Second); err != nil {
			return err
		}
	}
}

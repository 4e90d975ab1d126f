package gdrive

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"time"

	"google.golang.org/api/drive/v3"

	"sweepd/internal/cloud/cloudhttp"
	"sweepd/providers"
)

// statTTL is how long the result of one request for a file is reused: Storage calls Stat and Guards and then Trash. If
// the file changes meanwhile, the comparison of Trash's answer finds out.
const statTTL = time.Second

// statCache holds the latest results of Stat.
type statCache struct {
	now func() time.Time
	mu  sync.Mutex
	all map[providers.Ref]cachedStat
}

type cachedStat struct {
	f  *drive.File
	at time.Time
}

// maxStats is the number at which old results are removed.
const maxStats = 1000

func (l *statCache) get(ref providers.Ref) *drive.File {
	l.mu.Lock()
	defer l.mu.Unlock()
	if one, ok := l.all[ref]; ok && l.isFresh(one) {
		return one.f
	}
	return nil
}

func (l *statCache) isFresh(one cachedStat) bool {
	age := l.now().Sub(one.at)
	return 0 <= age && age < statTTL
}

func (l *statCache) put(ref providers.Ref, f *drive.File, at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.all == nil {
		l.all = map[providers.Ref]cachedStat{}
	}
	if len(l.all) >= maxStats {
		for ref, one := range l.all {
			if !l.isFresh(one) {
				delete(l.all, ref)
			}
		}
	}
	l.all[ref] = cachedStat{f, at}
}

func (l *statCache) forget(ref providers.Ref) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.all, ref)
}

// recent returns the file as it is, or was within the last second.
func (d *Driver) recent(ctx context.Context, ref providers.Ref) (*drive.File, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if f := d.stats.get(ref); f != nil {
		return f, nil
	}
	return d.look(ctx, ref)
}

// look asks for the file as it is now. It returns fs.ErrNotExist if Drive has no such file, or does not show it to
// this account.
func (d *Driver) look(ctx context.Context, ref providers.Ref) (*drive.File, error) {
	if !fileID.MatchString(string(ref)) {
		return nil, fmt.Errorf("%w: %q is no id of a file in Google Drive", providers.ErrOutside, ref)
	}
	at := d.o.Now() // before the request: the answer may be as old as that
	f, err := cloudhttp.Answered(d.api.Files.Get(string(ref)).SupportsAllDrives(true).Fields(field).Context(ctx).Do())
	if errors.Is(err, cloudhttp.Missing) {
		return nil, fmt.Errorf("%w (%w)", fs.ErrNotExist, err)
	}
	if err != nil {
		return nil, err
	}
	if f.Id != string(ref) {
		return nil, fmt.Errorf("asked for the file %s, got %q", ref, f.Id)
	}
	d.stats.put(ref, f, at)
	return f, nil
}

// present returns the file and its entry, as recent does, if it is swept; else fs.ErrNotExist, also for a file in the
// trash. It does not look at the roots.
func (d *Driver) present(ctx context.Context, ref providers.Ref) (*drive.File, providers.Entry, error) {
	f, err := d.recent(ctx, ref)
	if err != nil {
		return nil, providers.Entry{}, err
	}
	if !d.image(f) {
		return nil, providers.Entry{},
			fmt.Errorf("it is in the trash, or no image of this account's own: %w", fs.ErrNotExist)
	}
	p, err := d.path(ctx, f, statTTL)
	if err != nil {
		return nil, providers.Entry{}, fmt.Errorf("find the folder that it is in: %w", err)
	}
	return f, d.entry(f, p), nil
}

// Stat implements providers.Driver.
func (d *Driver) Stat(ctx context.Context, ref providers.Ref) (providers.Entry, error) {
	_, e, err := d.present(ctx, ref)
	if err == nil && !d.swept(e.Path) {
		err = fmt.Errorf("it is in none of the roots: %w", fs.ErrNotExist)
	}
	if err != nil {
		return providers.Entry{}, err
	}
	return e, nil
}

// Guards implements providers.Driver. A locked file is held whether or not that guard is asked for, and so is a file
// that a person took out of the trash: the note of the move is still on it, which a restore would have removed.
func (d *Driver) Guards(
	ctx context.Context, ref providers.Ref, rev providers.Revision, of []providers.Guard,
) ([]providers.Held, error) {
	f, e, err := d.present(ctx, ref)
	if err != nil {
		return nil, err
	}
	if e.Revision != rev {
		return nil, providers.ErrChanged
	}
	var held []providers.Held
	for _, guard := range of {
		switch {
		case guard == providers.GuardTagged && f.Starred:
			held = append(held, providers.Held{Guard: guard, Why: "it has a star"})
		case guard == providers.GuardShared && shared(f):
			held = append(held, providers.Held{Guard: guard, Why: "it is shared with other people"})
		}
	}
	if f.AppProperties[keyProperty] != "" {
		held = append(held, providers.Held{
			Guard: providers.GuardTagged, Why: "somebody took it out of the trash, where sweepd had put it",
		})
	}
	if why := locked(f); why != "" {
		held = append(held, providers.Held{Guard: providers.GuardLocked, Why: why})
	}
	around, err := d.heldAround(ctx, f, of)
	return append(held, around...), err
}

package dropbox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"time"

	"github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox/files"

	"sweepd/internal/cloud/cloudhttp"
	"sweepd/providers"
)

// statTTL is how long the result of one request for a file is reused: Storage calls Stat and Guards and then Trash. If
// the file changes meanwhile, Dropbox refuses to delete it.
const statTTL = time.Second

// statCache holds the latest results of Stat.
type statCache struct {
	now func() time.Time
	mu  sync.Mutex
	all map[providers.Ref]cachedStat
}

type cachedStat struct {
	f  *file
	at time.Time
}

// maxStats is the number at which old results are removed.
const maxStats = 1000

func (l *statCache) get(ref providers.Ref) *file {
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

func (l *statCache) put(ref providers.Ref, f *file, at time.Time) {
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
func (d *Driver) recent(ctx context.Context, ref providers.Ref) (*file, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if f := d.stats.get(ref); f != nil {
		return f, nil
	}
	return d.look(ctx, ref)
}

// look asks for the file that is at the path now; fs.ErrNotExist if there is none, or a folder.
func (d *Driver) look(ctx context.Context, ref providers.Ref) (*file, error) {
	if ref == "" || ref[0] != '/' {
		return nil, fmt.Errorf("a file without a path: %w", fs.ErrNotExist)
	}
	at := d.o.Now() // before the request: the answer may be as old as that
	arg := files.NewGetMetadataArg(string(ref))
	arg.IncludeHasExplicitSharedMembers = true
	got, err := cloudhttp.Answered(d.files.GetMetadataContext(ctx, arg))
	if errors.Is(err, cloudhttp.Missing) {
		return nil, fmt.Errorf("%w (%w)", fs.ErrNotExist, err)
	}
	if err != nil {
		return nil, err
	}
	f, ok := got.(*file)
	if !ok {
		return nil, fmt.Errorf("it is not a file: %w", fs.ErrNotExist)
	}
	if f.PathLower != string(ref) {
		return nil, fmt.Errorf("asked for the file %q, got %q", ref, f.PathLower)
	}
	d.stats.put(ref, f, at)
	return f, nil
}

// present returns the file and its entry, as recent does, if it is swept; else fs.ErrNotExist.
func (d *Driver) present(ctx context.Context, ref providers.Ref) (*file, providers.Entry, error) {
	f, err := d.recent(ctx, ref)
	if err != nil {
		return nil, providers.Entry{}, err
	}
	p, _, ok := d.place(f.PathLower, f.PathDisplay)
	if !ok || !d.sweeps(f) {
		return nil, providers.Entry{},
			fmt.Errorf("it is in none of the roots, or nothing that is swept: %w", fs.ErrNotExist)
	}
	return f, entry(f, p), nil
}

// Stat implements providers.Driver.
func (d *Driver) Stat(ctx context.Context, ref providers.Ref) (providers.Entry, error) {
	_, e, err := d.present(ctx, ref)
	return e, err
}

// Guards implements providers.Driver. A locked file is held whether or not that guard is asked for. Dropbox does not
// report whether a shared link leads to a file.
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
		if why := shared(f); guard == providers.GuardShared && why != "" {
			held = append(held, providers.Held{Guard: guard, Why: why})
		}
	}
	if why := locked(f); why != "" {
		held = append(held, providers.Held{Guard: providers.GuardLocked, Why: why})
	}
	around, err := d.heldAround(ctx, f, of)
	return append(held, around...), err
}

package providertest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/sweepd/sweepd/providers"
)

// receipt returns a Memory receipt: the file's ref and the revision that it has in the bin. A receipt of an earlier
// stay in the bin therefore differs from that of the present one.
func receipt(ref providers.Ref, f *file) providers.Receipt {
	return providers.Receipt(string(ref) + "@" + string(f.revision()))
}

// Trash implements providers.Driver. A repeated call with the key that has moved the file returns the same receipt.
func (m *Memory) Trash(
	ctx context.Context, key string, ref providers.Ref, rev providers.Revision,
) (providers.Receipt, error) {
	m.a.mu.Lock()
	defer m.a.mu.Unlock()
	if f := m.a.files[ref]; f != nil && f.trashed && !f.away && f.key == key {
		return receipt(ref, f), nil
	}
	f, err := m.atRevision(ctx, ref, rev)
	if err != nil {
		return "", err
	}
	// There is no clock here, so a file is deleted at the time when it was modified.
	f.trashed, f.key, f.deleted = true, key, f.modified
	delete(m.a.paths, f.path)
	m.a.note(ref, f)
	return receipt(ref, f), nil
}

// Settle implements providers.Driver.
func (m *Memory) Settle(
	ctx context.Context, key string, ref providers.Ref, _ providers.Revision,
) (providers.Receipt, error) {
	m.a.mu.Lock()
	defer m.a.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return "", err
	}
	if f := m.a.files[ref]; f != nil && f.trashed && !f.away && f.key == key {
		return receipt(ref, f), nil
	}
	return "", fmt.Errorf("%s was not moved: %w", ref, fs.ErrNotExist)
}

// Restore implements providers.Driver. A file that is in its place already is returned as it is, so that an undo can be
// repeated. It returns fs.ErrExist if another file has the path.
func (m *Memory) Restore(ctx context.Context, r providers.Receipt) (providers.Entry, error) {
	m.a.mu.Lock()
	defer m.a.mu.Unlock()
	ref, f, err := m.of(ctx, r)
	if err != nil {
		return providers.Entry{}, err
	}
	if !f.trashed {
		return m.a.entry(ref, f), nil
	}
	if receipt(ref, f) != r {
		return providers.Entry{}, providers.ErrChanged
	}
	if _, other := m.a.at(f.path); other != nil {
		return providers.Entry{}, fmt.Errorf("%s: %w", f.path, fs.ErrExist)
	}
	f.trashed = false
	m.a.paths[f.path] = ref
	m.a.note(ref, f)
	return m.a.entry(ref, f), nil
}

// Purge implements providers.Driver. It returns providers.ErrChanged for a receipt of an earlier stay in the bin.
func (m *Memory) Purge(ctx context.Context, r providers.Receipt) error {
	m.a.mu.Lock()
	defer m.a.mu.Unlock()
	_, f, err := m.of(ctx, r)
	switch {
	case err != nil:
		return err
	case !f.trashed:
		return fmt.Errorf("%s is not in the trash: %w", f.path, fs.ErrNotExist)
	case receipt(m.refOf(f), f) != r:
		return providers.ErrChanged
	}
	f.away = true
	return nil
}

// Gone implements providers.Driver.
func (m *Memory) Gone(ctx context.Context, r providers.Receipt) (bool, error) {
	m.a.mu.Lock()
	defer m.a.mu.Unlock()
	_, f, err := m.of(ctx, r)
	if err != nil {
		return errors.Is(err, fs.ErrNotExist), ctx.Err()
	}
	return !f.trashed, nil
}

// of returns the file of the receipt, in the bin or restored from it; else fs.ErrNotExist.
func (m *Memory) of(ctx context.Context, r providers.Receipt) (providers.Ref, *file, error) {
	if err := ctx.Err(); err != nil {
		return "", nil, err
	}
	ref, _, ok := strings.Cut(string(r), "@")
	f := m.a.files[providers.Ref(ref)]
	if !ok || f == nil || f.away {
		return "", nil, fmt.Errorf("%s: %w", r, fs.ErrNotExist)
	}
	return providers.Ref(ref), f, nil
}

// refOf returns the ref of a file; "" if the Account does not have it.
func (m *Memory) refOf(f *file) providers.Ref {
	for ref, g := range m.a.files {
		if f == g {
			return ref
		}
	}
	return ""
}

// Trashed implements providers.Driver. It lists the bin of the moment of the call, by ref, with what other programs
// have put there.
func (m *Memory) Trashed(ctx context.Context) iter.Seq2[providers.Trashed, error] {
	return func(yield func(providers.Trashed, error) bool) {
		m.a.mu.Lock()
		var bin []providers.Trashed
		for _, ref := range slices.Sorted(maps.Keys(m.a.files)) {
			if f := m.a.files[ref]; f.trashed && !f.away {
				t := providers.Trashed{Receipt: receipt(ref, f), Path: f.path, Size: int64(len(f.content))}
				if !m.a.undated {
					t.Deleted, t.Since = f.deleted, f.deleted
				}
				bin = append(bin, t)
			}
		}
		m.a.mu.Unlock()
		for _, t := range bin {
			if ctx.Err() != nil {
				yield(providers.Trashed{}, ctx.Err())
				return
			}
			if !yield(t, nil) {
				return
			}
		}
	}
}

// ReadTrashed implements providers.Driver.
func (m *Memory) ReadTrashed(ctx context.Context, r providers.Receipt, off, n int64) (io.ReadCloser, error) {
	m.a.mu.Lock()
	defer m.a.mu.Unlock()
	ref, f, err := m.of(ctx, r)
	switch {
	case err != nil:
		return nil, err
	case !f.trashed:
		return nil, fmt.Errorf("%s is not in the trash: %w", f.path, fs.ErrNotExist)
	case receipt(ref, f) != r:
		return nil, providers.ErrChanged
	}
	return m.a.part(f, off, n), nil
}

// EmptyTrash implements providers.Driver.
func (m *Memory) EmptyTrash(ctx context.Context) error {
	m.a.mu.Lock()
	defer m.a.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	for _, f := range m.a.files {
		f.away = f.away || f.trashed
	}
	return nil
}

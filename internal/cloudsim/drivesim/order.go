package drivesim

import (
	"cmp"
	"slices"
	"strings"
)

// orders are the supported keys of orderBy.
var orders = map[string]func(a, b *file) int{
	"name":         func(a, b *file) int { return cmp.Compare(strings.ToLower(a.name), strings.ToLower(b.name)) },
	"name_natural": func(a, b *file) int { return cmp.Compare(strings.ToLower(a.name), strings.ToLower(b.name)) },
	"createdTime":  func(a, b *file) int { return a.created.Compare(b.created) },
	"modifiedTime": func(a, b *file) int { return a.modified.Compare(b.modified) },
	"folder":       func(a, b *file) int { return cmp.Compare(rank(a), rank(b)) },
	"quotaBytesUsed": func(a, b *file) int {
		return cmp.Compare(a.bytes(), b.bytes())
	},
}

// rank sorts folders first.
func rank(f *file) int {
	if f.folder() {
		return 0
	}
	return 1
}

// bytes returns the size for quotaBytesUsed, 0 for all but blobs.
func (f *file) bytes() int64 {
	if !f.blob() {
		return 0
	}
	return f.content.Size()
}

// sorting reads orderBy: keys with commas between them, each with an optional asc or desc. An unknown key is
// refused with 400.
func (l *listing) sorting() error {
	by := l.c.q.Get("orderBy")
	if by == "" {
		return nil
	}
	for key := range strings.SplitSeq(by, ",") {
		words := strings.Fields(key)
		if len(words) == 0 || len(words) > 2 || orders[words[0]] == nil ||
			len(words) == 2 && words[1] != "desc" && words[1] != "asc" {
			return invalid("orderBy", "Invalid Value")
		}
		l.order = append(l.order, strings.TrimSuffix(strings.Join(words, " "), " asc"))
	}
	return nil
}

// sorted is page for a sorted listing, in which a place is a count of files. A file that is made or deleted
// between two pages can therefore repeat or hide another, as with any listing by offset: a client that must see
// all files does not set orderBy.
func (l *listing) sorted(list []*file) (page []*file, next int64, err error) {
	var all []*file
	for _, f := range list {
		if l.within(f) && l.expr.Match(view{f, l.c.a, l.c.client, l.c.d}) {
			all = append(all, f)
		}
	}
	slices.SortStableFunc(all, func(a, b *file) int {
		for _, key := range l.order {
			name, desc := strings.CutSuffix(key, " desc")
			if n := orders[name](a, b); n != 0 && desc {
				return -n
			} else if n != 0 {
				return n
			}
		}
		return 0
	})
	from := min(int(l.from), len(all))
	if to := from + l.size; to < len(all) {
		return all[from:to], int64(to), nil
	}
	return all[from:], 0, nil
}

package app

import (
	"context"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/policy"
)

// mostLooked is the number of files and folders that Unmatched looks at.
const mostLooked = 200_000

// Unmatched returns the patterns by which the policy protects files of this machine and that match no file or folder
// below its roots now: a folder with another name is not protected. It looks at names alone, and returns none if
// there are more than mostLooked.
func Unmatched(ctx context.Context, p *policy.Policy) []policy.Protection {
	rest, looked := p.Protections(), 0
	for _, name := range slices.Sorted(maps.Keys(p.Storages)) {
		if p.Storages[name].Remote() {
			continue
		}
		for _, root := range p.RealRoots(name) {
			_ = filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
				if looked++; len(rest) == 0 || looked > mostLooked || ctx.Err() != nil {
					return fs.SkipAll
				}
				rest = slices.DeleteFunc(rest, func(x policy.Protection) bool {
					return x.Matches(root, filepath.ToSlash(path))
				})
				return nil // an unreadable folder has no names to match
			})
		}
	}
	if looked > mostLooked || ctx.Err() != nil {
		return nil
	}
	return rest
}

// unmatched returns the finding for a pattern that matches nothing. A pattern for a folder of that name anywhere
// ("**/") is no warning: it may be written before there is one.
func unmatched(x policy.Protection) Finding {
	f := Finding{Storage: x.Storage, Check: "protection", State: Well, Text: language.Messagef("%s matches nothing", x)}
	if !strings.HasPrefix(x.Pattern, "**/") {
		f.State, f.Hint = Warn, language.Messagef("compare it with the folder names; case matters")
	}
	return f
}

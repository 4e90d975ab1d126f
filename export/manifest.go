package export

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// manifest is export_manifest.json, of 2026. The other known fields, manifest_file and export_files, are not read.
type manifest struct {
	Version int `json:"version"`
	// LogicalFiles has the real files of each file that an export had before it was split.
	LogicalFiles map[string]struct {
		Files []string `json:"files"`
	} `json:"logical_files"`
}

// manifests reads all manifests, checks that their files are present, and returns the logical names of these by their
// paths.
func (x *reader) manifests(members []member) map[string]string {
	listed := map[string]string{}
	at := map[string]manifest{} // by folder
	for _, m := range members {
		if path.Base(m.path) != manifestFile || m.personal() {
			continue
		}
		x.json(m, func(s *stream) error {
			var list manifest
			if err := s.value(&list); err != nil {
				return err
			}
			at[path.Dir(m.path)] = list
			if list.Version != 1 {
				return fmt.Errorf("%w: version %d of the manifest", ErrMalformed, list.Version)
			}
			return nil
		})
	}
	x.present(members, at, listed)
	return listed
}

// present checks that the files of the manifests at these folders are present, and adds them to listed. A file may also
// be in another part of the export that has no manifest.
func (x *reader) present(members []member, at map[string]manifest, listed map[string]string) {
	have := map[string]bool{}
	spread := map[string]bool{} // base names in folders without a manifest
	for _, m := range members {
		have[m.path] = true
		if _, own := at[path.Dir(m.path)]; !own && !m.personal() {
			spread[path.Base(m.path)] = true
		}
	}
	for _, dir := range sorted(at) {
		for _, logical := range sorted(at[dir].LogicalFiles) {
			for _, file := range at[dir].LogicalFiles[logical].Files {
				if len(listed) >= x.limits.Members {
					x.problem(path.Join(dir, manifestFile), ErrTooMany)
					return
				}
				full := strings.TrimPrefix(dir+"/"+file, "./")
				listed[full] = logical
				if !have[full] && !spread[file] {
					x.problem(full, ErrMissing)
				}
			}
		}
	}
}

// sorted returns the keys of m in order.
func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

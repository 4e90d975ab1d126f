//go:build !linux

package watch

// watchMounts sends nothing: on this system the next listing finds new mounts.
func watchMounts(chan<- struct{}) (end func()) { return func() {} }

// mountsBelow returns nothing: mounts are not watched on this system.
func mountsBelow([]*root) (string, error) { return "", nil }

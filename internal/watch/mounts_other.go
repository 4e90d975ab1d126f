//go:build !linux

package watch

// watchMounts sends nothing: what is mounted here is found by the next listing.
func watchMounts(chan<- struct{}) (end func()) { return func() {} }

func mountsBelow([]*root) (string, error) { return "", nil }

//go:build !linux

package local

// memory is empty: there are no guards on this system.
type memory struct{}

//go:build !linux

package local

// memory is what the guards have read; there are none here.
type memory struct{}

//go:build !linux

package xdgtrash

import "github.com/sweepd/sweepd/internal/disk"

// ResolveHome returns the path of the home trash with the links in its parents resolved.
func ResolveHome(path string) string { return disk.ResolvedParent(path) }

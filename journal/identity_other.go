//go:build !unix

package journal

import "io/fs"

// identity returns "", because the system has no number for a file.
func identity(fs.FileInfo) string { return "" }

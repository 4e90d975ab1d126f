//go:build !unix

package notify

import "os"

func openFile(path string) (*os.File, error) { return os.Open(path) }

// strangers returns false: the owner of a file is not known on this system.
func strangers(os.FileInfo) bool { return false }

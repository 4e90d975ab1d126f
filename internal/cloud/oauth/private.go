package oauth

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// ReadPrivate reads a file that contains secrets. It returns ErrExposed if anyone but its owner could have read it,
// or if its owner is neither the user nor root. It checks the open file, so that it reads the one that it checked.
// More than 64 KiB is an error.
func ReadPrivate(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	fi, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !fi.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no file", path)
	}
	if err := private(path, fi); err != nil {
		return nil, err
	}
	const most = 64 << 10
	b, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && len(b) > most {
		err = errors.New(path + " is too large")
	}
	return b, err
}

package app

import (
	"sweepd/internal/dropbox"
	"sweepd/internal/google"
)

// Hint is what a person can do about an error of an account, whichever service it
// is of; "" where nothing is known that would help.
func Hint(err error) string {
	if dropbox.Ours(err) {
		return dropbox.Hint(err)
	}
	return google.Hint(err)
}

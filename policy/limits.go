package policy

import (
	"fmt"
	"time"

	"github.com/sweepd/sweepd/internal/language"
)

// shareFrom is the fewest files for which a share is checked: half of three files is no reason to stop.
const shareFrom = 20

// surgeFrom is the most files that are never a surge: ten times the one file of a usual day is no reason to stop.
const surgeFrom = 50

// Limits bound the operations of all runs within a window of time. The zero value permits nothing.
type Limits struct {
	Files int // most files that may be trashed, or purged
	// AccountFiles is the same for each account of a fleet; 0: it has no limit of its own.
	AccountFiles int
	Bytes        int64         // most bytes of these files
	Share        float64       // largest part of all files under a storage's roots, 0 to 1
	Window       time.Duration // the period for Files, Bytes and Share
	Surge        int           // most times the files of a usual day before the user must confirm; 0: off
}

// Check returns a clause for each limit that a window exceeds. files and bytes count the due operations and those
// already done. seen is the number of files under the storage's roots; 0 disables the share. It returns nil if the
// window is within the limits.
func (l Limits) Check(files int, bytes, seen int64) []string {
	var over []string
	if files > l.Files {
		over = append(over, fmt.Sprintf("%s, over the limit of %d", language.CountPlainly(int64(files), "file"),
			l.Files))
	}
	// A sum below zero has overflowed, and exceeds every limit.
	if bytes > l.Bytes || bytes < 0 {
		over = append(over, fmt.Sprintf("%s, over the limit of %s", language.ExactSize(bytes),
			language.ExactSize(l.Bytes)))
	}
	if l.OverShare(files, seen) {
		over = append(over,
			fmt.Sprintf("%d of %s, over the limit of %s", files, language.CountPlainly(seen, "file"),
				language.Percent(l.Share)))
	}
	return over
}

// OverAccount reports whether that many files exceed the limit of each account of a fleet. It reports false for a
// storage that is none.
func (p *Policy) OverAccount(storage string, files int) bool {
	st, _ := p.Storage(storage)
	return st.Fleet != "" && p.Limits.AccountFiles > 0 && files > p.Limits.AccountFiles
}

// OverShare reports whether that many files exceed the share of those seen under the storage's roots. It reports
// false if seen is below 20.
func (l Limits) OverShare(files int, seen int64) bool {
	// Division makes 29 of 100 exactly 29%. The negation also makes a Share that is not a number exceeded.
	return seen >= shareFrom && !(float64(files)/float64(seen) <= l.Share)
}

// Surging reports whether the files in a window far exceed those of a usual day, so that the user should look first.
// It reports false for 50 files or fewer, and if Surge is 0.
func (l Limits) Surging(files, usual int) bool {
	// Division avoids an overflow.
	return l.Surge > 0 && files > surgeFrom && (files-1)/l.Surge >= max(usual, 1)
}

package policy

import (
	"fmt"
	"time"
)

// shareFrom is the fewest files of which a share is worth counting: half of
// three files is no alarm.
const shareFrom = 20

// surgeFrom is the most files of which a surge is no matter: ten times the one
// file of a usual day is no alarm.
const surgeFrom = 50

// Limits bound what is done in a window of time, by however many runs. The
// zero value permits nothing.
type Limits struct {
	Files  int           // how many files may be trashed, or purged
	Bytes  int64         // how large they may be together
	Share  float64       // how much of all files under a storage's roots, 0 to 1
	Window time.Duration // the time that Files, Bytes and Share are for
	Surge  int           // how many times the files of a usual day are too many without a person; 0 for off
}

// Check says, a clause each, why a window with so many files and bytes is over
// the limits: those that are due and those done already. seen is how many files
// the storage has under its roots, and 0 leaves the share out. Nothing is said
// of a window within the limits.
func (l Limits) Check(files int, bytes, seen int64) []string {
	var over []string
	if files > l.Files {
		over = append(over, fmt.Sprintf("%s, over the limit of %d", count(int64(files), "file"), l.Files))
	}
	if bytes > l.Bytes || bytes < 0 {
		over = append(over, fmt.Sprintf("%s, over the limit of %s", inSize(bytes), inSize(l.Bytes)))
	}
	if l.OverShare(files, seen) {
		over = append(over, fmt.Sprintf("%d of %s, over the limit of %s", files, count(seen, "file"), inPercent(l.Share)))
	}
	return over
}

// OverShare reports whether so many files are too large a share of those that
// were seen under the storage's roots. Below 20 files no share is counted.
func (l Limits) OverShare(files int, seen int64) bool {
	// Divided rather than multiplied, so that 29 of 100 is exactly 29%.
	return seen >= shareFrom && !(float64(files)/float64(seen) <= l.Share)
}

// Surging reports whether so many files in a window are far above the files of
// a usual day, so that a person should look first. It is never so of 50 files
// or fewer, and never with a Surge of 0.
func (l Limits) Surging(files, usual int) bool {
	// Divided rather than multiplied, so that no usual day overflows.
	return l.Surge > 0 && files > surgeFrom && (files-1)/l.Surge >= max(usual, 1)
}

package policy

import "fmt"

// shareFrom is the fewest files of which a share is worth counting: half of
// three files is no alarm.
const shareFrom = 20

// Limits bound one run. The zero value permits nothing.
type Limits struct {
	Files int     // how many files a run may trash, or purge
	Bytes int64   // how large they may be together
	Share float64 // how much of all files under a storage's roots, 0 to 1
}

// Check says, a clause each, why a run over so many files and bytes is over
// the limits; seen is how many files the storage has under its roots, and 0
// leaves the share out. Nothing is said of a run within the limits.
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

package drivesim

import "time"

// changeLog is the changes for one account or in one shared drive. A place in it is a page token; it never expires,
// as the service promises.
type changeLog struct {
	base    int64 // the token of the first change
	changes []change
	last    map[*file]int // the index of the newest change of a file
}

type change struct {
	file *file // may be gone, or no longer visible
	at   time.Time
}

func newChangeLog(base int64) *changeLog { return &changeLog{base: base, last: map[*file]int{}} }

func (l *changeLog) add(f *file, at time.Time) {
	l.last[f] = len(l.changes)
	l.changes = append(l.changes, change{f, at})
}

// end returns the token after the last change.
func (l *changeLog) end() int64 { return l.base + int64(len(l.changes)) }

// newest reports whether change i is the last of its file: the log lists each file once.
func (l *changeLog) newest(i int) bool { return l.last[l.changes[i].file] == i }

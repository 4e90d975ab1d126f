package drivesim

import "time"

// changeLog is the changes for one account or in one shared drive. A place in it is a page token; it never expires,
// as the service promises.
type changeLog struct {
	base    int64 // the token of the first change
	changes []change
	last    map[*file]int // the index of the newest change of a file
}

// change is one entry of a log. It holds only which file changed and when: a listing shows the file as it is
// then.
type change struct {
	file *file // may be gone, or no longer visible
	at   time.Time
}

// newChangeLog returns an empty log whose first token is base.
func newChangeLog(base int64) *changeLog { return &changeLog{base: base, last: map[*file]int{}} }

// add appends a change of f. An older change of the same file keeps its place, so that tokens stay valid, but is
// no longer listed.
func (l *changeLog) add(f *file, at time.Time) {
	l.last[f] = len(l.changes)
	l.changes = append(l.changes, change{f, at})
}

// end returns the token after the last change.
func (l *changeLog) end() int64 { return l.base + int64(len(l.changes)) }

// newest reports whether change i is the last of its file: the log lists each file once.
func (l *changeLog) newest(i int) bool { return l.last[l.changes[i].file] == i }

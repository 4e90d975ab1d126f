// Package watch reports that something below some folders may have changed.
//
// A change is only a hint. The kernel's events can be lost, late, or under a stale name, so a hint names no file: the
// caller lists the folders after a hint, and from time to time without one. The only promise is that a change below a
// watched folder is followed by a hint, once it has been quiet for the time of Debounce, or after four times that at
// the latest.
//
// Each folder has its own watch, and the Watcher keeps its own map of them. If the map is in doubt (the kernel's
// queue overflowed, or a root went away and came back), the Watcher watches anew from the root before it sends the
// hint. So the caller's listing finds any change that was missed in between.
package watch

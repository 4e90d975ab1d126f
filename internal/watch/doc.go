// Package watch says that something below some folders may have changed.
//
// The one idea: a hint, never the truth. What a kernel tells can be lost, come
// late or under a stale name, so a hint names no file: whoever gets one looks
// for themselves, and looks from time to time without any. All that is promised
// is that a change below a folder that is watched is followed by a hint, once
// it has been quiet for a moment, or at the latest after four times that.
//
// Each folder has a watch of its own, kept by our own book. Whatever makes the
// book doubtful - the kernel's queue ran over, a root went and came back - is
// answered by watching anew from the root, before the hint is given: so what
// was missed in between is found by whoever follows the hint.
package watch

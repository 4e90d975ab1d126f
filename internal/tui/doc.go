// Package tui shows a list of pictures on a terminal, and takes decisions on them by keys.
//
// A model has all that is shown and changes by keys alone (model.go), draw.go draws it with tcell, and Run connects
// both with a terminal and with the Source of the list. Pictures are written past tcell, in the protocol that the
// terminal has answered to (probe.go, graphics.go).
package tui

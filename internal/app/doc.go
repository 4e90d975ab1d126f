// Package app puts the program together: it finds the policy and the state
// directory, opens the journal and the storages, and hands out a Sweeper. It is
// the one place that knows every room, and the only one that may ask for the
// time.
//
// It prints nothing and decides nothing about files.
package app

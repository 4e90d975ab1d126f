// Package app puts the program together: it finds the policy and the state directory, opens the journal and the
// storages, and returns a Sweeper. It is the only package that knows the kinds of storage.
//
// It prints nothing and decides nothing about files.
package app

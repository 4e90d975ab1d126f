// Package app puts the program together: it finds the policy and the state directory, opens the journal and the
// storages, and returns a Sweeper. It is the only package that knows the kinds of storage.
//
// Open is for everything that looks at files or changes them: Options.Resolve finds the Paths, openPolicy the
// policy, openJournal the record, openStorage the driver of each storage with its guard around it. A service
// opens policy and journal once and passes them on in Options.Shared. The other functions do a single task
// without a Sweeper: Doctor checks the setup, LogIn and LogOut handle the sign-in to an account, Paths.Pause and
// Paths.Resume the pause, TryNotify sends a trial message.
//
// An error that the user can do something about is a *UsageError with a hint, or Hint returns one for it; "" if
// none is known.
//
// It prints nothing and decides nothing about files.
package app

// Command sweepd finds the images that a person generated in ChatGPT and saved, and deletes them by the rules of a
// policy file.
//
// run makes a program of the arguments, the streams and the clock, and returns its exit status. Each verb is a struct
// of its arguments and flags, a cobra command that fills it, and a function that takes it: scanOptions, newScanCmd and
// runScan in scan.go. A verb opens an app.App, calls its Sweeper and prints the result; it decides nothing about files.
// terminal prints for people, and json.go has the objects of --json, which docs/json.md describes. program.diagnose
// gives each error its exit status and its hint.
//
// The tests in testdata/script run the whole program in a home of their own. README.md and sweepd --help describe its
// use.
package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"
	_ "time/tzdata" // containers and Windows have no zones; the machine's own come first
)

// main only passes the status on: os.Exit runs no deferred call, so run returns first and releases what it holds.
func main() {
	os.Exit(run())
}

// run runs the program and returns its exit status.
func run() int {
	runtime.MemProfileRate = 0 // only run --pprof shows the profile, and sets it
	tty := controlled()        // before the first Notify: a terminal that ends meanwhile ends the program
	ends := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // as under nohup
		ends = append(ends, syscall.SIGHUP)
	}
	// Every verb gets this context. A signal ends it, and each verb returns after the file in progress, with its
	// outcome recorded.
	ctx, stop := signal.NotifyContext(context.Background(), ends...)
	defer stop()
	go func() {
		<-ctx.Done()
		stop() // a second signal kills
	}()
	p := &program{
		args: os.Args[1:], stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv, now: time.Now,
		controlled: tty,
	}
	if os.Getenv("GOGC") == "" { // otherwise the user has decided
		p.heap = paceCollector(ctx)
	}
	return p.main(ctx)
}

// The exit statuses, as in the manual. Scripts and systemd units depend on them: a new kind of failure gets one of
// these numbers, never a number of its own.
const (
	exitDone    = 0
	exitTrouble = 1 // something failed or was refused
	exitUsage   = 2 // the command line or the policy is wrong
	exitUnsafe  = 3 // refused as a whole, for safety
)

// These errors end a run that has printed its errors already, if it prints any.
//
// A verb returns errTrouble after it has printed each problem as a warning, so that the exit status is 1 without
// another line; errInvalid is the same for check, with status 2. program.exit prints neither.
var (
	errTrouble = errors.New("something failed or was refused")
	errInvalid = errors.New("a policy is invalid")
)

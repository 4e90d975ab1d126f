// Command sweepd finds the images that a person generated in ChatGPT and saved, and deletes them by the rules of a
// policy file. See README.md, and sweepd --help.
package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
	"time"
	_ "time/tzdata" // containers and Windows have no zones; the machine's own come first
)

func main() {
	os.Exit(run())
}

// run runs the program and returns its exit status.
func run() int {
	ends := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // as under nohup
		ends = append(ends, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), ends...)
	defer stop()
	go func() {
		<-ctx.Done()
		stop() // a second signal kills
	}()
	p := &program{
		args: os.Args[1:], stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv, now: time.Now,
	}
	return p.main(ctx)
}

// The exit statuses, as in the manual.
const (
	exitDone    = 0
	exitTrouble = 1 // something failed or was refused
	exitUsage   = 2 // the command line or the policy is wrong
	exitUnsafe  = 3 // refused as a whole, for safety
)

// errTrouble ends a run that has printed its errors already.
var errTrouble = errors.New("something failed or was refused")

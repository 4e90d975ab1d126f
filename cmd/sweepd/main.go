// Command sweepd finds the images that a person generated in ChatGPT and
// saved, and deletes them as a policy file says. See README.md, and
// sweepd --help.
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

// run is the program with its exit status returned.
func run() int {
	ends := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // as nohup has it
		ends = append(ends, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), ends...)
	defer stop()
	go func() {
		<-ctx.Done()
		stop() // a second signal kills
	}()
	p := &program{args: os.Args[1:], stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv, now: time.Now}
	return p.main(ctx)
}

// The exit statuses, as the manual has them.
const (
	exitDone    = 0
	exitTrouble = 1 // something failed or was refused
	exitUsage   = 2 // the command line or the policy is wrong
	exitUnsafe  = 3 // refused as a whole, for safety
)

// errTrouble ends a run of which all there is to say has been said.
var errTrouble = errors.New("something failed or was refused")

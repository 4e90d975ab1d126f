package main

import (
	"context"
	"encoding/json"
	"net"
	"os"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/sweepd/sweepd/internal/status"
)

// daemon FILE SOCKET: serves the status in the file at the socket; without a FILE ("-"), accepts calls and never
// answers.
func cmdDaemon(ts *testscript.TestScript, _ bool, args []string) {
	l, err := status.Listen(context.Background(), "unix:"+ts.MkAbs(args[1]))
	ts.Check(err)
	if args[0] == "-" {
		ts.Defer(func() { ts.Check(l.Close()) })
		return
	}
	var d status.Daemon
	text, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	ts.Check(json.Unmarshal(text, &d))
	h := status.Handler(status.Options{State: func() status.Daemon { return d }, Now: time.Now})
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func(l net.Listener) { served <- status.Serve(ctx, h, l) }(l)
	ts.Defer(func() {
		cancel()
		ts.Check(<-served)
	})
}

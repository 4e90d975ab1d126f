package main

import (
	"fmt"
	"os"
	"time"

	"sweepd/internal/testing/losefs"
)

// serveLosefs is sweepd-losefs.
func serveLosefs() {
	if err := losefs.Serve(os.Stdin, os.Stdout, time.Now); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

package main

import (
	"fmt"
	"os"
	"time"

	"github.com/sweepd/sweepd/internal/testing/losefs"
)

// serveLosefs is sweepd-losefs.
func serveLosefs() {
	if err := losefs.Serve(os.Stdin, os.Stdout, time.Now); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

//go:build !linux

package main

// serveLosefs is sweepd-losefs, which is for Linux.
func serveLosefs() {}

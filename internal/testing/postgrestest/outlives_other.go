//go:build unix && !linux

package postgrestest

import "syscall"

func outlives(*syscall.SysProcAttr) {}

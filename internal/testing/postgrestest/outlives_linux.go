package postgrestest

import "syscall"

// outlives makes the server end when the tests are killed.
func outlives(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGQUIT }

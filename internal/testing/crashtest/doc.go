// Package crashtest runs a real, unmodified process and makes it fail at one chosen moment: by SIGKILL, or by a
// failing disk, at the Nth system call that could change a file. A test raises N from 1 until the process runs to its
// end, so that no step between two calls is left out.
//
// It traces all threads with ptrace(2), counts calls over all of them, and stops a call before the kernel carries it
// out. It needs Linux on amd64; only tests use it.
package crashtest

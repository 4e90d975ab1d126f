package roots

import (
	"errors"
	"fmt"
	"io/fs"
)

// CallError means that a required system call is not available. It wraps errors.ErrUnsupported.
type CallError struct {
	Call  string // "openat2"
	Since string // the version of Linux that has it: "5.6"
	Err   error  // EPERM: the call is forbidden; ENOSYS: it is missing, or hidden
}

func (e *CallError) Error() string {
	if errors.Is(e.Err, fs.ErrPermission) {
		return fmt.Sprintf("the system call %s is forbidden here, as a container's filter (seccomp) "+
			"does: %v", e.Call, e.Err)
	}
	return fmt.Sprintf("there is no system call %s here: the kernel is older than Linux %s, or a container's filter "+
		"(seccomp) hides it: %v", e.Call, e.Since, e.Err)
}

func (e *CallError) Unwrap() []error { return []error{errors.ErrUnsupported, e.Err} }

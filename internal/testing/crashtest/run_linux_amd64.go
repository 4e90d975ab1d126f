package crashtest

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// Call is a system call that is about to be carried out.
type Call struct {
	N    int    // which of the counted calls this is, from 1
	Name string // "renameat2"
	FD   int    // its first argument, if that is a descriptor
}

// Fate is what happens to a call.
type Fate struct {
	Kill  bool          // the whole process gets SIGKILL before the call
	Errno syscall.Errno // the call is not carried out and returns this
	Last  bool          // no later call is of interest: none counts, and the process runs on at its own speed
}

// Result is how the process ended. With Killed, Exit is -1.
type Result struct {
	Calls  int  // counted calls, the fatal or the last one included
	Killed bool // by a Fate
	Exit   int  // exit status; -1 if a signal ended it
	Stdout string
	Stderr string
}

// changing are the calls that can change a file or its durability.
var changing = map[uint64]string{
	unix.SYS_WRITE: "write", unix.SYS_PWRITE64: "pwrite64", unix.SYS_WRITEV: "writev", unix.SYS_PWRITEV: "pwritev",
	unix.SYS_PWRITEV2: "pwritev2",
	unix.SYS_FSYNC:    "fsync", unix.SYS_FDATASYNC: "fdatasync", unix.SYS_SYNC_FILE_RANGE: "sync_file_range",
	unix.SYS_SYNCFS:   "syncfs",
	unix.SYS_TRUNCATE: "truncate", unix.SYS_FTRUNCATE: "ftruncate", unix.SYS_FALLOCATE: "fallocate",
	unix.SYS_RENAME: "rename", unix.SYS_RENAMEAT: "renameat", unix.SYS_RENAMEAT2: "renameat2",
	unix.SYS_LINK: "link", unix.SYS_LINKAT: "linkat", unix.SYS_SYMLINK: "symlink", unix.SYS_SYMLINKAT: "symlinkat",
	unix.SYS_UNLINK: "unlink", unix.SYS_UNLINKAT: "unlinkat", unix.SYS_RMDIR: "rmdir",
	unix.SYS_MKDIR: "mkdir", unix.SYS_MKDIRAT: "mkdirat", unix.SYS_MKNOD: "mknod", unix.SYS_MKNODAT: "mknodat",
	unix.SYS_CREAT: "creat",
	unix.SYS_CHMOD: "chmod", unix.SYS_FCHMOD: "fchmod", unix.SYS_FCHMODAT: "fchmodat", unix.SYS_CHOWN: "chown",
	unix.SYS_FCHOWN: "fchown", unix.SYS_FCHOWNAT: "fchownat",
	unix.SYS_UTIMENSAT: "utimensat", unix.SYS_SETXATTR: "setxattr", unix.SYS_FSETXATTR: "fsetxattr",
	unix.SYS_COPY_FILE_RANGE: "copy_file_range", unix.SYS_SENDFILE: "sendfile",
}

// Run runs the command to its end and calls fate for every call that could change a file, except writes to the
// standard streams and to pipes of the Go runtime. It sets the command's Stdout and Stderr.
func Run(cmd *exec.Cmd, fate func(Call) Fate) (Result, error) {
	return run(cmd, fate, changes)
}

// run calls fate for the calls that count.
func run(cmd *exec.Cmd, fate func(Call) Fate, counts counting) (Result, error) {
	runtime.LockOSThread() // ptrace requests must come from the thread that started the tracee
	defer runtime.UnlockOSThread()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Ptrace: true, Setpgid: true} // a group of its own: see trace
	if err := cmd.Start(); err != nil {
		return Result{}, err
	}
	t := tracer{
		pid: cmd.Process.Pid, fate: fate, counts: counts, failing: map[int]syscall.Errno{}, inCall: map[int]bool{},
	}
	if err := t.trace(); err != nil {
		_ = cmd.Process.Kill()
		return Result{}, fmt.Errorf("trace: %w", err)
	}
	// The tracer has reaped the process; Wait only collects its output.
	if err := cmd.Wait(); err != nil && !errors.Is(err, syscall.ECHILD) && !errors.As(err, new(*exec.ExitError)) &&
		!errors.As(err, new(*os.SyscallError)) {
		return Result{}, err
	}
	t.result.Stdout, t.result.Stderr = stdout.String(), stderr.String()
	return t.result, nil
}

// counting reports whether a call counts, and returns its name.
type counting func(tid int, regs *syscall.PtraceRegs) (name string, counts bool)

// tracer follows one process through its life.
type tracer struct {
	pid     int
	fate    func(Call) Fate
	counts  counting
	inCall  map[int]bool          // threads between the entry and the exit of a call
	failing map[int]syscall.Errno // threads whose call is being replaced by an error
	last    bool                  // no more calls count
	result  Result
}

// The options let the tracer see every thread and child from its first call on, and kill the process if the
// tracer dies.
const (
	options = unix.PTRACE_O_TRACESYSGOOD | unix.PTRACE_O_TRACECLONE | unix.PTRACE_O_TRACEFORK |
		unix.PTRACE_O_TRACEVFORK | unix.PTRACE_O_EXITKILL
	wall = unix.WALL | 0x20000000 // __WNOTHREAD: only what this thread traces or started
)

// trace follows the process from its stop at exec until every thread is gone. It must run on the thread that
// started the process.
func (t *tracer) trace() error {
	var ws syscall.WaitStatus
	if _, err := syscall.Wait4(t.pid, &ws, wall, nil); err != nil { // the stop at exec
		return err
	}
	if err := syscall.PtraceSetOptions(t.pid, options); err != nil {
		return err
	}
	if err := syscall.PtraceSyscall(t.pid, 0); err != nil {
		return err
	}
	for {
		// Only the process group: this thread may also be the parent of other processes, started by a goroutine that
		// ran on it before and waits for them.
		tid, err := syscall.Wait4(-t.pid, &ws, wall, nil)
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if errors.Is(err, syscall.ECHILD) {
			return nil // every thread is gone
		}
		if err != nil {
			return err
		}
		if err := t.step(tid, ws); err != nil && !errors.Is(err, syscall.ESRCH) { // ESRCH: killed meanwhile
			return err
		}
	}
}

// step handles one stop of one thread and continues it. Signals that are not the tracer's own are passed on.
func (t *tracer) step(tid int, ws syscall.WaitStatus) error {
	switch {
	case ws.Exited() || ws.Signaled():
		if tid == t.pid {
			t.result.Exit = ws.ExitStatus()
		}
		return nil
	case ws.StopSignal() == syscall.SIGTRAP|0x80:
		if err := t.call(tid); err != nil {
			return err
		}
		return t.resume(tid, 0)
	case ws.StopSignal() == syscall.SIGTRAP || ws.StopSignal() == syscall.SIGSTOP:
		return t.resume(tid, 0) // a new thread, or news of one
	default:
		return t.resume(tid, int(ws.StopSignal()))
	}
}

// resume continues a thread up to the entry or the exit of a call or, if no more calls count, to its next signal.
func (t *tracer) resume(tid, signal int) error {
	if _, failing := t.failing[tid]; t.last && !failing {
		return syscall.PtraceCont(tid, signal)
	}
	return syscall.PtraceSyscall(tid, signal)
}

// call handles a stop at the entry or the exit of a system call. ptrace reports both in the same way, so it
// counts them by thread. To let a call fail it replaces the number by an invalid one at the entry, and the result
// at the exit.
func (t *tracer) call(tid int) error {
	t.inCall[tid] = !t.inCall[tid]
	var regs syscall.PtraceRegs
	if !t.inCall[tid] {
		errno, failing := t.failing[tid]
		if !failing {
			return nil
		}
		delete(t.failing, tid)
		if err := syscall.PtraceGetRegs(tid, &regs); err != nil {
			return err
		}
		regs.Rax = uint64(-int64(errno))
		return syscall.PtraceSetRegs(tid, &regs)
	}
	if t.last {
		return nil
	}
	if err := syscall.PtraceGetRegs(tid, &regs); err != nil {
		return err
	}
	name, counts := t.counts(tid, &regs)
	if !counts {
		return nil
	}
	t.result.Calls++
	fate := t.fate(Call{N: t.result.Calls, Name: name, FD: int(int32(regs.Rdi))})
	t.last = fate.Last
	if fate.Kill {
		t.result.Killed = true
		return syscall.Kill(t.pid, syscall.SIGKILL)
	}
	if fate.Errno != 0 {
		t.failing[tid] = fate.Errno
		regs.Orig_rax = ^uint64(0) // no such call: the kernel does nothing
		return syscall.PtraceSetRegs(tid, &regs)
	}
	return nil
}

// changes reports whether a call changes files, and returns its name.
func changes(tid int, regs *syscall.PtraceRegs) (string, bool) {
	if regs.Orig_rax == unix.SYS_OPENAT && regs.Rdx&unix.O_CREAT != 0 {
		return "openat", true
	}
	name, ok := changing[regs.Orig_rax]
	if !ok || (name == "write" || name == "writev") && !isFile(tid, int(int32(regs.Rdi))) {
		return "", false
	}
	return name, true
}

// isFile reports whether fd is a file, not a standard stream, a pipe or an eventfd.
func isFile(tid, fd int) bool {
	target, err := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", tid, fd))
	return err == nil && fd > 2 && target[0] == '/'
}

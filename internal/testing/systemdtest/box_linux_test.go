package systemdtest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// patience bounds how long a test waits for what should come at once.
const patience = 2 * time.Minute

// box is a machine in a box: this one's files under an overlay, a systemd of its own as process 1, and nothing of
// what else this machine runs.
type box struct {
	*testing.T
	pid  int    // of its process 1, as this machine counts
	root string // its files, as this machine sees them
}

// boot starts a box with the files of setup put over this machine's own.
func boot(t *testing.T, setup string) *box {
	t.Helper()
	if os.Geteuid() != 0 {
		lacking(t, "a box takes root")
	}
	for _, name := range []string{"unshare", "nsenter", "ip"} {
		if _, err := exec.LookPath(name); err != nil {
			lacking(t, "there is no "+name+" (util-linux, iproute2)")
		}
	}
	if _, err := os.Stat("/lib/systemd/systemd"); err != nil {
		lacking(t, "there is no systemd")
	}
	dir := t.TempDir()
	booted, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: filepath.Join(dir, "notify"), Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer booted.Close()
	script, err := os.ReadFile("testdata/boot.sh")
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	cmd := exec.Command("unshare", "--mount", "--pid", "--uts", "--ipc", "--net", "--cgroup", "--fork",
		"--kill-child=SIGKILL", "--propagation", "private", "bash", "-c", string(script))
	cmd.Env = append(os.Environ(), "BOX="+dir, "SETUP="+setup)
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // no box outlives its test
	started, ended := make(chan error), make(chan error, 1)
	go func() {
		// Pdeathsig is sent when the thread that started the box ends (prctl(2)), and dial ends threads.
		runtime.LockOSThread()
		err := cmd.Start()
		if started <- err; err == nil {
			ended <- cmd.Wait()
			booted.Close()
		}
	}()
	if err := <-started; err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill() // and all in the box with it
		<-ended
	})
	if err := ready(booted); err != nil {
		console, _ := os.ReadFile(filepath.Join(dir, "console"))
		text := said.String() + string(console)
		if strings.Contains(text, "unshare failed") ||
			strings.Contains(text, "mount") && strings.Contains(text, "permission denied") {
			lacking(t, "no box may be made here: "+text)
		}
		t.Fatalf("no box: %v\n%s", err, text)
	}
	children, err := os.ReadFile(fmt.Sprintf("/proc/%[1]d/task/%[1]d/children", cmd.Process.Pid))
	pid, err2 := strconv.Atoi(strings.TrimSpace(string(children)))
	if err := errors.Join(err, err2); err != nil {
		t.Fatalf("which is its process 1? %v", err)
	}
	return &box{t, pid, fmt.Sprintf("/proc/%d/root", pid)}
}

// ready waits until systemd reports to c that it has booted, as it does in a container
// (https://systemd.io/CONTAINER_INTERFACE/).
func ready(c *net.UnixConn) error {
	c.SetReadDeadline(time.Now().Add(patience))
	for buf := make([]byte, 4096); ; {
		n, err := c.Read(buf)
		if err != nil {
			return err
		}
		if strings.Contains("\n"+string(buf[:n])+"\n", "\nREADY=1\n") {
			return nil
		}
	}
}

// command is a command in the box.
func (b *box) command(args ...string) *exec.Cmd {
	in := []string{
		"-t", strconv.Itoa(b.pid), "-a", "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root",
		"SYSTEMD_PAGER=", "SYSTEMD_COLORS=0", "LC_ALL=C.UTF-8",
	}
	return exec.Command("nsenter", append(in, args...)...)
}

// as is a command of a user of the box, in a session without a terminal.
func (b *box) as(user string, uid int, args ...string) []string {
	return append([]string{
		"runuser", "-u", user, "--", "env", "HOME=/home/" + user, fmt.Sprintf("XDG_RUNTIME_DIR=/run/user/%d", uid),
	}, args...)
}

// try runs a command and returns its output.
func (b *box) try(args ...string) (string, error) {
	b.Helper()
	out, err := b.command(args...).CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

// run is try of what must not fail.
func (b *box) run(args ...string) string {
	b.Helper()
	out, err := b.try(args...)
	if err != nil {
		log, _ := b.try("journalctl", "-b", "-n", "40", "--no-pager", "-o", "short-monotonic")
		b.Fatalf("%s: %v\n%s\n%s", strings.Join(args, " "), err, out, log)
	}
	return out
}

// show is one property of a unit.
func (b *box) show(unit, property string) string {
	b.Helper()
	return b.run("systemctl", "show", unit, "-p", property, "--value")
}

// record is one record of the box's journal, by the names of its fields.
type record map[string]any

// await returns the nth record, from 1 on, of the whole journal that has the fields of match, as journalctl takes
// them, as soon as it is there.
func (b *box) await(n int, match ...string) record {
	b.Helper()
	cmd := b.command(append([]string{"journalctl", "-o", "json", "--no-pager", "-f", "-n", "all"}, match...)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	end := func() { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) } // nsenter and what it runs
	stop := time.AfterFunc(patience, end)
	defer func() {
		stop.Stop()
		end()
		cmd.Wait()
	}()
	for in := bufio.NewReader(out); ; n-- {
		line, err := in.ReadBytes('\n')
		if err != nil {
			log, _ := b.try("journalctl", "-b", "-n", "60", "--no-pager", "-o", "short-monotonic")
			b.Fatalf("%d more records with %q did not come: %v\n%s", n, match, err, log)
		}
		var r record
		if err := json.Unmarshal(line, &r); err != nil {
			b.Fatal(err)
		}
		if n == 1 {
			return r
		}
	}
}

// Message ids of systemd itself (sd-messages.h).
const (
	unitStarted = "MESSAGE_ID=39f53479d3a045ac8e11786248231fbf"
	unitStopped = "MESSAGE_ID=9d1aaa27d60140bd96365438aad20286"
)

// processes are those of a unit, as this machine counts.
func (b *box) processes(cgroup string) (pids []int) {
	b.Helper()
	list, err := os.ReadFile(filepath.Join(b.root, "sys/fs/cgroup", cgroup, "cgroup.procs"))
	if err != nil {
		b.Fatal(err)
	}
	for _, word := range strings.Fields(string(list)) {
		pid, err := strconv.Atoi(word)
		if err != nil {
			b.Fatal(err)
		}
		pids = append(pids, pid)
	}
	return pids
}

// signal sends to every process of a unit at once, faster than systemctl could.
func (b *box) signal(cgroup string, sig syscall.Signal) {
	b.Helper()
	pids := b.processes(cgroup)
	if len(pids) == 0 {
		b.Fatalf("nobody runs in %s", cgroup)
	}
	for _, pid := range pids {
		if err := syscall.Kill(pid, sig); err != nil {
			b.Fatal(err)
		}
	}
}

// write creates a file in the box that belongs to a user.
func (b *box) write(path, text string, uid int, mode os.FileMode) {
	b.Helper()
	b.place(path, strings.NewReader(text), uid, mode)
}

// place makes a file of the box, whole at once as a browser does: it gets its name when it is complete.
func (b *box) place(path string, from io.Reader, uid int, mode os.FileMode) {
	b.Helper()
	path = filepath.Join(b.root, path)
	f, err := os.OpenFile(path+".part", os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		b.Fatal(err)
	}
	_, err = io.Copy(f, from)
	if err := errors.Join(err, f.Chown(uid, uid), f.Chmod(mode), f.Close(), os.Rename(path+".part", path)); err != nil {
		b.Fatal(err)
	}
}

// names lists a folder of the box.
func (b *box) names(path string) (names []string) {
	b.Helper()
	entries, err := os.ReadDir(filepath.Join(b.root, path))
	if err != nil && !os.IsNotExist(err) {
		b.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

package watch

import (
	"os"
	"strings"
)

// watchMounts sends when the table of mounts changes: inotify has no event for a mount, and fsnotify none for an
// unmount. The table itself can be polled (proc_pid_mountinfo(5): EPOLLERR and EPOLLPRI after a change), and Go's
// poller is edge-triggered, so nothing runs in between. Without /proc nothing is sent. The caller calls end to stop.
func watchMounts(changed chan<- struct{}) (end func()) {
	f, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return func() {}
	}
	table, err := f.SyscallConn()
	if err != nil {
		f.Close()
		return func() {}
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		// The function is called once before Read waits and after each edge. It always returns false, since a new
		// Read would lose an edge that came meanwhile.
		_ = table.Read(func(uintptr) bool {
			select {
			case changed <- struct{}{}:
			default:
			}
			return false
		})
	}()
	return func() {
		f.Close()
		<-ended
	}
}

// escaped escapes a path as in the table of mounts.
var escaped = strings.NewReplacer(" ", `\040`, "\t", `\011`, "\n", `\012`, `\`, `\134`)

// mountsBelow returns the lines of the table of mounts for the roots and the folders below them. Two results are
// compared as texts: any difference means that something was mounted, unmounted or changed.
func mountsBelow(roots []*root) (lines string, err error) {
	table, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return "", err
	}
	var all strings.Builder
	for line := range strings.Lines(string(table)) {
		fields := strings.Fields(line)
		for _, r := range roots {
			at := escaped.Replace(r.path)
			if len(fields) > 4 && (fields[4] == at || strings.HasPrefix(fields[4], strings.TrimSuffix(at, "/")+"/")) {
				all.WriteString(line)
				break
			}
		}
	}
	return all.String(), nil
}

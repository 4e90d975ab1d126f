package watch

import (
	"os"
	"strings"
)

// watchMounts sends when the table of mounts changes: inotify tells nothing of
// what is mounted, and fsnotify nothing of what is unmounted. Polling the table
// does (proc_pid_mountinfo(5): EPOLLERR and EPOLLPRI when it changed), and Go's
// poller waits for edges, so that nothing runs in between. Where there is no
// /proc, nothing is sent. What it returns ends it.
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
		// Called once before it waits and after each edge. It never says that it
		// has read, since a new Read would forget an edge that came meanwhile.
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

// escaped is how the table of mounts writes a path.
var escaped = strings.NewReplacer(" ", `\040`, "\t", `\011`, "\n", `\012`, `\`, `\134`)

// mountsBelow are the lines of the table of mounts that are of the roots, or of
// what is below them.
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

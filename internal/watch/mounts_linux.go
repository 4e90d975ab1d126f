package watch

import "os"

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

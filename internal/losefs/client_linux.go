package losefs

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"sync"
	"syscall"
)

// Server is a process that serves file systems. They are not served by the
// test's own: it would wait for itself when it starts a process in such a file
// system, or touches memory mapped from one.
type Server struct {
	cmd *exec.Cmd
	in  io.WriteCloser

	asking  sync.Mutex // one question at a time
	answers chan answer

	mu   sync.Mutex
	dark map[int]chan struct{}
}

// Disk is what a file system holds while the power is off. It never changes,
// and may be mounted any number of times.
type Disk struct {
	s      *Server
	number int
}

// FS is a mounted disk.
type FS struct {
	s      *Server
	number int
	dark   chan struct{}
}

// Start starts the process that cmd describes, which has to call Serve with its
// standard streams and nothing else. Close ends it.
func Start(cmd *exec.Cmd) (*Server, error) {
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // it outlives the test by a Ctrl-C, and unmounts
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &Server{cmd: cmd, in: in, answers: make(chan answer), dark: map[int]chan struct{}{}}
	go s.listen(json.NewDecoder(out))
	return s, nil
}

// Close unmounts what is mounted and ends the process.
func (s *Server) Close() error {
	err := s.in.Close()
	for range s.answers { // until it hangs up
	}
	return errors.Join(err, s.cmd.Wait())
}

func (s *Server) listen(out *json.Decoder) {
	defer close(s.answers)
	for {
		var a answer
		if out.Decode(&a) != nil {
			return
		}
		if a.Dark {
			close(s.darkness(a.Value))
		} else {
			s.answers <- a
		}
	}
}

// darkness is the channel that is closed when a file system goes dark; the news
// of that may come before the answer that numbers it.
func (s *Server) darkness(number int) chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dark[number] == nil {
		s.dark[number] = make(chan struct{})
	}
	return s.dark[number]
}

func (s *Server) ask(q question) (int, error) {
	s.asking.Lock()
	defer s.asking.Unlock()
	if err := json.NewEncoder(s.in).Encode(q); err != nil {
		return 0, err
	}
	a, ok := <-s.answers
	if !ok {
		return 0, errors.New("the process that serves the file system has ended")
	}
	if a.Err != "" {
		return 0, errors.New(a.Err)
	}
	return a.Value, nil
}

// Empty is a new disk with nothing on it, its root directory the caller's.
func (s *Server) Empty() Disk { return Disk{s, 0} }

// Options of a mount.
type Options struct {
	// Halves makes the two names of a rename durable each with its own
	// directory.
	Halves bool
	// Replaces makes a rename with flags EINVAL, as NFS, ntfs-3g and others do.
	Replaces bool
	// NoLinks makes hard links EPERM, as FAT does.
	NoLinks bool
}

// Mount mounts a copy of the disk on the directory dir, an absolute path, which
// takes root. Close it, whatever became of it.
func (d Disk) Mount(dir string, o Options) (*FS, error) {
	number, err := d.s.ask(question{Do: "mount", Disk: d.number, Dir: dir, Options: o})
	if err != nil {
		return nil, err
	}
	return &FS{d.s, number, d.s.darkness(number)}, nil
}

func (f *FS) ask(do string, n int, seed uint64) (int, error) {
	return f.s.ask(question{Do: do, FS: f.number, N: n, Seed: seed})
}

// CutAt has the power go when the nth change from now is asked for, from 1;
// that change is not carried out. Changes counts from here.
func (f *FS) CutAt(n int) error {
	_, err := f.ask("cut at", n, 0)
	return err
}

// Cut has the power go now.
func (f *FS) Cut() error {
	_, err := f.ask("cut", 0, 0)
	return err
}

// Dark is closed when the power has gone. What processes ask for from then on
// fails and does nothing; a test kills them.
func (f *FS) Dark() <-chan struct{} { return f.dark }

// Changes is how many changes were asked for since Mount or CutAt: writes,
// syncs, and whatever creates, names or describes a file. Nothing is counted
// after the power has gone.
func (f *FS) Changes() (int, error) { return f.ask("changes", 0, 0) }

// Sync makes everything durable.
func (f *FS) Sync() error {
	_, err := f.ask("sync", 0, 0)
	return err
}

// Survivor is what a power cut now, or the one that was, may leave: for seed 0
// what is durable and nothing else, for any other seed a part, chosen by it, of
// all other changes too. It can be asked for until Close.
func (f *FS) Survivor(seed uint64) (Disk, error) {
	number, err := f.ask("survivor", 0, seed)
	return Disk{f.s, number}, err
}

// Close unmounts, also under processes that have files open: they get errors.
func (f *FS) Close() error {
	_, err := f.ask("close", 0, 0)
	return err
}

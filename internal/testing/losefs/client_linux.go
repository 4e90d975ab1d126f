package losefs

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"sync"
	"syscall"
)

// Server is a process that serves file systems. The test's own process does not serve them: it would wait for itself
// when it starts a process in such a file system, or accesses memory mapped from one.
type Server struct {
	cmd *exec.Cmd
	in  io.WriteCloser

	asking  sync.Mutex // one question at a time
	answers chan answer

	mu   sync.Mutex
	dark map[int]chan struct{}
}

// Disk is the content of a file system while the power is off. It never changes, and may be mounted any number of
// times.
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

// Start starts the process that cmd describes, which must call Serve with its standard streams and nothing else.
// Close ends it.
func Start(cmd *exec.Cmd) (*Server, error) {
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // it survives a Ctrl-C of the test, and unmounts
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &Server{cmd: cmd, in: in, answers: make(chan answer), dark: map[int]chan struct{}{}}
	go s.listen(json.NewDecoder(out))
	return s, nil
}

// Close unmounts everything and ends the process.
func (s *Server) Close() error {
	err := s.in.Close()
	for range s.answers { // until the process closes the stream
	}
	return errors.Join(err, s.cmd.Wait())
}

// listen receives the messages of the process until it closes its output. Answers go to ask; a message that a
// file system is dark closes its channel.
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

// darkness returns the channel that is closed when a file system goes dark; that message may arrive before the answer
// that contains its number.
func (s *Server) darkness(number int) chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dark[number] == nil {
		s.dark[number] = make(chan struct{})
	}
	return s.dark[number]
}

// ask sends one question and returns the answer's value. It returns an error if the process has ended or the
// answer is one.
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

// Empty returns a new disk with nothing on it, whose root directory belongs to the caller.
func (s *Server) Empty() Disk { return Disk{s, 0} }

// Options are the options of a mount.
type Options struct {
	// Halves makes the two names of a rename durable separately, each with its own directory.
	Halves bool
	// Replaces makes a rename with flags fail with EINVAL, as on NFS, ntfs-3g and others.
	Replaces bool
	// NoLinks makes hard links fail with EPERM, as on FAT.
	NoLinks bool
}

// Mount mounts a copy of the disk on the directory dir, an absolute path; it needs root. The caller must close the FS
// in any case.
func (d Disk) Mount(dir string, o Options) (*FS, error) {
	number, err := d.s.ask(question{Do: "mount", Disk: d.number, Dir: dir, Options: o})
	if err != nil {
		return nil, err
	}
	return &FS{d.s, number, d.s.darkness(number)}, nil
}

// ask asks about this file system.
func (f *FS) ask(do string, n int, seed uint64) (int, error) {
	return f.s.ask(question{Do: do, FS: f.number, N: n, Seed: seed})
}

// CutAt cuts the power when a process requests the nth change from now, counted from 1; that change is not carried
// out. Changes counts from here.
func (f *FS) CutAt(n int) error {
	_, err := f.ask("cut at", n, 0)
	return err
}

// Cut cuts the power now.
func (f *FS) Cut() error {
	_, err := f.ask("cut", 0, 0)
	return err
}

// Dark returns a channel that is closed when the power is cut. Later requests of processes fail and do nothing; a
// test kills them.
func (f *FS) Dark() <-chan struct{} { return f.dark }

// Changes returns how many changes were requested since Mount or CutAt: writes, syncs, and all calls that create,
// name or describe a file. Nothing is counted after the power is cut.
func (f *FS) Changes() (int, error) { return f.ask("changes", 0, 0) }

// Sync makes everything durable.
func (f *FS) Sync() error {
	_, err := f.ask("sync", 0, 0)
	return err
}

// Survivor returns a disk that a power cut now, or the earlier one, may leave. For seed 0 it has only the durable
// state; for any other seed it also has a part of all other changes, chosen by the seed. It can be called until
// Close.
func (f *FS) Survivor(seed uint64) (Disk, error) {
	number, err := f.ask("survivor", 0, seed)
	return Disk{f.s, number}, err
}

// Close unmounts, even if processes have files open: they get errors.
func (f *FS) Close() error {
	_, err := f.ask("close", 0, 0)
	return err
}

package losefs

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

// question is a request of the client to the server, as one line of JSON. Disks and file systems are named by
// numbers.
type question struct {
	Do   string
	Disk int
	FS   int
	Dir  string
	Options
	N    int
	Seed uint64
}

// answer is a message of the server: the answer to each question in order, and between them messages that the power
// of a file system is cut.
type answer struct {
	Dark  bool
	Value int // the result; or the number of the file system that is dark
	Err   string
}

// server answers one client.
type server struct {
	now    func() time.Time
	disks  []*disk
	mounts []*mounted // nil: closed

	mu  sync.Mutex // of out
	out *json.Encoder
}

// Serve carries out the requests of a client, over the standard streams of the process that the client has started
// for this, until the client closes them. Then it unmounts everything. now returns the time for the files.
func Serve(in io.Reader, out io.Writer, now func() time.Time) (err error) {
	signal.Ignore(syscall.SIGPIPE) // the client may end first, and the mounts must be removed all the same
	s := &server{now: now, out: json.NewEncoder(out), disks: []*disk{format(now())}}
	defer func() {
		for i := range s.mounts {
			err = errors.Join(err, s.close(i))
		}
	}()
	for questions := json.NewDecoder(in); ; {
		var q question
		if err := questions.Decode(&q); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		a := answer{}
		if a.Value, err = s.do(q); err != nil {
			a.Err = err.Error()
		}
		if err := s.say(a); err != nil {
			return err
		}
	}
}

// say sends one message.
func (s *server) say(a answer) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.out.Encode(a)
}

// do carries out one question and returns the value of its answer.
func (s *server) do(q question) (int, error) {
	switch q.Do {
	case "mount":
		return s.mount(q)
	case "close":
		return 0, s.close(q.FS)
	}
	if q.FS >= len(s.mounts) || s.mounts[q.FS] == nil {
		return 0, errors.New("this file system is closed")
	}
	f := s.mounts[q.FS]
	switch q.Do {
	case "cut at":
		f.cutFrom(q.N)
	case "cut":
		f.cutNow()
	case "sync":
		f.syncAll()
	case "changes":
		return f.counted(), nil
	case "survivor":
		s.disks = append(s.disks, f.survivor(q.Seed))
		return len(s.disks) - 1, nil
	default:
		return 0, fmt.Errorf("what is %q?", q.Do)
	}
	return 0, nil
}

// mount mounts a disk and returns the number of the file system. From then on a cut of its power is reported.
func (s *server) mount(q question) (int, error) {
	f, err := mount(s.disks[q.Disk], q.Dir, q.Options, s.now)
	if err != nil {
		return 0, err
	}
	s.mounts = append(s.mounts, f)
	number := len(s.mounts) - 1
	go func() {
		<-f.dark
		_ = s.say(answer{Dark: true, Value: number}) // a client that is gone needs no message
	}()
	return number, nil
}

// close unmounts a file system. A second time has no effect.
func (s *server) close(number int) error {
	f := s.mounts[number]
	if f == nil {
		return nil
	}
	s.mounts[number] = nil
	return f.close()
}

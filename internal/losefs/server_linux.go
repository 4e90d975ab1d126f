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

// question is what the client asks the server, as one line of JSON. A disk and
// a file system go by numbers.
type question struct {
	Do   string
	Disk int
	FS   int
	Dir  string
	Options
	N    int
	Seed uint64
}

// answer is what the server says: to each question in its order, and between
// that the power of a file system has gone.
type answer struct {
	Dark  bool
	Value int // what was asked for; the file system that is dark
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

// Serve does what a client, over the standard streams of the process that it
// has started for this, asks for until it hangs up. Then everything is
// unmounted. Files are dated by now.
func Serve(in io.Reader, out io.Writer, now func() time.Time) (err error) {
	signal.Ignore(syscall.SIGPIPE) // the client may die first, and what is mounted has to go all the same
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

func (s *server) say(a answer) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.out.Encode(a)
}

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

func (s *server) mount(q question) (int, error) {
	f, err := mount(s.disks[q.Disk], q.Dir, q.Options, s.now)
	if err != nil {
		return 0, err
	}
	s.mounts = append(s.mounts, f)
	number := len(s.mounts) - 1
	go func() {
		<-f.dark
		_ = s.say(answer{Dark: true, Value: number}) // a client that has hung up needs no news
	}()
	return number, nil
}

func (s *server) close(number int) error {
	f := s.mounts[number]
	if f == nil {
		return nil
	}
	s.mounts[number] = nil
	return f.close()
}

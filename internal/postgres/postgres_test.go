package postgres

import (
	"errors"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"
)

// The server answers a query of 30 s that was sent while a read from the time before was pending.
func TestAReadThatWasPendingBeforeAQueryDoesNotEndIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := net.Pipe()
		p := &patient{Conn: client, patience: 35 * time.Second}
		defer p.Close()
		answered := make(chan error)
		go func() {
			_, err := p.Read(make([]byte, 1))
			answered <- err
		}()
		go func() {
			_, _ = server.Read(make([]byte, 1))
			time.Sleep(30 * time.Second)
			_, _ = server.Write([]byte{1})
		}()
		time.Sleep(30 * time.Second)
		if _, err := p.Write([]byte{1}); err != nil {
			t.Error(err)
		}
		if err := <-answered; err != nil {
			t.Errorf("the read ended after %s: %v", p.patience, err)
		}
		time.Sleep(time.Hour)
		if p.tired.Load() {
			t.Error("a connection without a call was closed")
		}
	})
}

// pgx reads what is left of a connection that it gives up, also if a read from the time before is pending.
func TestTwoReadsEndEachByItself(t *testing.T) {
	client, server := net.Pipe()
	p := &patient{Conn: client, patience: time.Minute}
	ended := make(chan error)
	for range 2 {
		go func() {
			_, err := p.Read(make([]byte, 1))
			ended <- err
		}()
	}
	for range 2 {
		if _, err := server.Write([]byte{1}); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	if len(p.pending) != 0 {
		t.Errorf("%d reads are pending", len(p.pending))
	}
}

func TestAServerThatIsSilentEndsACall(t *testing.T) {
	for name, call := range map[string]func(net.Conn, []byte) (int, error){
		"read": net.Conn.Read, "write": net.Conn.Write,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, _ := net.Pipe()
				began := time.Now()
				_, err := call(&patient{Conn: client, patience: 35 * time.Second}, []byte{1})
				if !errors.Is(err, os.ErrDeadlineExceeded) || !Unreachable(err) || time.Since(began) != 35*time.Second {
					t.Errorf("after %s: %v", time.Since(began), err)
				}
			})
		})
	}
}

// A connection that was closed for a silent server is closed again by its owner, without an error.
func TestAConnectionClosesTwice(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	p := &patient{Conn: conn, patience: time.Minute}
	p.tire()
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}

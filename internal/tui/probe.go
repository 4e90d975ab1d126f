package tui

import (
	"bytes"
	"slices"
	"strings"
	"time"

	"github.com/gdamore/tcell/v3/tty"
)

// question asks a terminal whether it has kitty's protocol (with a picture of one pixel that is not shown), and then
// what it is, which every terminal answers (primary device attributes, DA1).
const question = "\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\\x1b[c"

// patience is how long a terminal may take to answer, which may be at the other end of an SSH connection.
const patience = 500 * time.Millisecond

// probe returns how the terminal shows pictures. The terminal is as it was before. Nothing is asked if the environment
// names a terminal that shows none. It waits no longer than patience. Only a failure of the terminal itself is an
// error.
func probe(t tty.Tty, getenv func(string) string) (p protocol, err error) {
	if kind := getenv("TERM"); kind == "dumb" || kind == "linux" {
		return noPictures, nil
	}
	if err := t.Start(); err != nil {
		return noPictures, err
	}
	defer func() {
		if stop := t.Stop(); err == nil {
			err = stop
		}
	}()
	if _, err := t.Write([]byte(question)); err != nil {
		return noPictures, err
	}
	answer := make(chan []byte, 1)
	go func() { answer <- listen(t) }()
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	select {
	case said := <-answer:
		return understand(said, getenv), nil
	case <-timeout.C:
		err := t.Drain() // ends the reading
		return understand(<-answer, getenv), err
	}
}

// listen reads up to the end of the last answer. It gives up after 4 KiB, as when the user is typing.
func listen(t tty.Tty) (said []byte) {
	buffer := make([]byte, 256)
	for len(said) < 4096 {
		n, err := t.Read(buffer)
		said = append(said, buffer[:n]...)
		if _, complete := attributes(said); err != nil || n == 0 || complete {
			break
		}
	}
	return said
}

// understand returns the best protocol of the answers. iTerm2 is known by the environment, because it has no question.
// Attribute 4 means sixels. A multiplexer answers for itself, and would not pass iTerm2's sequence on.
func understand(said []byte, getenv func(string) string) protocol {
	have, _ := attributes(said)
	multiplexed := getenv("TMUX") != "" || getenv("STY") != ""
	switch {
	case bytes.Contains(said, []byte("\x1b_Gi=31;OK")):
		return kitty
	case !multiplexed && (getenv("TERM_PROGRAM") == "iTerm.app" || getenv("LC_TERMINAL") == "iTerm2"):
		return iterm
	case slices.Contains(have, "4"):
		return sixels
	}
	return noPictures
}

// attributes returns the attributes that a terminal has answered, after that of its kind: CSI ? 62 ; 4 ; 22 c.
// complete is false if the answer has not ended.
func attributes(said []byte) (have []string, complete bool) {
	_, rest, found := bytes.Cut(said, []byte("\x1b[?"))
	list, _, ended := bytes.Cut(rest, []byte("c"))
	if !found || !ended || len(bytes.Trim(list, "0123456789;")) > 0 {
		return nil, false
	}
	return strings.Split(string(list), ";")[1:], true
}

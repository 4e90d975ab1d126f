package xdgtrash

import (
	"errors"
	"testing"

	"golang.org/x/sys/unix"
)

func TestAnImmutableFileIsProtected(t *testing.T) {
	b := newBox(t)
	f := b.write("a.png", "bytes")
	file, err := f.Pin()
	must(t, err)
	p := &moving{Pinned: file}
	defer p.Close()
	state := request(t, f).State
	if err := p.mayGo(state); err != nil {
		t.Errorf("a plain file: got %v", err)
	}
	p.Stat.Attributes |= unix.STATX_ATTR_IMMUTABLE
	if err := p.mayGo(state); !errors.Is(err, ErrProtected) {
		t.Errorf("immutable: got %v, want ErrProtected", err)
	}
}

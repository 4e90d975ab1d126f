package main

import (
	"net/url"
	"strings"
	"testing"
)

func TestHyperlinksAreForTerminalsThatAreKnownToShowThem(t *testing.T) {
	t.Parallel()
	for env, want := range map[string]bool{
		"":                                                      false,
		"TERM=xterm-256color":                                   false,
		"TERM=xterm VTE_VERSION=4999":                           false,
		"TERM=xterm VTE_VERSION=5000":                           false,
		"TERM=xterm VTE_VERSION=7600":                           true,
		"VTE_VERSION=7600":                                      false, // no terminal: as under cron
		"TERM=dumb VTE_VERSION=7600":                            false,
		"TERM=linux VTE_VERSION=7600":                           false,
		"TERM=xterm TERM_PROGRAM=iTerm.app":                     true,
		"TERM=xterm TERM_PROGRAM=vscode":                        true,
		"TERM=xterm TERM_PROGRAM=WezTerm":                       true,
		"TERM=xterm TERM_PROGRAM=ghostty":                       true,
		"TERM=xterm TERM_PROGRAM=Apple_Term":                    false,
		"TERM=xterm-kitty":                                      true,
		"TERM=xterm KITTY_WINDOW_ID=1":                          true,
		"TERM=xterm-ghostty":                                    true,
		"TERM=xterm WT_SESSION=0-1":                             true,
		"TERM=xterm KONSOLE_VERSION=201199":                     false,
		"TERM=xterm KONSOLE_VERSION=230804":                     true,
		"TERM=foot":                                             true,
		"TERM=foot-extra":                                       true,
		"TERM=footage":                                          false,
		"TERM=alacritty":                                        true,
		"TERM=xterm ALACRITTY_WINDOW_ID=7":                      true,
		"TERM=tmux-256color VTE_VERSION=7600":                   false,
		"TERM=screen WT_SESSION=0-1":                            false,
		"TERM=screen.xterm-256color VTE_VERSION=7600 STY=1.pts": false,
		"TERM=xterm-256color VTE_VERSION=7600 TMUX=/tmp/x,1,0":  false,
	} {
		if got := linking(environment(env)); got != want {
			t.Errorf("%q: hyperlinks are %v, want %v", env, got, want)
		}
	}
}

// environment returns the getenv of variables that are separated by spaces.
func environment(text string) func(string) string {
	all := map[string]string{}
	for _, field := range strings.Fields(text) {
		name, value, _ := strings.Cut(field, "=")
		all[name] = value
	}
	return func(name string) string { return all[name] }
}

// A name is part of a sequence that a terminal acts on: nothing in it may end the sequence or begin another.
func FuzzFileURL(f *testing.F) {
	for _, path := range []string{
		"/home/mia/ChatGPT Image Apr 20, 2026, 01_17_00 AM.png", "/a/\x1b]8;;http://evil\x07.png", "/bad\xff\xfe.png",
		"/%41?x#y;z", "//two", "/画像\n\u202e\u009c\x9c", "/",
	} {
		f.Add("machine", path)
	}
	f.Add("a\x1b\\b", "/x")
	f.Fuzz(func(t *testing.T, host, path string) {
		if !strings.HasPrefix(path, "/") {
			return
		}
		text := fileURLs{host: host}.of(path)
		if i := strings.IndexFunc(text, func(r rune) bool { return r <= ' ' || r >= 0x7f }); i >= 0 {
			t.Fatalf("%q has %q", text, text[i:])
		}
		if host != "machine" {
			return // not every text is a host
		}
		u, err := url.Parse(text)
		if err != nil || u.Scheme != "file" || u.Host != host || u.Path != path || u.RawQuery+u.Fragment != "" {
			t.Errorf("%q is %q: %+v, %v", path, text, u, err)
		}
	})
}

func TestAURLInWSLNamesTheFileAsWindowsDoes(t *testing.T) {
	t.Parallel()
	got := newFileURLs(environment("WSL_DISTRO_NAME=Ubuntu-24.04")).of("/home/mia/a b.png")
	if want := "file://wsl$/Ubuntu-24.04/home/mia/a%20b.png"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

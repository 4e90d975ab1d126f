package main

import (
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// linking reports whether the terminal that the environment describes is known to show hyperlinks (OSC 8,
// https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda). An unknown terminal counts as one that does
// not: there is no question that all of them answer. tmux and screen pass links on only if they are configured to.
func linking(getenv func(string) string) bool {
	kind := getenv("TERM")
	family, _, _ := strings.Cut(kind, "-")
	switch {
	case slices.Contains([]string{"", "dumb", "linux", "screen", "tmux"}, family),
		getenv("TMUX") != "", getenv("STY") != "":
		return false
	case slices.Contains([]string{"alacritty", "contour", "foot", "ghostty", "wezterm"}, family),
		slices.Contains([]string{"xterm-ghostty", "xterm-kitty"}, kind):
		return true
	case slices.Contains([]string{"Hyper", "WezTerm", "ghostty", "iTerm.app", "mintty", "rio", "vscode", "zed"},
		getenv("TERM_PROGRAM")):
		return true
	}
	for _, name := range []string{"ALACRITTY_WINDOW_ID", "DOMTERM", "KITTY_WINDOW_ID", "WT_SESSION"} {
		if getenv(name) != "" {
			return true
		}
	}
	// VTE is the terminal of GNOME and of many others; both variables are numbers, as 7200 for 0.72.
	vte, _ := strconv.Atoi(getenv("VTE_VERSION"))
	konsole, _ := strconv.Atoi(getenv("KONSOLE_VERSION"))
	return vte > 5000 || konsole >= 201200 // VTE 0.50.0 crashes at a link
}

// fileURLs makes file URLs of this machine's files. Their host is part of it: a terminal may be on another machine. The
// form is that of RFC 8089 with a host, which the specification of OSC 8 asks for.
type fileURLs struct {
	host string
	root string // what the URL has before the path
}

// newFileURLs returns the fileURLs of this machine. In WSL the terminal is a program of Windows, which knows the files
// as \\wsl$\DISTRIBUTION\path; and Windows takes any host for that of a network share.
func newFileURLs(getenv func(string) string) fileURLs {
	if distribution := getenv("WSL_DISTRO_NAME"); distribution != "" {
		return fileURLs{"wsl$", "/" + distribution}
	}
	if runtime.GOOS == "windows" {
		return fileURLs{root: "/"}
	}
	host, _ := os.Hostname() // without one the URL has none, which is valid
	return fileURLs{host: host}
}

// of returns the URL of an absolute path. It is ASCII, without control characters. All other bytes are percent-encoded
// by net/url, so a file name can neither end the sequence nor add one.
func (u fileURLs) of(path string) string {
	return (&url.URL{Scheme: "file", Host: u.host, Path: u.root + filepath.ToSlash(path)}).String()
}

// link returns text as a hyperlink to the file at path, an absolute path; in any other case the text alone.
func (t *terminal) link(path, text string) string {
	if !t.out.links || !filepath.IsAbs(path) {
		return text
	}
	return "\x1b]8;;" + t.urls.of(path) + "\x1b\\" + text + "\x1b]8;;\x1b\\"
}

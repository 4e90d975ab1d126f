package app

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"sweepd/providers/local"
)

// Paths are where things are on this machine for this person, by the XDG Base
// Directory Specification 0.8 and systemd.exec(5).
type Paths struct {
	Home   string
	State  string   // the journal's directory
	Policy []string // where a policy is looked for, in order

	run string // the directory of the control socket
}

// FindPaths reads the environment. A relative path in an XDG variable is
// invalid and ignored, as the specification says.
func FindPaths(getenv func(string) string) (Paths, error) {
	home := getenv("HOME")
	if !filepath.IsAbs(home) {
		home = ""
	}
	under := func(variable string, parts ...string) string {
		if dir := getenv(variable); filepath.IsAbs(dir) {
			return dir
		}
		if home == "" {
			return ""
		}
		return filepath.Join(append([]string{home}, parts...)...)
	}
	p := Paths{Home: home, State: getenv("STATE_DIRECTORY")}
	if p.State == "" {
		if state := under("XDG_STATE_HOME", ".local", "state"); state != "" {
			p.State = filepath.Join(state, "sweepd")
		}
	}
	if !filepath.IsAbs(p.State) {
		return Paths{}, errors.New("there is no place for the journal: $HOME is not set, nor $STATE_DIRECTORY, nor $XDG_STATE_HOME")
	}
	if config := under("XDG_CONFIG_HOME", ".config"); config != "" {
		p.Policy = append(p.Policy, filepath.Join(config, "sweepd", "policy.yaml"))
	}
	p.Policy = append(p.Policy, "/etc/sweepd/policy.yaml")
	p.run = runtimeDir(getenv, p.State)
	return p, nil
}

// runtimeDir is the directory for what lasts as long as the machine is on: the
// unit's own; for whoever looks at a system unit's state from outside, as with
// STATE_DIRECTORY=/var/lib/sweepd, that unit's; the person's; or the state
// directory where there is none. It goes by the state, so that one never speaks
// with the daemon of another.
func runtimeDir(getenv func(string) string, state string) string {
	unit, _, _ := strings.Cut(getenv("RUNTIME_DIRECTORY"), ":") // the first of those that the unit has
	if filepath.IsAbs(unit) {
		return unit
	}
	if getenv("STATE_DIRECTORY") != "" {
		if name, ok := strings.CutPrefix(state, "/var/lib/"); ok {
			return filepath.Join("/run", name)
		}
		return state
	}
	if person := getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(person) {
		return filepath.Join(person, "sweepd")
	}
	return state
}

// Journal is the journal's file.
func (p Paths) Journal() string { return filepath.Join(p.State, "journal.db") }

// Control is the socket at which a daemon that works with this state listens.
func (p Paths) Control() string { return filepath.Join(p.run, "control") }

// FindPolicy returns the policy file to use: the one that was named, or the
// first that exists; "" when there is none.
func (p Paths) FindPolicy(named string) (string, error) {
	if named != "" {
		return named, nil
	}
	for _, path := range p.Policy {
		if _, err := os.Stat(path); err == nil {
			return path, nil
		} else if !errors.Is(err, os.ErrNotExist) {
			return "", err // there is one, and it cannot be seen: not the same as none
		}
	}
	return "", nil
}

// RealPath returns an absolute path of this machine without symbolic links, as
// far as it exists.
func RealPath(path string) string { return local.Real(path) }

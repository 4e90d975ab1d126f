package app

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/sweepd/sweepd/providers/local"
)

// DatabaseVariable is the environment variable with Paths.Database.
const DatabaseVariable = "SWEEPD_DATABASE"

// Paths are the user's files and directories on this machine, by the XDG Base Directory Specification 0.8 and
// systemd.exec(5).
type Paths struct {
	Home   string
	State  string   // the journal's directory
	Policy []string // where a policy is looked for, in order

	// Database is the address of the database that has the journal of several machines, see journal.Open; "": the
	// journal is a file in State. It may have a password.
	Database string

	run string // the directory of the control socket
}

// FindPaths reads the environment. A relative path in an XDG variable is invalid and ignored, as the specification
// requires. It returns an error if there is no place for the journal. It creates nothing and asks no other source than
// the environment, so that a service and a command with the same environment have the same record.
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
	p := Paths{Home: home, State: getenv("STATE_DIRECTORY"), Database: getenv(DatabaseVariable)}
	if p.State == "" {
		if state := under("XDG_STATE_HOME", ".local", "state"); state != "" {
			p.State = filepath.Join(state, "sweepd")
		}
	}
	if !filepath.IsAbs(p.State) {
		return Paths{}, errors.New(
			"no place for the record: none of HOME, STATE_DIRECTORY and XDG_STATE_HOME is set",
		)
	}
	if config := under("XDG_CONFIG_HOME", ".config"); config != "" {
		p.Policy = append(p.Policy, filepath.Join(config, "sweepd", "policy.yaml"))
	}
	p.Policy = append(p.Policy, "/etc/sweepd/policy.yaml")
	p.run = runtimeDir(getenv, p.State)
	return p, nil
}

// runtimeDir returns the directory for files that last until the machine is off. It is the unit's own; or, for a
// process that looks at a system unit's state from outside, as with STATE_DIRECTORY=/var/lib/sweepd, that unit's; or
// the user's; or the state directory if there is none of those. It depends on the state, so that a process never
// reaches the daemon of another state.
func runtimeDir(getenv func(string) string, state string) string {
	unit, _, _ := strings.Cut(getenv("RUNTIME_DIRECTORY"), ":") // the first of the unit's
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

// Journal returns the path of the journal, or its address in a database.
func (p Paths) Journal() string {
	return cmp.Or(p.Database, filepath.Join(p.State, "journal.db"))
}

// heads returns the folder with the last lines of the journal in a database that this machine has written.
func (p Paths) heads() string { return filepath.Join(p.State, "heads") }

// Control returns the path of the socket at which a daemon with this state listens.
func (p Paths) Control() string { return filepath.Join(p.run, "control") }

// FindPolicy returns the policy file to use: named, or the first that exists; "" if there is none.
func (p Paths) FindPolicy(named string) (string, error) {
	if named != "" {
		return named, nil
	}
	for _, path := range p.Policy {
		if _, err := os.Stat(path); err == nil {
			return path, nil
		} else if !errors.Is(err, os.ErrNotExist) {
			return "", err // the file exists but cannot be seen: not the same as none
		}
	}
	return "", nil
}

// RealPath returns an absolute path of this machine without symbolic links, as far as it exists.
func RealPath(path string) string { return local.Real(path) }

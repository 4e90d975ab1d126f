package app

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func env(pairs map[string]string) func(string) string {
	return func(name string) string { return pairs[name] }
}

func TestPathsFollowTheEnvironment(t *testing.T) {
	for _, c := range []struct {
		env    map[string]string
		state  string
		policy string // the first place
	}{
		{
			map[string]string{"HOME": "/home/ann"},
			"/home/ann/.local/state/sweepd",
			"/home/ann/.config/sweepd/policy.yaml",
		},
		{
			map[string]string{"HOME": "/home/ann", "XDG_STATE_HOME": "/s", "XDG_CONFIG_HOME": "/c"},
			"/s/sweepd",
			"/c/sweepd/policy.yaml",
		},
		{
			map[string]string{"HOME": "/home/ann", "XDG_STATE_HOME": "s", "XDG_CONFIG_HOME": "c"},
			"/home/ann/.local/state/sweepd",
			"/home/ann/.config/sweepd/policy.yaml",
		},
		{
			map[string]string{"STATE_DIRECTORY": "/var/lib/sweepd", "XDG_STATE_HOME": "/s"},
			"/var/lib/sweepd",
			"/etc/sweepd/policy.yaml",
		},
	} {
		p, err := FindPaths(env(c.env))
		if err != nil || p.State != c.state || p.Policy[0] != c.policy || p.Journal() != c.state+"/journal.db" {
			t.Errorf("%v: got %+v, %v; want state %s, policy %s", c.env, p, err, c.state, c.policy)
		}
	}
	for _, none := range []map[string]string{
		nil, {"HOME": "ann"}, {"HOME": "/home/ann", "STATE_DIRECTORY": "relative"},
	} {
		if p, err := FindPaths(env(none)); err == nil {
			t.Errorf("%v: got %+v, want an error", none, p)
		}
	}
}

func TestTheControlSocketIsThatOfTheDaemonWithThisState(t *testing.T) {
	for _, c := range []struct {
		env  map[string]string
		want string
	}{
		{map[string]string{"HOME": "/home/ann"}, "/home/ann/.local/state/sweepd/control"},
		{map[string]string{"HOME": "/home/ann", "XDG_RUNTIME_DIR": "/run/user/1000"}, "/run/user/1000/sweepd/control"},
		{map[string]string{"HOME": "/home/ann", "XDG_RUNTIME_DIR": "run"}, "/home/ann/.local/state/sweepd/control"},
		{
			map[string]string{
				"HOME":              "/home/ann",
				"XDG_RUNTIME_DIR":   "/run/user/1000",
				"STATE_DIRECTORY":   "/home/ann/.local/state/sweepd",
				"RUNTIME_DIRECTORY": "/run/user/1000/sweepd",
			},
			"/run/user/1000/sweepd/control",
		},
		{
			map[string]string{"STATE_DIRECTORY": "/var/lib/sweepd", "RUNTIME_DIRECTORY": "/run/sweepd"},
			"/run/sweepd/control",
		},
		{
			map[string]string{"STATE_DIRECTORY": "/var/lib/sweepd", "RUNTIME_DIRECTORY": "/run/sweepd:/run/other"},
			"/run/sweepd/control",
		},
		{
			map[string]string{"STATE_DIRECTORY": "/var/lib/sweepd", "XDG_RUNTIME_DIR": "/run/user/0"},
			"/run/sweepd/control",
		},
		{map[string]string{"STATE_DIRECTORY": "/var/lib/sweepd/ann"}, "/run/sweepd/ann/control"},
		{map[string]string{"STATE_DIRECTORY": "/mnt/state", "XDG_RUNTIME_DIR": "/run/user/1000"}, "/mnt/state/control"},
	} {
		if p, err := FindPaths(env(c.env)); err != nil || p.Control() != c.want {
			t.Errorf("%v: got %s, %v; want %s", c.env, p.Control(), err, c.want)
		}
	}
}

func TestThePolicyIsTheOneThatWasNamedOrTheFirstThatIsThere(t *testing.T) {
	dir := t.TempDir()
	first, second := filepath.Join(dir, "first.yaml"), filepath.Join(dir, "second.yaml")
	p := Paths{Policy: []string{first, second}}
	want := func(doing, named, want string) {
		t.Helper()
		if got, err := p.FindPolicy(named); err != nil || got != want {
			t.Errorf("%s: got %q, %v; want %q", doing, got, err, want)
		}
	}
	want("none there", "", "")
	for _, path := range slices.Backward(p.Policy) {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		want("there", "", path)
	}
	want("named", "mine.yaml", "mine.yaml")
	p.Policy = []string{filepath.Join(first, "below-a-file"), second}
	if got, err := p.FindPolicy(""); err == nil {
		t.Errorf("one that cannot be looked at: got %q, want an error: it is not the same as none", got)
	}
}

package xdgtrash

import "testing"

func TestTheHomeTrashFollowsTheEnvironment(t *testing.T) {
	for _, c := range []struct{ data, home, want string }{
		{"/d", "/h", "/d/Trash"},
		{"", "/h", "/h/.local/share/Trash"},
		{"relative", "/h", "/h/.local/share/Trash"},
		{"", "", ""},
		{"", "relative", ""},
	} {
		got, err := Home(func(name string) string {
			return map[string]string{"XDG_DATA_HOME": c.data, "HOME": c.home}[name]
		})
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("data %q, home %q: got %q, %v; want %q", c.data, c.home, got, err, c.want)
		}
	}
}

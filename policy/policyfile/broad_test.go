package policyfile

import (
	"fmt"
	"strings"
	"testing"
)

func TestAFolderThatHoldsMoreThanPicturesIsBroad(t *testing.T) {
	for _, c := range []struct{ root, home, want string }{
		{"/", "/home/mia", "it is the whole disk"},
		{"/", "", "it is the whole disk"},
		{"/data", "", "it is one of the first folders of the disk"},
		{"/mnt", "/home/mia", "it is one of the first folders of the disk"},
		{"/home", "/home/mia", "your home is inside it"},
		{"/home", "", "it is one of the first folders of the disk"},
		{"/home/mia", "/home/mia", "it is somebody's whole home"},
		{"/home/ann", "/home/mia", "it is somebody's whole home"},
		{"/Users/ann", "", "it is somebody's whole home"},
		{"/users/ANN", "", "it is somebody's whole home"},
		{"/root", "", "it is somebody's whole home"},
		{"/srv/people/mia", "/srv/people/mia", "it is somebody's whole home"},
		{"/srv/people/Mia", "/srv/people/mia", "it is somebody's whole home"},
		{"/srv/people", "/srv/people/mia", "your home is inside it"},
		{"/srv/people/ann", "/srv/people/mia", ""},
		{"/srv/peo", "/srv/people/mia", ""},
		{"/home/mia/Downloads", "/home/mia", ""},
		{"/root/Downloads", "/root", ""},
		{"/home/ann/Pictures", "", ""},
		{"/media/mia/stick", "/home/mia", ""},
		{"/srv/pictures", "", ""},
		{"/srv/pictures", "/", ""},
	} {
		if got := Broad(c.root, c.home, func(path string) string { return path }); got != c.want {
			t.Errorf("%s with the home %q: got %q, want %q", c.root, c.home, got, c.want)
		}
	}
}

func TestABroadRootIsTakenWhenThePolicySaysSo(t *testing.T) {
	for _, root := range []string{"/", "/home", "~/", "/mnt", "/home/ann"} {
		const rest = "\nrules: [{name: k, do: keep}]"
		src := "version: 1\nstorages: {all: {type: local, roots: [" + root + "]%s}}" + rest
		if p := parse(t, fmt.Sprintf(src, ", allow_broad_root: true")); !p.Storages["all"].AllowBroadRoot {
			t.Errorf("%s: got %+v", root, p.Storages["all"])
		}
		for _, not := range []string{"", ", allow_broad_root: false"} {
			if _, err := Parse("policy.yaml", fmt.Appendf(nil, src, not), ParseOptions{Home: home + "/"}); err == nil ||
				!strings.Contains(err.Error(), "is too broad") {
				t.Errorf("%s%s: got %v, want it refused", root, not, err)
			}
		}
	}
}

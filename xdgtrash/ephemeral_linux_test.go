package xdgtrash

import (
	"errors"
	"maps"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestABinThatDiesWithItsSandboxIsRefused(t *testing.T) {
	const ext4, overlay = unix.EXT4_SUPER_MAGIC, unix.OVERLAYFS_SUPER_MAGIC
	for _, c := range []struct {
		path      string
		fsType    int64
		contained bool
		advice    string // "" when it lasts
	}{
		{"/home/ann/.local/share/Trash", ext4, false, ""},
		{"/home/ann/snap/code/123/.local/share/Trash", ext4, false, "XDG_DATA_HOME"},
		{"/home/ann/snap/firefox/common/.local/share/Trash", ext4, true, "XDG_DATA_HOME"},
		{"/root/.var/app/org.gnome.eog/data/Trash", ext4, false, "XDG_DATA_HOME"},
		{"/home/snap/.local/share/Trash", ext4, false, ""},
		{"/home/ann/snap/Trash", ext4, false, ""},
		{"/home/ann/.var/data/Trash", ext4, false, ""},
		{"/root/.local/share/Trash", overlay, true, "mount a folder of the host"},
		{"/.Trash-0", overlay, true, "mount a folder of the host"},
		{"/root/.local/share/Trash", overlay, false, ""}, // a live system
		{"/root/.local/share/Trash", ext4, true, ""},
	} {
		err := checkEphemeral("sweepd", c.path, c.fsType, c.contained)
		if (err != nil) != (c.advice != "") || err != nil &&
			(!errors.Is(err, errors.ErrUnsupported) || !strings.Contains(err.Error(), c.advice)) {
			t.Errorf("%s on %x, contained %v: got %v, want advice %q", c.path, c.fsType, c.contained, err, c.advice)
		}
	}
}

func TestWhatIsNoLineOfDirectorysizesCountsForNothing(t *testing.T) {
	got := parseSizes([]byte("16384 15803468 Documents\n8192 15803582 Another%20Folder%0A\n\x00\xff\n-5 1 negative\n" +
		"99999999999999999999 1 huge\n1 x name\n1 1 \n1 1\n5 6 bad%2\n7 8 a b\n9 10 last"))
	want := map[string]folderSize{
		"Documents": {16384, 15803468}, "Another Folder\n": {8192, 15803582}, "a b": {7, 8}, "last": {9, 10},
	}
	if !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

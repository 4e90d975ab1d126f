//go:build linux

package local

import (
	"errors"
	"maps"
	"slices"
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
		err := checkEphemeral(c.path, c.fsType, c.contained)
		if (err != nil) != (c.advice != "") || err != nil &&
			(!errors.Is(err, errors.ErrUnsupported) || !strings.Contains(err.Error(), c.advice)) {
			t.Errorf("%s on %x, contained %v: got %v, want advice %q", c.path, c.fsType, c.contained, err, c.advice)
		}
	}
}

func TestNothingIsPutIntoASnapsTrash(t *testing.T) {
	b := newBox(t)
	e := b.write("a.png", "bytes")
	b.d = b.open(func(o *Options) { o.TrashHome = b.top + "/snap/code/123/.local/share/Trash" })
	b.refuses(e, errors.ErrUnsupported)
	b.holds(e.Path, "bytes")
	b.missing(b.top + "/snap")
}

func TestTheTableOfMountsIsReadAsTheKernelWritesIt(t *testing.T) {
	const table = `22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard
36 27 98:0 /sub /media/my\040disk\134\012\011x rw,noatime master:1 shared:2 - vfat /dev/sd\040b1 rw
40 36 0:50 / /media/my\040disk\134\012\011x/net rw - fuse.sshfs ann@host:/ rw
41 40 0:51 / /media/my\040disk\134\012\011x/net/tmp rw - tmpfs none rw
`
	all, err := parseMounts(table)
	must(t, err)
	disk := "/media/my disk\\\n\tx"
	want := []mount{
		{22, 27, "0:21", "/", "/proc", "proc"},
		{27, 1, "254:0", "/", "/", "ext4"},
		{36, 27, "98:0", "/sub", disk, "vfat"},
		{40, 36, "0:50", "/", disk + "/net", "fuse.sshfs"},
		{41, 40, "0:51", "/", disk + "/net/tmp", "tmpfs"},
	}
	if !slices.Equal(all, want) {
		t.Errorf("got %+v, want %+v", all, want)
	}
	for i, want := range []bool{true, true, true, false, false} {
		if got := all[i].local(all); got != want {
			t.Errorf("%s: local %v, want %v", all[i].point, got, want)
		}
	}
	for _, kind := range []string{
		"nfs", "nfs4", "cifs", "smb3", "9p", "fuse", "fuseblk", "autofs", "ceph", "afs", "new",
	} {
		if (mount{kind: kind}).local(nil) {
			t.Errorf("%s is taken for a local disk", kind)
		}
	}
	ring := []mount{{id: 1, parent: 2, point: "/a", kind: "ext4"}, {id: 2, parent: 1, point: "/b", kind: "ext4"}}
	if ring[0].local(ring) {
		t.Error("a ring of mounts is taken for a local disk")
	}
	for _, bad := range []string{
		"x\n", "\n", "a 1 0:1 / / rw - ext4 x rw\n", "1 1 0:1 / relative rw - ext4 x rw\n", "1 1 0:1 / / rw -\n",
		"1 1 0:1 / / rw ext4 x rw\n",
	} {
		if all, err := parseMounts(table + bad); !errors.Is(err, errMounts) {
			t.Errorf("%q: got %+v, %v; want %v", bad, all, err, errMounts)
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

func FuzzParseMounts(f *testing.F) {
	f.Add("36 35 98:0 / /mnt\\040x rw,noatime master:1 - ext3 /dev/root rw\n")
	f.Fuzz(func(t *testing.T, text string) {
		all, err := parseMounts(text)
		for _, m := range all {
			if err != nil || m.point[0] != '/' {
				t.Errorf("%q: got %+v, %v", text, m, err)
			}
		}
	})
}

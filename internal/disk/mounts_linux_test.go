package disk

import (
	"errors"
	"slices"
	"testing"
)

func TestTheTableOfMountsIsReadAsTheKernelWritesIt(t *testing.T) {
	const table = `22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard
36 27 98:0 /sub /media/my\040disk\134\012\011x rw,noatime master:1 shared:2 - vfat /dev/sd\040b1 rw
40 36 0:50 / /media/my\040disk\134\012\011x/net rw - fuse.sshfs ann@host:/ rw
41 40 0:51 / /media/my\040disk\134\012\011x/net/tmp rw - tmpfs none rw
`
	all, err := parseMounts(table)
	if err != nil {
		t.Fatal(err)
	}
	disk := "/media/my disk\\\n\tx"
	want := []Mount{
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
		if got := all[i].Local(all); got != want {
			t.Errorf("%s: local %v, want %v", all[i].Point, got, want)
		}
	}
	for _, kind := range []string{
		"nfs", "nfs4", "cifs", "smb3", "9p", "fuse", "fuseblk", "autofs", "ceph", "afs", "new",
	} {
		if (Mount{Kind: kind}).Local(nil) {
			t.Errorf("%s is taken for a local disk", kind)
		}
	}
	ring := []Mount{{ID: 1, parent: 2, Point: "/a", Kind: "ext4"}, {ID: 2, parent: 1, Point: "/b", Kind: "ext4"}}
	if ring[0].Local(ring) {
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

func FuzzParseMounts(f *testing.F) {
	f.Add("36 35 98:0 / /mnt\\040x rw,noatime master:1 - ext3 /dev/root rw\n")
	f.Fuzz(func(t *testing.T, text string) {
		all, err := parseMounts(text)
		for _, m := range all {
			if err != nil || m.Point[0] != '/' {
				t.Errorf("%q: got %+v, %v", text, m, err)
			}
		}
	})
}

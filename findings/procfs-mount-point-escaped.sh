#!/bin/sh
# github.com/prometheus/procfs v0.23.0
#
# Expected: MountInfo.MountPoint is the path of a mount. The kernel writes a space in it as \\040 in the table
# (proc(5): octal escapes of space, tab, newline and backslash), as it must separate the fields; a reader of the table
# undoes that.
# Behaviour: GetProcMounts and GetMounts return MountPoint, Root and Source as they are in the table. A disk that is
# mounted at "/media/ada/My Disk", as desktops do with its label, has the path /media/ada/My\\040Disk, at which there
# is nothing. github.com/moby/sys/mountinfo returns the path. No error is reported.
# Workaround: decode \\040, \\011, \\012 and \\134; or use github.com/moby/sys/mountinfo.
#
# Needs go and the Go module proxy.
# Exit status: 0 the behaviour is present, 1 it has changed, 2 it could not be tested.
set -eu
version=v0.23.0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat > main.go <<'GO'
package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/moby/sys/mountinfo"
	"github.com/prometheus/procfs"
)

func check(err error) {
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(2)
	}
}

// A line as the kernel writes it. The second library reads it as a text, the first one from a folder like /proc.
const line = `90 25 8:17 / /media/ada/My\040Disk rw,nosuid shared:50 - ext4 /dev/sdb1 rw` + "\n"

func main() {
	check(os.MkdirAll("proc/7", 0o700))
	check(os.WriteFile("proc/7/mountinfo", []byte(line), 0o600))
	fs, err := procfs.NewFS("proc")
	check(err)
	process, err := fs.Proc(7)
	check(err)
	mounts, err := process.MountInfo()
	check(err)
	other, err := mountinfo.GetMountsFromReader(strings.NewReader(line), nil)
	check(err)
	if len(mounts) != 1 || len(other) != 1 || other[0].Mountpoint != "/media/ada/My Disk" {
		check(fmt.Errorf("%d and %d mounts", len(mounts), len(other)))
	}
	seen := mounts[0].MountPoint
	fmt.Printf("expected (and moby/sys/mountinfo) %q\n", other[0].Mountpoint)
	fmt.Printf("seen                              %q\n", seen)
	if seen == `/media/ada/My\040Disk` {
		fmt.Println("behaviour: the escapes of the table are kept")
		return
	}
	fmt.Println("changed")
	os.Exit(1)
}
GO

if ! { go mod init finding && go get "github.com/prometheus/procfs@$version" github.com/moby/sys/mountinfo@v0.7.2 && go build -o finding . ; } >log 2>&1; then
	cat log
	exit 2
fi
echo "version: github.com/prometheus/procfs $version, $(go env GOVERSION)"
./finding

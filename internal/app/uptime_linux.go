package app

import (
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// uptime returns the kernel's ID of this boot (random(4), boot_id) and the time since it, sleep included
// (clock_gettime(2), CLOCK_BOOTTIME). No setting of the wall clock changes either.
func uptime() (boot string, since time.Duration) {
	id, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	var ts unix.Timespec
	if err != nil || unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts) != nil {
		return "", 0
	}
	return strings.TrimSpace(string(id)), time.Duration(ts.Nano())
}

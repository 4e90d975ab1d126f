package app

import (
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// uptime is the kernel's name of this start of the machine (random(4),
// boot_id) and how long ago it was, sleep included (clock_gettime(2),
// CLOCK_BOOTTIME). No setting of the wall clock changes either.
func uptime() (boot string, since time.Duration) {
	id, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	var ts unix.Timespec
	if err != nil || unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts) != nil {
		return "", 0
	}
	return strings.TrimSpace(string(id)), time.Duration(ts.Nano())
}

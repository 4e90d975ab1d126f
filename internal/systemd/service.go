// Package systemd implements the interfaces between sweepd and the service manager: sd_notify(3), the watchdog,
// sockets that systemd has opened, credentials, and records to journald with fields of their own.
//
// It builds everywhere and does nothing without systemd: each method of a Service without a listener returns at once,
// and JournalReads returns false. The environment shows whether systemd is there; see systemd.exec(5), "Environment
// Variables Set or Propagated by the Service Manager".
package systemd

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode"

	"github.com/coreos/go-systemd/v22/activation"
	"github.com/coreos/go-systemd/v22/daemon"
)

// Service is this process as systemd sees it.
type Service struct {
	getenv func(string) string
}

// New returns the Service that getenv describes. If getenv returns no NOTIFY_SOCKET, nothing is sent; else getenv
// must be the environment of the process, which the library reads.
func New(getenv func(string) string) *Service { return &Service{getenv: getenv} }

// Ready reports that start-up, or a reload, is done. status is one line for systemctl status.
func (s *Service) Ready(status string) error {
	return s.notify(daemon.SdNotifyReady, statusLine(status))
}

// Status reports the present activity in one line.
func (s *Service) Status(text string) error { return s.notify(statusLine(text)) }

// Reloading reports that a reload has begun, which Ready ends. It sends the time that Type=notify-reload requires
// (sd_notify(3)).
func (s *Service) Reloading() error {
	return s.notify(daemon.SdNotifyReloading, strings.TrimSuffix(daemon.SdNotifyMonotonicUsec(), "\n"))
}

// Stopping reports that shutdown has begun.
func (s *Service) Stopping(text string) error {
	return s.notify(daemon.SdNotifyStopping, statusLine(text))
}

// Beat reports that this process is alive and well; see WatchdogEvery.
func (s *Service) Beat() error { return s.notify(daemon.SdNotifyWatchdog) }

// WatchdogEvery returns the interval at which Beat is expected: half the time after which systemd considers the
// process hung and aborts it (sd_watchdog_enabled(3)). It returns false if there is no watchdog.
func (s *Service) WatchdogEvery() (time.Duration, bool) {
	if s.getenv("WATCHDOG_USEC") == "" {
		return 0, false
	}
	limit, err := daemon.SdWatchdogEnabled(false)
	return limit / 2, err == nil && limit > 0
}

// Listeners returns the sockets that systemd opened for this process, by the FileDescriptorName= of their units. A
// second call returns none. If one is not a stream socket, it closes all and returns an error.
func (s *Service) Listeners() (map[string][]net.Listener, error) {
	if s.getenv("LISTEN_FDS") == "" {
		return nil, nil
	}
	var errs []error
	all := map[string][]net.Listener{}
	for name, files := range activation.FilesWithNames() {
		for _, f := range files {
			l, err := net.FileListener(f) // a copy, so that f is closed in any case
			if err != nil {
				errs = append(errs, fmt.Errorf("socket %q of systemd: %w", name, err))
			} else {
				all[name] = append(all[name], l)
			}
			errs = append(errs, f.Close())
		}
	}
	if err := errors.Join(errs...); err != nil {
		for _, ls := range all {
			for _, l := range ls {
				err = errors.Join(err, l.Close())
			}
		}
		return nil, err
	}
	return all, nil
}

// Credential returns the file of a credential from the unit's LoadCredential= or SetCredential= (systemd.exec(5),
// "Credentials"). It returns false if there is none of that name, or if name is not valid.
func (s *Service) Credential(name string) (path string, ok bool) {
	dir := s.getenv("CREDENTIALS_DIRECTORY")
	if !filepath.IsAbs(dir) || name == "" || name == "." || name == ".." || strings.ContainsAny(name, `/\`) {
		return "", false
	}
	path = filepath.Join(dir, name)
	fi, err := os.Stat(path)
	return path, err == nil && fi.Mode().IsRegular()
}

// notify sends assignments, one a line, as one datagram.
func (s *Service) notify(assignments ...string) error {
	if s.getenv("NOTIFY_SOCKET") == "" {
		return nil
	}
	if _, err := daemon.SdNotify(false, strings.Join(assignments, "\n")); err != nil {
		return fmt.Errorf("tell systemd: %w", err)
	}
	return nil
}

// statusLine returns text as an assignment, without line breaks, each of which would begin another one.
func statusLine(text string) string {
	return "STATUS=" + strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
}

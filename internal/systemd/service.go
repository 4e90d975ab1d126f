// Package systemd is what sweepd and the service manager say to each other:
// sd_notify(3), the watchdog, sockets that were opened for us, credentials, and
// records to journald with fields of their own.
//
// It builds everywhere and does nothing where systemd is not: every method of a
// Service that nobody listens to returns at once, and NewHandler is then the
// handler that it was given. Whether systemd is there is asked of the
// environment; see systemd.exec(5), "Environment Variables Set or Propagated by
// the Service Manager".
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

// New is the Service that getenv describes. Where getenv knows no NOTIFY_SOCKET
// nothing is sent; else it must be the environment of the process, since that is
// what the library reads.
func New(getenv func(string) string) *Service { return &Service{getenv: getenv} }

// Ready says that start-up, or a reload, is done. status is one line for
// systemctl status.
func (s *Service) Ready(status string) error {
	return s.notify(daemon.SdNotifyReady, statusLine(status))
}

// Status says in one line what is being done.
func (s *Service) Status(text string) error { return s.notify(statusLine(text)) }

// Reloading says that a reload has begun, which Ready ends. The time that goes
// with it is what Type=notify-reload asks for (sd_notify(3)).
func (s *Service) Reloading() error {
	return s.notify(daemon.SdNotifyReloading, strings.TrimSuffix(daemon.SdNotifyMonotonicUsec(), "\n"))
}

// Stopping says that the end has begun.
func (s *Service) Stopping(text string) error {
	return s.notify(daemon.SdNotifyStopping, statusLine(text))
}

// Beat says that this process is alive and well; see WatchdogEvery.
func (s *Service) Beat() error { return s.notify(daemon.SdNotifyWatchdog) }

// WatchdogEvery is how often Beat is expected: half the time after which
// systemd takes the process for hung and aborts it (sd_watchdog_enabled(3)).
// False: nobody watches.
func (s *Service) WatchdogEvery() (time.Duration, bool) {
	if s.getenv("WATCHDOG_USEC") == "" {
		return 0, false
	}
	limit, err := daemon.SdWatchdogEnabled(false)
	return limit / 2, err == nil && limit > 0
}

// Listeners are the sockets that systemd opened for this process, by the
// FileDescriptorName= of their units. They are handed out once; a second call
// has none. One that is no stream socket is an error, and all are closed then.
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

// Credential is the file of a credential that the unit's LoadCredential= or
// SetCredential= names (systemd.exec(5), "Credentials"). False: there is none of
// that name, or name is not one.
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

// statusLine is text as an assignment. A line break would begin another one.
func statusLine(text string) string {
	return "STATUS=" + strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
}

package status

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// The limits of a client.
const (
	statusTimeout  = 3 * time.Second  // the daemon has the answer at hand
	commandTimeout = 30 * time.Second // it reads a policy first
	mostTold       = 4 << 20
)

// ErrSilent is returned if a daemon listens there and does not answer, for example because it is stopped.
var ErrSilent = errors.New("it does not respond")

// Status returns the state of the daemon behind a control socket. It returns fs.ErrNotExist if none listens there, and
// ErrSilent if there is no answer within three seconds.
func Status(ctx context.Context, socket string) (Daemon, error) {
	b, err := call(ctx, socket, statusTimeout, http.MethodGet, "/status.json")
	if err != nil {
		return Daemon{}, err
	}
	var a answer
	if err := json.Unmarshal(b, &a); err != nil {
		return Daemon{}, fmt.Errorf("%s is not served by a sweepd of this version: %w", socket, err)
	}
	return a.daemon(), nil
}

// Command requests an action of the daemon behind a control socket, "sweep" or "reload", for the storages, or for all
// if there are none. It returns the daemon's own error if it refuses, fs.ErrNotExist if none listens there, and
// ErrSilent if there is no answer within 30 seconds.
func Command(ctx context.Context, socket, verb string, storages []string) error {
	path := url.URL{Path: "/do/" + verb, RawQuery: url.Values{"storage": storages}.Encode()}
	_, err := call(ctx, socket, commandTimeout, http.MethodPost, path.String())
	return err
}

// Link returns a new link to the review page of the daemon behind a control socket. It returns the errors of Command;
// the daemon refuses if it has no such page.
func Link(ctx context.Context, socket string) (string, error) {
	b, err := call(ctx, socket, statusTimeout, http.MethodPost, "/link")
	return strings.TrimSpace(string(b)), err
}

// call makes one request and returns the body of the answer. It returns an error if the daemon refuses.
//
// The socket is the only address; the host in the request is a name for it, which the daemon does not check. The
// connection is not kept: a command makes one call and ends.
func call(ctx context.Context, socket string, most time.Duration, method, path string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, "http://sweepd"+path, nil)
	if err != nil {
		return nil, err
	}
	t := &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", socket)
		},
	}
	resp, err := t.RoundTrip(req)
	// EINVAL means that the path is too long for a socket.
	if errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) ||
		errors.Is(err, syscall.EINVAL) {
		return nil, fmt.Errorf("no service listens on %s: %w", socket, fs.ErrNotExist)
	}
	if err != nil {
		return nil, unanswered(socket, err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, mostTold))
	switch {
	case err != nil:
		return nil, unanswered(socket, err)
	case resp.StatusCode == http.StatusConflict:
		return nil, errors.New(strings.TrimSpace(string(b)))
	case resp.StatusCode >= 300:
		return nil, fmt.Errorf("the service at %s: %s: %s", socket, resp.Status, strings.TrimSpace(string(b)))
	}
	return b, nil
}

// unanswered returns the error for a missing answer, with ErrSilent in place of a timeout.
func unanswered(socket string, err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		err = ErrSilent
	}
	return fmt.Errorf("query the service at %s: %w", socket, err)
}

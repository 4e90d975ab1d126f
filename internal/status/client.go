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

// What a client waits for, and takes.
const (
	askFor   = 3 * time.Second  // the daemon has it at hand
	tellFor  = 30 * time.Second // it reads a policy first
	mostTold = 4 << 20
)

// ErrSilent: a daemon listens there and does not answer, as one that is stopped.
var ErrSilent = errors.New("it does not answer")

// Ask asks the daemon behind a control socket for its state. fs.ErrNotExist: none
// listens there; ErrSilent: it did not say anything in three seconds.
func Ask(ctx context.Context, socket string) (Daemon, error) {
	b, err := call(ctx, socket, askFor, http.MethodGet, "/status.json")
	if err != nil {
		return Daemon{}, err
	}
	var d Daemon
	if err := json.Unmarshal(b, &d); err != nil {
		return Daemon{}, fmt.Errorf("what answers at %s is no daemon of this version: %w", socket, err)
	}
	return d, nil
}

// Tell tells the daemon behind a control socket to do something to the storages,
// to all without any: "sweep" or "reload". An error is the daemon's own, why not;
// fs.ErrNotExist: none listens there; ErrSilent: it did not say anything in 30
// seconds.
func Tell(ctx context.Context, socket, verb string, storages []string) error {
	path := url.URL{Path: "/do/" + verb, RawQuery: url.Values{"storage": storages}.Encode()}
	_, err := call(ctx, socket, tellFor, http.MethodPost, path.String())
	return err
}

// call makes one request and gives the body of an answer that is not a refusal.
func call(ctx context.Context, socket string, most time.Duration, method, path string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, "http://sweepd"+path, nil)
	if err != nil {
		return nil, err
	}
	t := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socket)
	}}
	resp, err := t.RoundTrip(req)
	if errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) || errors.Is(err, syscall.EINVAL) { // too long a path for a socket
		return nil, fmt.Errorf("no daemon listens at %s: %w", socket, fs.ErrNotExist)
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
		return nil, fmt.Errorf("the daemon at %s: %s: %s", socket, resp.Status, strings.TrimSpace(string(b)))
	}
	return b, nil
}

// unanswered says why there is no answer.
func unanswered(socket string, err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		err = ErrSilent
	}
	return fmt.Errorf("ask the daemon at %s: %w", socket, err)
}

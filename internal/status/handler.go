package status

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Options are the options of a Handler.
type Options struct {
	State func() Daemon    // returns the state to show; called by several goroutines at once
	Now   func() time.Time // required
	// Stale returns the age from which on the last good scan makes a storage unhealthy, by the present policy; 0, or
	// nil: never.
	Stale func() time.Duration
	Pprof bool // serve /debug/pprof too

	// Do carries out or begins a command. It returns an error if it refuses. storages are as the client named them;
	// none: all.
	Do func(ctx context.Context, verb string, storages []string) error
	// Link returns a new link to the review page; "": the daemon has none, as for nil.
	Link func() string
}

// verbs returns the commands of a daemon.
func verbs() []string { return []string{"sweep", "reload"} }

// Handler returns a handler of a daemon's pages:
//
//	GET  /healthz      200 "ok", or 503 with a line for each unhealthy storage
//	GET  /metrics      for Prometheus
//	GET  /status.json  the Daemon; over a unix socket only
//	POST /link         a new link to the review page, or 404 without one; over a unix socket only
//	POST /do/VERB      with ?storage= repeated for each: 204, or 409 with the reason; over a unix socket only
//	GET  /debug/pprof  with the option
//
// A request that did not come over a unix socket must have come to a loopback address, and its Host must be a
// loopback number or localhost. Another name may be one that an attacker has pointed here (DNS rebinding), so that a
// browser takes the answer for a page of the attacker's site.
func Handler(o Options) http.Handler {
	h := handler{o}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", h.health)
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry(h.page), promhttp.HandlerOpts{MaxRequestsInFlight: 4}))
	mux.Handle("GET /status.json", ownersOnly(h.status))
	mux.Handle("POST /do/{verb}", ownersOnly(h.do))
	mux.Handle("POST /link", ownersOnly(h.link))
	if o.Pprof {
		// The page cmdline is left out: it has the name of the policy.
		mux.HandleFunc("GET /debug/pprof/", pprof.Index)
		mux.HandleFunc("GET /debug/pprof/cmdline", http.NotFound)
		mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
		mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
		mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	}
	return guarded(mux)
}

// handler serves the pages. It keeps no state: each request asks for the daemon's.
type handler struct{ o Options }

// page returns the state for one request: all of it from one moment.
func (h handler) page() page {
	p := page{Daemon: h.o.State(), now: h.o.Now()}
	if h.o.Stale != nil {
		p.stale = h.o.Stale()
	}
	return p
}

// health serves /healthz. It names storages, but no file and no folder: any user of the machine may read it.
func (h handler) health(w http.ResponseWriter, _ *http.Request) {
	p := h.page()
	var ill strings.Builder
	if p.RecordErr != "" {
		ill.WriteString("the record is not reliable\n") // the error has a path in it
	}
	for _, s := range p.Storages {
		if why := sick(p.Daemon, s, p.now, p.stale); why != "" {
			fmt.Fprintf(&ill, "%s %s\n", s.Name, why)
		}
	}
	if ill.Len() > 0 {
		text(w, http.StatusServiceUnavailable, ill.String())
		return
	}
	text(w, http.StatusOK, "ok\n")
}

// status serves /status.json.
func (h handler) status(w http.ResponseWriter, _ *http.Request) {
	d := h.o.State()
	if d.Storages == nil {
		d.Storages = []Storage{}
	}
	b, err := json.Marshal(d.answer())
	if err != nil { // a time of the year 10000
		text(w, http.StatusInternalServerError, err.Error()+"\n")
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(append(b, '\n')) // a failure means that the client has gone
}

// do serves /do/VERB. It answers when the daemon has accepted the command, which for a sweep is long before its
// end.
func (h handler) do(w http.ResponseWriter, r *http.Request) {
	verb := r.PathValue("verb")
	if h.o.Do == nil || !slices.Contains(verbs(), verb) {
		text(w, http.StatusNotFound, fmt.Sprintf("unknown request %q\n", verb))
		return
	}
	if err := h.o.Do(r.Context(), verb, r.URL.Query()["storage"]); err != nil {
		text(w, http.StatusConflict, err.Error()+"\n")
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// link serves /link.
func (h handler) link(w http.ResponseWriter, _ *http.Request) {
	link := ""
	if h.o.Link != nil {
		link = h.o.Link()
	}
	if link == "" {
		text(w, http.StatusNotFound, "the service has no review page\n")
		return
	}
	text(w, http.StatusOK, link+"\n")
}

// text sends a plain text with that status.
func text(w http.ResponseWriter, status int, say string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(say)) // a failure means that the client has gone
}

// guarded passes on requests over a unix socket, and requests to this machine by its own name. Others get 421. It
// sets headers with which a browser neither stores an answer nor runs anything in it.
func guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for k, v := range map[string]string{
			"Cache-Control":           "no-store",
			"X-Content-Type-Options":  "nosniff",
			"Content-Security-Policy": "default-src 'none'",
		} {
			w.Header().Set(k, v)
		}
		if !overUnix(r) && !(atLoopback(r) && NamesLoopback(r.Host)) {
			text(w, http.StatusMisdirectedRequest, "this is not an address of its own\n")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// ownersOnly passes on requests over a unix socket. Others get 403: a port can be reached by every user of the
// machine, and the socket only by its owner.
func ownersOnly(next http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !overUnix(r) {
			text(w, http.StatusForbidden, "allowed only on the control socket\n")
			return
		}
		next(w, r)
	})
}

// local returns the address that the request came to, nil if it is not known.
func local(r *http.Request) net.Addr {
	a, _ := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	return a
}

// overUnix reports whether the request came over a unix socket, whose file mode decides who may connect.
func overUnix(r *http.Request) bool {
	a := local(r)
	return a != nil && a.Network() == "unix"
}

// atLoopback reports whether the request came to a loopback address, in contrast to one of the network.
func atLoopback(r *http.Request) bool {
	tcp, ok := local(r).(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

// NamesLoopback reports whether a Host header names this machine, with or without a port. A server on loopback refuses
// other names, because another site may have pointed one of its own here.
func NamesLoopback(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return strings.EqualFold(host, "localhost") || err == nil && ip.IsLoopback()
}

package review

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/netip"
	"sync"
	"time"
)

// The limits of the links, the sessions, and what does not sign in.
const (
	linkLife    = 15 * time.Minute // until it is used
	maxLinks    = 4
	idleLife    = 12 * time.Hour     // of a session since its last request
	wholeLife   = 7 * 24 * time.Hour // of a session
	maxSessions = 8

	failureTime    = time.Minute
	maxFailures    = 10   // links and passwords that are wrong, of one network in that time
	maxAllFailures = 60   // passwords, of all networks
	maxNetworks    = 1000 // of which failures are remembered
)

// digest is the hash of a secret: the secrets themselves are not kept. A core dump of the server therefore has no
// secret that is in use.
type digest [sha256.Size]byte

// session is one browser that has signed in, by a way that it is bound to; see Server.way. It ends idleLife after used,
// and wholeLife after began.
type session struct {
	began, used time.Time
	way         digest
}

// logins are the links that were not used yet, and the sessions. Nothing of it is written to a disk: with the program
// all links and sessions end.
type logins struct {
	mu       sync.Mutex
	links    map[digest]time.Time // with their time of birth
	sessions map[digest]session
	failures map[netip.Prefix][]time.Time // of the last failureTime, by their network, the oldest first
}

// newLogins returns logins without any link or session.
func newLogins() *logins {
	return &logins{
		links: map[digest]time.Time{}, sessions: map[digest]session{}, failures: map[netip.Prefix][]time.Time{},
	}
}

// anywhere stands for all networks.
func anywhere() netip.Prefix { return netip.PrefixFrom(netip.IPv4Unspecified(), 0) }

// network returns the network of the other end, which is what one person usually has: an address of IPv4, or 64 bits of
// IPv6. It is invalid for a unix socket.
func network(r *http.Request) netip.Prefix {
	at, _ := netip.ParseAddrPort(r.RemoteAddr) // else it stays zero
	bits := 32
	if at.Addr().Unmap().Is6() {
		bits = 64
	}
	from, _ := at.Addr().Unmap().WithZone("").Prefix(bits)
	return from
}

// attempt counts one more attempt of a network to sign in, unless there were so many failures within a minute. The
// caller calls forgive if it succeeds: attempts at the same time cannot exceed the limit.
func (l *logins) attempt(from netip.Prefix, most int, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for of, times := range l.failures {
		for len(times) > 0 && now.Sub(times[0]) >= failureTime {
			times = times[1:]
		}
		if l.failures[of] = times; len(times) == 0 {
			delete(l.failures, of)
		}
	}
	crowded := len(l.failures) >= maxNetworks && l.failures[from] == nil && from.IsValid() && !from.Addr().IsLoopback()
	if len(l.failures[from]) >= most || crowded {
		return false
	}
	l.failures[from] = append(l.failures[from], now)
	return true
}

// forgive takes the last attempt back.
func (l *logins) forgive(from netip.Prefix) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := len(l.failures[from]); n > 0 {
		l.failures[from] = l.failures[from][:n-1]
	}
}

// secret returns 32 random bytes as text for an address or a cookie.
func secret() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // it never fails, by its documentation
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// digestOf returns the digest of a secret. A plain hash is enough for 256 random bits, and looking it up in a map takes
// no time that depends on the secret itself.
func digestOf(secret string) digest { return sha256.Sum256([]byte(secret)) }

// link returns the secret of a new link. The oldest one ends if there are too many.
func (l *logins) link(now time.Time) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	code := secret()
	l.links[digestOf(code)] = now
	drop(l.links, maxLinks, func(born time.Time) time.Time { return born })
	return code
}

// use reports whether the secret is that of a link, which then ends.
func (l *logins) use(code string, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	born, known := l.links[digestOf(code)]
	delete(l.links, digestOf(code))
	return known && now.Sub(born) <= linkLife
}

// begin returns the secret of a new session.
func (l *logins) begin(way digest, now time.Time) (token string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	token = secret()
	l.sessions[digestOf(token)] = session{now, now, way}
	drop(l.sessions, maxSessions, func(s session) time.Time { return s.used })
	return token
}

// valid reports whether the token is that of a session by that way, which is then used.
func (l *logins) valid(token string, way digest, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := digestOf(token)
	s, ok := l.sessions[key]
	switch {
	case !ok || s.way != way:
		return false
	case now.Sub(s.used) > idleLife, now.Sub(s.began) > wholeLife:
		delete(l.sessions, key)
		return false
	}
	l.sessions[key] = session{s.began, now, s.way}
	return true
}

// end ends the session of the token.
func (l *logins) end(token string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.sessions, digestOf(token))
}

// drop deletes the oldest until at most so many are left.
func drop[T any](all map[digest]T, most int, age func(T) time.Time) {
	for len(all) > most {
		var oldest digest
		first := true
		for key, value := range all {
			if first || age(value).Before(age(all[oldest])) {
				oldest, first = key, false
			}
		}
		delete(all, oldest)
	}
}

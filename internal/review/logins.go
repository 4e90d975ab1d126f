package review

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"sync"
	"time"
)

// The limits of the links and the sessions.
const (
	linkLife    = 15 * time.Minute // until it is used
	maxLinks    = 4
	idleLife    = 12 * time.Hour     // of a session since its last request
	wholeLife   = 7 * 24 * time.Hour // of a session
	maxSessions = 8
	maxFailures = 10 // links that are not known, in a window of failureTime
	failureTime = time.Minute
)

// digest is the hash of a secret: the secrets themselves are not kept. A core dump of the server therefore has no
// secret that is in use.
type digest [sha256.Size]byte

// session is one browser that has signed in. It ends idleLife after used, and wholeLife after began.
type session struct{ began, used time.Time }

// logins are the links that were not used yet, and the sessions. Nothing of it is written to a disk: with the program
// all links and sessions end.
type logins struct {
	mu       sync.Mutex
	links    map[digest]time.Time // with their time of birth
	sessions map[digest]session
	failures []time.Time // of the last maxFailures, the oldest first
}

// newLogins returns logins without any link or session.
func newLogins() *logins {
	return &logins{links: map[digest]time.Time{}, sessions: map[digest]session{}}
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

// use exchanges the secret of a link, which then ends, for that of a new session. ok is false if the link is not valid;
// late is true if too many invalid ones were tried. A valid link that comes during late is not used up by it. The limit
// is for all clients together: on one machine there is one user.
func (l *logins) use(code string, now time.Time) (token string, ok, late bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.failures) == maxFailures && now.Sub(l.failures[0]) < failureTime {
		return "", false, true
	}
	born, known := l.links[digestOf(code)]
	delete(l.links, digestOf(code))
	if !known || now.Sub(born) > linkLife {
		l.failures = append(l.failures, now)
		l.failures = l.failures[max(0, len(l.failures)-maxFailures):]
		return "", false, false
	}
	token = secret()
	l.sessions[digestOf(token)] = session{now, now}
	drop(l.sessions, maxSessions, func(s session) time.Time { return s.used })
	return token, true, false
}

// valid reports whether the token is that of a session, which is then used.
func (l *logins) valid(token string, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := digestOf(token)
	s, ok := l.sessions[key]
	switch {
	case !ok:
		return false
	case now.Sub(s.used) > idleLife, now.Sub(s.began) > wholeLife:
		delete(l.sessions, key)
		return false
	}
	l.sessions[key] = session{s.began, now}
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

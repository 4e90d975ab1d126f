package cloudhttp

import "net/http"

// Used returns how many requests the clients sent so far, each try counted, and how many bytes of answers they read.
// A client whose transport is not one of this package counts as nothing.
func Used(clients ...*http.Client) (calls, bytes int64) {
	for _, c := range clients {
		if t, ok := c.Transport.(*Transport); ok {
			s := t.Stats()
			calls, bytes = calls+s.Calls, bytes+s.Received
		}
	}
	return calls, bytes
}

package cloudsim

import (
	"encoding/json"
	"time"
)

// The values of Record.Kind.
const (
	KindRequest  = "request"
	KindMutation = "mutation"
)

// Record is one line of the audit log: a request, written when its answer ends, or a mutation, written when it
// happens and so before its request. No field ever holds a token or another secret.
type Record struct {
	Seq      int64     `json:"seq"`  // its line, from 1
	Kind     string    `json:"kind"` // KindRequest or KindMutation
	N        int64     `json:"n"`    // the number of the request, from 1; 0: no request, a person did it elsewhere
	Time     time.Time `json:"time"`
	Provider string    `json:"provider"`
	Account  string    `json:"account,omitempty"`
	Call     string    `json:"call,omitempty"` // the provider's name of the method; of a mutation, of its request

	// Fields of a request.
	HTTP   string `json:"method,omitempty"`
	Host   string `json:"host,omitempty"`
	Path   string `json:"path,omitempty"`
	Query  string `json:"query,omitempty"` // secrets replaced by "-"
	Agent  string `json:"agent,omitempty"`
	Status int    `json:"status,omitempty"` // 0: the connection was closed without an answer
	Bytes  int64  `json:"bytes"`            // of the body that was sent
	Fault  string `json:"fault,omitempty"`  // the injected fault

	// Fields of a mutation. Before and After are the file as the provider describes it; nil if there was none.
	// create, change, rename, move, star, trash, untrash, delete, share, ...
	Op     string          `json:"op,omitempty"`
	File   string          `json:"file,omitempty"`
	Before json.RawMessage `json:"before,omitempty"`
	After  json.RawMessage `json:"after,omitempty"`
}

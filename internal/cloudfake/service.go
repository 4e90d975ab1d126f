package cloudfake

import "net/http"

// Service is one provider's cloud. Its ServeHTTP is called from several
// goroutines at once, for requests to one of its Hosts only.
type Service interface {
	http.Handler

	// Provider is the word for it in the record, such as "gdrive".
	Provider() string

	// Hosts are the names that it answers to, without a port.
	Hosts() []string

	// Call says which of the provider's methods a request means, without
	// serving it and without reading its body. The zero Call: none that is known.
	Call(r *http.Request) Call

	// Refuse answers as this service words it. A reason that it does not know
	// is worded from the status alone.
	Refuse(w http.ResponseWriter, r *http.Request, status int, reason string)

	// Disturb does to the file that r is about what a person would do at that
	// moment; the kinds are ChangeBefore, ChangeAfter and MoveBefore. It
	// reports whether there was such a file.
	Disturb(r *http.Request, kind Kind) bool
}

// Call is a request as the provider's documentation names it.
type Call struct {
	Method  string // such as "drive.files.list"
	Account string // whose; "" when nobody is signed in
}

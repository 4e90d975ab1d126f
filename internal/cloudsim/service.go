package cloudsim

import "net/http"

// Service is one provider's cloud. Its ServeHTTP is called from several goroutines at once, for requests to its Hosts
// only.
type Service interface {
	http.Handler

	// Provider returns its name in the record, such as "gdrive".
	Provider() string

	// Hosts returns its host names, without a port.
	Hosts() []string

	// Call returns which of the provider's methods a request calls, without serving it and without reading its body.
	// The zero Call means that no method is known.
	Call(r *http.Request) Call

	// Refuse answers in this service's form. If the reason is unknown, the text follows from the status alone.
	Refuse(w http.ResponseWriter, r *http.Request, status int, reason string)

	// Disturb changes the file of r as a person could at that moment; the kinds are ChangeBefore, ChangeAfter and
	// MoveBefore. It reports whether there was such a file.
	Disturb(r *http.Request, kind Kind) bool
}

// Call is a request by the names in the provider's documentation.
type Call struct {
	Method  string // such as "drive.files.list"
	Account string // of the account; "" if the request is not signed in
}

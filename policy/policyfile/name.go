package policyfile

import (
	"fmt"
	"net/netip"
	"strings"
	"unicode"

	"github.com/sweepd/sweepd/policy"
)

// sink is a receiver of messages. An address is a secret, so a policy only refers to it: by its file, or by the name
// of a systemd credential, which may be any file name (systemd.exec(5), LoadCredential=).
type sink string

// credentialForm is narrower than a file name, so that a credential never looks like a path or an address.
var credentialForm = lazily(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,254}$`)

func (s *sink) read(w yamlScalar, o ParseOptions) error {
	if strings.HasPrefix(w.text, "/") || strings.HasPrefix(w.text, "~") {
		return (*keyFile)(s).read(w, o)
	}
	const hint = "write a file, as in ~/.config/sweepd/notify, the name of a systemd credential, or desktop"
	switch {
	case strings.Contains(w.text, ":"):
		return &Error{
			Message: "a policy must not contain an address, because it is a secret",
			Hint: "put the address in a file that only you can read, and name the file, e.g. to: " +
				"~/.config/sweepd/notify",
		}
	case w.text != policy.Desktop && strings.EqualFold(w.text, policy.Desktop):
		return notOneOf(w.text, "a receiver", []string{policy.Desktop})
	case !credentialForm().MatchString(w.text):
		return &Error{Message: fmt.Sprintf("%q is not a receiver", clip(w.text)), Hint: hint}
	}
	*s = sink(w.text)
	return nil
}

// credential is a file of this machine, or a credential of systemd by its bare name, with what must not be in a policy.
type credential string

func (c *credential) read(w yamlScalar, o ParseOptions) error {
	if strings.HasPrefix(w.text, "/") || strings.HasPrefix(w.text, "~") {
		return (*keyFile)(c).read(w, o)
	}
	if !credentialForm().MatchString(w.text) {
		return &Error{
			Message: "it is neither a file nor the name of a systemd credential",
			Hint:    "write the file by its whole path, as in ~/.config/sweepd/review.key",
		}
	}
	*c = credential(w.text)
	return nil
}

// label is a name that the user chooses for a rule or a storage.
type label string

func (l *label) read(w yamlScalar, _ ParseOptions) error {
	if strings.TrimSpace(w.text) != w.text || w.text == "" || len(w.text) > 64 ||
		strings.ContainsFunc(w.text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return &Error{
			Message: fmt.Sprintf("%q is not a name", clip(w.text)),
			Hint:    "a name has 1 to 64 printable characters and no space at its ends",
		}
	}
	*l = label(w.text)
	return nil
}

// location is the name of a storage in a condition: that of a storage of the policy, or STORAGE/ADDRESS.
type location string

func (l *location) read(w yamlScalar, _ ParseOptions) error {
	fleet, address, found := strings.Cut(w.text, "/")
	if !storageName().MatchString(fleet) || found && !addressForm().MatchString(address) {
		return &Error{
			Message: fmt.Sprintf("%q is not the name of a storage", clip(w.text)),
			Hint:    "write a key of storages:, or for the account of one user of a fleet STORAGE/ADDRESS",
		}
	}
	*l = location(w.text)
	if found {
		*l = location(fleet + "/" + strings.ToLower(address))
	}
	return nil
}

// detector is the name of a detector's evidence, or of a group: c2pa includes c2pa.broken.
type detector string

// detectorForm matches a name whose parts are joined by dots. It does not show whether there is such a detector.
var detectorForm = lazily(`^[a-z0-9_-]+(\.[a-z0-9_-]+)*$`)

func (d *detector) read(w yamlScalar, _ ParseOptions) error {
	if !detectorForm().MatchString(w.text) {
		return &Error{
			Message: fmt.Sprintf("%q is not the name of evidence", clip(w.text)),
			Hint:    "write a detector, or a detector and its detail, as in c2pa or filename.export",
		}
	}
	*d = detector(w.text)
	return nil
}

// address is an e-mail address, by which services name an account.
type address string

// addressForm refuses only what cannot be an address. The service knows which ones exist.
var addressForm = lazily(`^[^@\s]{1,64}@[^@\s]{1,255}$`)

func (a *address) read(w yamlScalar, _ ParseOptions) error {
	if !addressForm().MatchString(w.text) ||
		strings.ContainsFunc(w.text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return &Error{
			Message: fmt.Sprintf("%q is not an e-mail address", clip(w.text)),
			Hint:    "write the address by which you sign in, as in mia@example.com",
		}
	}
	*a = address(w.text)
	return nil
}

// user is the e-mail address of a member of a fleet, in lower case, or everyone.
type user address

// everyone stands for all users of a directory.
const everyone user = "all"

func (u *user) read(w yamlScalar, o ParseOptions) error {
	if w.text == string(everyone) {
		*u = everyone
		return nil
	}
	if err := (*address)(u).read(w, o); err != nil {
		return &Error{
			Message: fmt.Sprintf("%q is not an e-mail address", clip(w.text)),
			Hint:    "write all, or the addresses of those whose accounts are swept",
		}
	}
	*u = user(strings.ToLower(string(*u)))
	return nil
}

// group is the address of a group of users, or its name.
type group string

func (g *group) read(w yamlScalar, _ ParseOptions) error {
	return line((*string)(g), w, "the address or the name of a group")
}

// query is a search of a directory. Its form is the service's.
type query string

func (q *query) read(w yamlScalar, _ ParseOptions) error {
	return line((*string)(q), w, "a search of the directory")
}

// line reads a text of one line. what completes "x is not".
func line(to *string, w yamlScalar, what string) error {
	if strings.TrimSpace(w.text) != w.text || w.text == "" || len(w.text) > 500 ||
		strings.ContainsFunc(w.text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return &Error{
			Message: fmt.Sprintf("%q is not %s", clip(w.text), what),
			Hint:    "it has at most 500 printable characters and no space at its ends",
		}
	}
	*to = w.text
	return nil
}

// sharedDrive is the name or the id of a shared drive.
type sharedDrive string

func (s *sharedDrive) read(w yamlScalar, _ ParseOptions) error {
	if strings.TrimSpace(w.text) != w.text || w.text == "" || len(w.text) > 200 ||
		strings.ContainsFunc(w.text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return &Error{
			Message: fmt.Sprintf("%q is not the name of a shared drive", clip(w.text)),
			Hint:    "write its name as Drive shows it, or the id that ends its address",
		}
	}
	*s = sharedDrive(w.text)
	return nil
}

// appKey is the key of an app in Dropbox's App Console.
type appKey string

// appKeyForm matches an "App key" of Dropbox's App Console. Its length is not documented, so that the bounds are
// wide.
var appKeyForm = lazily(`^[a-z0-9]{4,64}$`)

func (k *appKey) read(w yamlScalar, _ ParseOptions) error {
	if !appKeyForm().MatchString(w.text) {
		return &Error{
			Message: fmt.Sprintf("%q is not the key of a Dropbox app", clip(w.text)),
			Hint: "copy \"App key\" from the app's page in the App Console; the secret is not needed; " +
				"docs/dropbox.md",
		}
	}
	*k = appKey(w.text)
	return nil
}

// member is the id of a member of a Dropbox team.
type member string

// memberForm is the form of a team_member_id in the Dropbox API.
var memberForm = lazily(`^dbmid:[A-Za-z0-9_-]{1,64}$`)

func (m *member) read(w yamlScalar, _ ParseOptions) error {
	if !memberForm().MatchString(w.text) {
		return &Error{
			Message: fmt.Sprintf("%q is not the id of a team member", clip(w.text)),
			Hint:    "it begins with dbmid: and not with an address; docs/dropbox.md",
		}
	}
	*m = member(w.text)
	return nil
}

// listening is an address of this machine with a port, by numbers: a name could become another address.
type listening string

func (l *listening) read(w yamlScalar, _ ParseOptions) error {
	at, err := netip.ParseAddrPort(w.text)
	if err != nil || at.Port() == 0 {
		return &Error{
			Message: fmt.Sprintf("%q is not an address with a port", clip(w.text)),
			Hint:    "write numbers, as in 0.0.0.0:8443, or [::]:8443 for IPv6 too",
		}
	}
	*l = listening(at.String())
	return nil
}

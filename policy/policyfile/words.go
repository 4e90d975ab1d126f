package policyfile

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/bmatcuk/doublestar/v4"
	"golang.org/x/text/unicode/norm"

	"sweepd/fingerprint"
	"sweepd/policy"
	"sweepd/policy/internal/glob"
)

// level is the least confidence that a file needs.
type level fingerprint.Confidence

var levels = []string{"possible", "likely", "strong", "proven"}

func (l *level) read(w yamlScalar, _ ParseOptions) error {
	var c fingerprint.Confidence
	if !slices.Contains(levels, w.text) || c.UnmarshalText([]byte(w.text)) != nil {
		e := notOneOf(w.text, "a confidence", levels)
		if w.text == fingerprint.None.String() {
			e.Hint = "files of confidence none never reach a rule: they are always kept"
		}
		return e
	}
	*l = level(c)
	return nil
}

var actions = []string{string(policy.Keep), string(policy.Review), string(policy.Trash)}

// action is an action of a rule.
type action policy.Action

func (a *action) read(w yamlScalar, _ ParseOptions) error {
	if !slices.Contains(actions, w.text) {
		e := notOneOf(w.text, "something a rule can do", actions)
		if w.text == "delete" || w.text == "remove" || w.text == string(policy.Hold) {
			e.Hint = "trash moves a file to the storage's own trash; with a grace it is held until then"
		}
		return e
	}
	*a = action(w.text)
	return nil
}

// product is a product that a picture names; unstated is a genuine picture that names none.
type product fingerprint.Product

var products = []string{
	string(fingerprint.ChatGPT), string(fingerprint.Sora), string(fingerprint.API),
	string(fingerprint.Labs), string(fingerprint.Unstated),
}

func (p *product) read(w yamlScalar, _ ParseOptions) error {
	if !slices.Contains(products, w.text) {
		return notOneOf(w.text, "a product", products)
	}
	*p = product(w.text)
	return nil
}

// derived controls whether a rule matches pictures that were changed after they were made.
type derived string

const (
	include derived = "include"
	only    derived = "only"
	exclude derived = "exclude"
)

var deriveds = []string{string(include), string(only), string(exclude)}

func (d *derived) read(w yamlScalar, _ ParseOptions) error {
	if !slices.Contains(deriveds, w.text) {
		return notOneOf(w.text, "a choice for derived files", deriveds)
	}
	*d = derived(w.text)
	return nil
}

// ageBy is the event that an age is counted from.
type ageBy policy.AgeBy

var ageBys = []string{string(policy.ByMade), string(policy.ByModified), string(policy.ByCreated), string(policy.ByFirstSeen)}

func (a *ageBy) read(w yamlScalar, _ ParseOptions) error {
	if !slices.Contains(ageBys, w.text) {
		return notOneOf(w.text, "an age that sweepd knows", ageBys)
	}
	*a = ageBy(w.text)
	return nil
}

// storageType is a kind of storage.
type storageType string

func (t *storageType) read(w yamlScalar, _ ParseOptions) error {
	if !slices.Contains(types(), w.text) {
		return notOneOf(w.text, "a type of storage that this sweepd knows", types())
	}
	*t = storageType(w.text)
	return nil
}

var guardWords = []string{"keep", "off"}

// guard controls whether a guard holds files. It is written as keep or off, because "git: false" could be read as a
// statement about Git.
type guard bool

func (g *guard) read(w yamlScalar, _ ParseOptions) error {
	if !slices.Contains(guardWords, w.text) {
		e := notOneOf(w.text, "what a guard can do", guardWords)
		if w.kind == aBool {
			e.Hint = map[string]string{
				"true":  "write keep for a guard that holds files",
				"false": "write off for a guard that holds no file",
			}[w.text]
		}
		return e
	}
	*g = w.text == "keep"
	return nil
}

var purgingWords = []string{"on", "off"}

// purging controls whether files are purged from a storage's trash.
type purging bool

func (g *purging) read(w yamlScalar, _ ParseOptions) error {
	if !slices.Contains(purgingWords, w.text) {
		e := notOneOf(w.text, "on or off", purgingWords)
		if w.kind == aBool {
			e.Hint = map[string]string{"true": "write on", "false": "write off"}[w.text]
		}
		return e
	}
	*g = w.text == "on"
	return nil
}

// alwaysOn is a guard that cannot be disabled.
type alwaysOn guard

func (g *alwaysOn) read(w yamlScalar, _ ParseOptions) error {
	if w.text != "keep" {
		return &Error{
			Message: fmt.Sprintf("%q is not possible here", clip(w.text)), Allowed: []string{"keep"},
			Hint: "this guard cannot be disabled; remove the key",
		}
	}
	*g = true
	return nil
}

// mode controls what sweepd run may do by itself.
type mode policy.Mode

var modes = []string{policy.Report.String(), policy.Enforce.String()}

func (m *mode) read(w yamlScalar, _ ParseOptions) error {
	i := slices.Index(modes, w.text)
	if i < 0 {
		return notOneOf(w.text, "a mode", modes)
	}
	*m = mode(i)
	return nil
}

// reload controls when sweepd run loads a changed file.
type reload policy.Reload

var reloads = []string{policy.Automatic.String(), policy.Manual.String()}

func (r *reload) read(w yamlScalar, _ ParseOptions) error {
	i := slices.Index(reloads, w.text)
	if i < 0 {
		return notOneOf(w.text, "a way to reload", reloads)
	}
	*r = reload(i)
	return nil
}

var events = texts(policy.AllEvents())

// event is a kind of event that messages report.
type event policy.Event

func (e *event) read(w yamlScalar, _ ParseOptions) error {
	if !slices.Contains(events, w.text) {
		return notOneOf(w.text, "something that is told", events)
	}
	*e = event(w.text)
	return nil
}

var nameWords = []string{"show", "hide"}

// names controls whether messages include names of files.
type names bool

func (n *names) read(w yamlScalar, _ ParseOptions) error {
	if !slices.Contains(nameWords, w.text) {
		return notOneOf(w.text, "what can be done with names", nameWords)
	}
	*n = w.text == "show"
	return nil
}

// sink is a receiver of messages. An address is a secret, so a policy only refers to it: by its file, or by the name
// of a systemd credential, which may be any file name (systemd.exec(5), LoadCredential=).
type sink string

var credentialForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,254}$`)

func (s *sink) read(w yamlScalar, o ParseOptions) error {
	if strings.HasPrefix(w.text, "/") || strings.HasPrefix(w.text, "~") {
		return (*keyFile)(s).read(w, o)
	}
	const hint = "write a file, as in ~/.config/sweepd/notify, the name of a systemd credential, or desktop"
	switch {
	case strings.Contains(w.text, ":"):
		return &Error{
			Message: "a policy must not contain an address, because it is a secret",
			Hint:    "put the address in a file that only you can read, and name the file, e.g. to: ~/.config/sweepd/notify",
		}
	case w.text != policy.Desktop && strings.EqualFold(w.text, policy.Desktop):
		return notOneOf(w.text, "a receiver", []string{policy.Desktop})
	case !credentialForm.MatchString(w.text):
		return &Error{Message: fmt.Sprintf("%q is not a receiver", clip(w.text)), Hint: hint}
	}
	*s = sink(w.text)
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

// detector is the name of a detector's evidence, or of a group: c2pa includes c2pa.broken.
type detector string

var detectorForm = regexp.MustCompile(`^[a-z0-9_-]+(\.[a-z0-9_-]+)*$`)

func (d *detector) read(w yamlScalar, _ ParseOptions) error {
	if !detectorForm.MatchString(w.text) {
		return &Error{
			Message: fmt.Sprintf("%q is not the name of evidence", clip(w.text)),
			Hint:    "write a detector, or a detector and its detail, as in c2pa or filename.export",
		}
	}
	*d = detector(w.text)
	return nil
}

// nameGlob matches the last element of a path.
type nameGlob string

func (g *nameGlob) read(w yamlScalar, _ ParseOptions) error {
	if strings.Contains(w.text, "/") {
		return &Error{
			Message: fmt.Sprintf("%q is not a pattern for a file name: it has a slash", clip(w.text)),
			Hint:    "to match folders use path",
		}
	}
	*g = nameGlob(w.text)
	return validGlob(w.text)
}

// pathGlob matches a whole path.
type pathGlob string

// read keeps a slash at the end, which means a folder; Condition.Path gives it a meaning that depends on the rule.
func (g *pathGlob) read(w yamlScalar, o ParseOptions) error {
	if e := foreignGlob(w.text); e != nil {
		return e
	}
	text, err := expandHome(w.text, o, glob.Escape)
	if err != nil {
		return err
	}
	folder := strings.HasSuffix(text, "/")
	clean := cleanGlob(text)
	if !strings.HasPrefix(text, "/") && clean != "**" && !strings.HasPrefix(text, "**/") {
		return &Error{
			Message: fmt.Sprintf("%q would never match: paths begin with a slash", clip(w.text)),
			Hint:    `begin it with /, ~/ or **/, as in "**/` + clip(clean) + `"`,
		}
	}
	switch {
	case clean == "/":
		return &Error{
			Message: fmt.Sprintf("%q would never match: it is no file", clip(w.text)),
			Hint:    "a rule for every file has no path at all",
		}
	case folder && clean != "":
		clean += "/"
	}
	*g = pathGlob(clean)
	return validGlob(clean)
}

// folder returns the pattern for the folder itself, and reports whether the pattern ends in a slash.
func (g pathGlob) folder() (_ pathGlob, is bool) {
	text, is := strings.CutSuffix(string(g), "/")
	return pathGlob(text), is
}

// excludeGlob matches a path below a root.
type excludeGlob string

func (g *excludeGlob) read(w yamlScalar, _ ParseOptions) error {
	if e := foreignGlob(w.text); e != nil {
		return e
	}
	if strings.HasPrefix(w.text, "/") || strings.HasPrefix(w.text, "~") {
		return &Error{
			Message: fmt.Sprintf("%q would never match: exclude is compared with paths below a root", clip(w.text)),
			Hint:    `write it as seen from the root, as in "old/**"`,
		}
	}
	*g = excludeGlob(cleanGlob(w.text))
	return validGlob(string(*g))
}

// foreignGlob returns an error for a pattern in the notation of another program, which would never match here. It
// returns nil for any other pattern.
func foreignGlob(text string) *Error {
	refuse := func(why, hint string) *Error {
		return &Error{Message: fmt.Sprintf("%q would never match: %s", clip(text), why), Hint: hint}
	}
	switch {
	case strings.HasPrefix(text, "- "), strings.HasPrefix(text, "+ "):
		return refuse("it begins with an rsync or rclone prefix",
			"write the pattern alone: "+strconv.Quote(clip(strings.TrimSpace(text[2:]))))
	case strings.HasPrefix(text, "!"):
		return refuse("it begins with a Git prefix", "negated patterns are not supported; write only the files to match")
	case strings.TrimSpace(text) != text:
		return refuse("it begins or ends with a space", "remove the space, or write [ ] to match one")
	case slices.Contains(strings.Split(text, "/"), ".."):
		return refuse("it goes up with ..", "write the path of the folder itself")
	case strayEscape.MatchString(text):
		return refuse(`\ escapes nothing here`, "separate folders with /")
	}
	return nil
}

var strayEscape = regexp.MustCompile(`^(?:[^\\]|\\[*?\[\]{}\\!^,-])*\\[^*?\[\]{}\\!^,-]`)

// cleanGlob returns a pattern without the parts that mean nothing in a path: trailing and repeated slashes, and "."
// elements.
func cleanGlob(text string) string {
	elements := slices.DeleteFunc(strings.Split(text, "/"), func(e string) bool { return e == "" || e == "." })
	clean := strings.Join(elements, "/")
	if strings.HasPrefix(text, "/") {
		clean = "/" + clean
	}
	return clean
}

const maxGlob = 1000 // bytes

// validGlob returns an error if g is not a pattern, if a user would read it differently from doublestar, or if it has
// thousands of alternatives, each of which would be tried.
func validGlob(g string) error {
	e := &Error{Message: fmt.Sprintf("%q is not a pattern", clip(g))}
	switch {
	case g == "" || len(g) > maxGlob:
		e.Hint = fmt.Sprintf("a pattern has 1 to %d bytes", maxGlob)
	case !doublestar.ValidatePattern(g):
		e.Hint = `[ needs its ], { its }, and \ a character after it`
	case !norm.NFC.IsNormalString(g):
		e.Hint = "write accents as composed characters (Unicode NFC)"
	case alternatives(g) > 1000:
		e.Hint = "it has too many alternatives in {}"
	case slices.ContainsFunc(strings.Split(g, "/"),
		func(s string) bool { return s != "**" && strings.Contains(s, "**") }):
		e.Message = fmt.Sprintf("in %q ** does not stand alone between slashes, and would not cross folders", clip(g))
		e.Hint = "write **/ before, or /** after, a folder's name"
	default:
		return nil
	}
	return e
}

// alternatives returns an upper bound of the number of patterns that {a,b} expands to.
func alternatives(g string) int {
	n := 1
	for range strings.Count(g, "{") {
		n = min(n*(1+strings.Count(g, ",")), 1<<20)
	}
	return n
}

// cameraGlob matches make and model of a camera.
type cameraGlob string

func (g *cameraGlob) read(w yamlScalar, _ ParseOptions) error {
	*g = cameraGlob(w.text)
	return validGlob(w.text)
}

// propertyGlob matches a property that a program set on a file: key=value.
type propertyGlob string

func (g *propertyGlob) read(w yamlScalar, _ ParseOptions) error {
	if !strings.Contains(w.text, "=") {
		return &Error{
			Message: fmt.Sprintf("%q would never match: a property is key=value", clip(w.text)),
			Hint:    `write both, as in "album=*"`,
		}
	}
	*g = propertyGlob(w.text)
	return validGlob(w.text)
}

// root is a folder to sweep, as written. Its storage's type gives it a meaning.
type root string

func (r *root) read(w yamlScalar, _ ParseOptions) error {
	*r = root(w.text)
	return nil
}

// keyFile is a file of this machine with credentials for signing in.
type keyFile string

func (f *keyFile) read(w yamlScalar, o ParseOptions) error {
	text, err := expandHome(w.text, o, func(s string) string { return s })
	if err != nil {
		return err
	}
	if !strings.HasPrefix(text, "/") || strings.HasSuffix(text, "/") {
		return &Error{
			Message: fmt.Sprintf("%q is not an absolute path", clip(w.text)),
			Hint:    "begin it with / or ~/",
		}
	}
	*f = keyFile(path.Clean(text))
	return nil
}

// address is an e-mail address, by which services name an account.
type address string

var addressForm = regexp.MustCompile(`^[^@\s]{1,64}@[^@\s]{1,255}$`)

func (a *address) read(w yamlScalar, _ ParseOptions) error {
	if !addressForm.MatchString(w.text) ||
		strings.ContainsFunc(w.text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return &Error{
			Message: fmt.Sprintf("%q is not an e-mail address", clip(w.text)),
			Hint:    "write the address by which you sign in, as in mia@example.com",
		}
	}
	*a = address(w.text)
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

var appKeyForm = regexp.MustCompile(`^[a-z0-9]{4,64}$`)

func (k *appKey) read(w yamlScalar, _ ParseOptions) error {
	if !appKeyForm.MatchString(w.text) {
		return &Error{
			Message: fmt.Sprintf("%q is not the key of a Dropbox app", clip(w.text)),
			Hint:    "copy \"App key\" from the app's page in the App Console; the secret is not needed; docs/dropbox.md",
		}
	}
	*k = appKey(w.text)
	return nil
}

// member is the id of a member of a Dropbox team.
type member string

var memberForm = regexp.MustCompile(`^dbmid:[A-Za-z0-9_-]{1,64}$`)

func (m *member) read(w yamlScalar, _ ParseOptions) error {
	if !memberForm.MatchString(w.text) {
		return &Error{
			Message: fmt.Sprintf("%q is not the id of a team member", clip(w.text)),
			Hint:    "it begins with dbmid: and not with an address; docs/dropbox.md",
		}
	}
	*m = member(w.text)
	return nil
}

// expandHome replaces a leading ~ by the home folder.
func expandHome(text string, o ParseOptions, escape func(string) string) (string, error) {
	rest, found := strings.CutPrefix(text, "~")
	switch {
	case !found:
		return text, nil
	case rest != "" && rest[0] != '/':
		return "", &Error{
			Message: fmt.Sprintf("%q names another user's home", clip(text)),
			Hint:    "write ~/ for your own home, or an absolute path",
		}
	case !strings.HasPrefix(o.Home, "/"):
		return "", &Error{Message: "cannot expand ~: the home directory is unknown", Hint: "write an absolute path"}
	}
	return strings.TrimSuffix(escape(o.Home), "/") + rest, nil
}

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/sweepd/sweepd/internal/cloudsim/drivesim"
	"github.com/sweepd/sweepd/internal/cloudsim/openaisim"
	"github.com/sweepd/sweepd/internal/status"
	"github.com/sweepd/sweepd/internal/testing/e2e"
)

// The service as shipped, in a network namespace that has only loopback, connects to its storages and nothing else,
// and sends out neither a secret nor the name of a file.
func TestTheServiceKeepsWhatItKnowsToItself(t *testing.T) {
	t.Parallel()
	binary, here := apart(t)
	if !here {
		return
	}
	t.Run("folders", func(t *testing.T) { reachesNothing(t, binary) })
	t.Run("accounts", func(t *testing.T) { reachesItsAccountsAlone(t, binary) })
	t.Run("asked", func(t *testing.T) { reachesOpenAIIfAsked(t, binary) })
	t.Run("words", func(t *testing.T) { tellsNoSecretAndNoName(t, binary) })
}

// reachesNothing: a service of folders has no socket of the internet at all. Every
// call that opens, binds or addresses a socket is seen, of every thread.
func reachesNothing(t *testing.T, binary string) {
	s := newServed(t, binary, "")
	seen := s.observed(func(d *daemonProcess) {
		d.runs.await(d, `"trashed":1`)
		// what a change leads to is seen too
		s.Write("Downloads/quokka-7f3a/ChatGPT Image Apr 20, 2026, 11_58_38 AM.png", smallPicture(2))
		d.runs.await(d, `"trashed":1`, `"trashed":1`)
	})
	seen.are(t, "unix "+s.control, "unix "+s.manager)
}

// reachesItsAccountsAlone: one of accounts also reaches the proxy, and asks that
// for the services' hosts and no other.
func reachesItsAccountsAlone(t *testing.T, binary string) {
	s := newServed(t, binary, "")
	s.openAccounts("[]")
	seen := s.observed(func(d *daemonProcess) {
		d.runs.await(d, `"storages":["home"]`, `"storages":["drive"]`, `"storages":["box"]`)
		s.must(s.c.drop("/quokka-7f3a/ChatGPT Image Apr 20, 2026, 11_58_38 AM.png", smallPicture(3)))
		d.runs.await(d, `"storages":["box"]`, `"storages":["box"]`)
	})
	seen.are(
		t, "unix "+s.control, "unix "+s.manager, "inet "+strings.TrimPrefix(s.c.at.Proxy, "http://"),
		"ask www.googleapis.com:443", "ask api.dropboxapi.com:443", "ask content.dropboxapi.com:443",
		"ask notify.dropboxapi.com:443",
	)
}

// reachesOpenAIIfAsked: one that asks OpenAI also reaches its host. That the others do not is what the tests above
// show.
func reachesOpenAIIfAsked(t *testing.T, binary string) {
	s := newServed(t, binary, "")
	tmp := t.TempDir()
	c, err := startCloud(tmp, tmp, "--files", "0")
	if c != nil {
		t.Cleanup(c.kill)
	}
	s.must(err)
	for name, value := range c.env() {
		s.env = append(s.env, name+"="+value)
	}
	s.Write("Downloads/quokka-7f3a/unknown.png", largePicture(openaisim.Watermark))
	s.Write("Pictures/asked/unknown.png", largePicture(openaisim.Watermark+"by the rule"))
	s.Write("Pictures/others/unknown.png", largePicture(openaisim.Watermark+"not at all"))
	asking := strings.Replace(policyHead, "[~/Downloads]", "[~/Downloads], ask: openai", 1) +
		"  pictures: {type: local, roots: [~/Pictures]}\n"
	rules := strings.Replace(policyRest, "rules: [", `rules: [{name: asking, do: trash, ask: openai,
  when: {storage: pictures, path: "**/asked/**", confidence: likely, derived: include}}, `, 1)
	s.Write(".config/sweepd/policy.yaml", []byte(asking+rules+"openai: {key: "+c.at.APIKey+"}\n"))
	seen := s.observed(func(d *daemonProcess) { d.runs.await(d, `"trashed":2`, `"trashed":1`) })
	requests, err := c.news()
	s.must(err)
	if len(requests) != 2 {
		t.Errorf("%d uploads, want that of the storage and that of the rule: %+v", len(requests), requests)
	}
	seen.are(t, "unix "+s.control, "unix "+s.manager, "inet "+strings.TrimPrefix(c.at.Proxy, "http://"),
		"ask api.openai.com:443")
}

// tellsNoSecretAndNoName checks that no output of the service and the verbs contains any of the secrets that they
// work with, or, other than in answers to the user, the name of a file. The run has failures of several kinds,
// because error messages are what leaks most easily.
func tellsNoSecretAndNoName(t *testing.T, binary string) {
	records := journald(t)
	s := newServed(t, binary, "locked: {type: local, roots: [~/Locked]}\n")
	s.notify = policyHooks
	once := s.receiver()
	s.openAccounts(`[{"call": "drive.files.list", "kind": "refuse", "status": 401, "reason": "authError"},
		{"call": "drive.files.update", "nth": 3, "kind": "refuse", "status": 403,
		 "reason": "insufficientFilePermissions"},
		{"call": "dropbox.files.download", "nth": 2, "kind": "truncate"}]`)
	s.trouble()

	answers := map[string]string{} // to the user, who may read names
	others := map[string]string{}
	for _, args := range [][]string{
		{"-v", "apply", "--yes"}, {"-v", "undo", "--last"}, {"history", "1"}, {"-v", "run", "--once", "--json"},
	} {
		verb := strings.Join(args, " ")
		out, errs := s.weak(args...)
		said, log := parted(errs)
		answers[verb], others[verb] = out+said, log
		if args[1] == "run" { // it is no answer to the user
			others[verb] = errs
		}
	}
	if !strings.Contains(answers["history 1"], nameOfOurs) {
		t.Errorf("the history has no name that could be found elsewhere: %s", answers["history 1"])
	}

	others["notifications"] = once.end()
	for i, signal := range []syscall.Signal{syscall.SIGQUIT, syscall.SIGABRT} {
		s.Write(fmt.Sprintf("Downloads/quokka-7f3a/ChatGPT Image Apr 21, 2026, 11_58_3%d AM.png", i),
			smallPicture(byte(20+i)))
		hook := s.receiver()
		d := s.start(s.toJournal, "setpriv", weakened, s.Binary, "-v", "run", "--pprof", "--listen", s.listen)
		s.told.await(d, "READY=1")
		s.must(status.Command(t.Context(), s.control, "sweep", nil))
		records.await(d, "SWEEPD_STORAGE=home", "SWEEPD_STORAGE=locked", "SWEEPD_STORAGE=drive", "SWEEPD_STORAGE=box")
		hook.await(d, "in home") // of the others there is no news
		s.must(status.Command(t.Context(), s.control, "reload", nil))
		for _, page := range []string{
			"/healthz", "/metrics", "/debug/pprof/goroutine?debug=2", "/debug/pprof/heap?debug=1",
		} {
			others[page] += s.page("tcp", s.listen, page)
		}
		others["/status.json"] += s.page("unix", s.control, "/status.json")
		s.noteTokens()
		others[signal.String()] = s.crash(d, signal)
		others["journald"] += records.take()
		others["the service manager"] += s.told.take()
		others["notifications"] += hook.end()
	}

	for where, expected := range map[string]string{
		"-v apply --yes": "level=DEBUG", "-v run --once --json": "level=", "/healthz": "text/plain",
		"/metrics": "sweepd_", "/status.json": "the scan was incomplete",
		"/debug/pprof/goroutine?debug=2": "goroutine ",
		"/debug/pprof/heap?debug=1":      "heap profile", "quit": "goroutine ", "aborted": "goroutine ",
		"journald": "SWEEPD_STORAGE=locked", "the service manager": "STATUS=", "notifications": "in home",
	} {
		if !strings.Contains(others[where], expected) {
			t.Errorf("%s does not say %q: the test is blind there: %s", where, expected, others[where])
		}
	}
	if len(s.secrets) < 7 { // the client's, the address's, two of each account, and a renewed one
		t.Errorf("only %d secrets are known", len(s.secrets))
	}
	for where, text := range answers {
		lacks(t, where, text, s.secrets)
	}
	for where, text := range others {
		lacks(t, where, text, slices.Concat(s.secrets, namesOfFiles))
	}
}

// parted separates a verb's output for the user from its log.
func parted(errs string) (said, log string) {
	for line := range strings.Lines(errs) {
		if strings.HasPrefix(line, "time=") {
			log += line
		} else {
			said += line
		}
	}
	return said, log
}

// The names of all files that the policy is about have these in them: in a
// folder's, in a picture's.
const nameOfOurs = "11_58_3"

var namesOfFiles = []string{nameOfOurs, "quokka-7f3a"}

// lacks holds that a text has none of these in it, as they are or as they are in
// an address.
func lacks(t *testing.T, where, text string, words []string) {
	t.Helper()
	for _, word := range words {
		for _, form := range []string{word, url.QueryEscape(word), url.PathEscape(word)} {
			if i := strings.Index(text, form); i >= 0 {
				t.Errorf("%s says %q: ...%s...", where, form, text[max(0, i-200):min(len(text), i+200)])
				break
			}
		}
	}
}

const policyHead = `version: 1
mode: enforce
storages:
  home: {type: local, roots: [~/Downloads]}
`

const policyRest = `rules: [{name: mine, when: {confidence: likely, derived: include}, do: trash}]
limits: {files: 1000, bytes: 1GB, share: 100%}
schedule: {on_change: true}
settle: 0s
`

// served is a home, and accounts, that a service sweeps.
type served struct {
	*e2e.World
	c                        *cloud // nil: folders alone
	env                      []string
	control, manager, listen string // the sockets: the service's, the service manager's, the one for its pages
	told                     *gathered
	more                     string   // storages
	notify                   string   // of the policy
	secrets                  []string // must not appear in any output
}

func newServed(t *testing.T, binary, storages string) *served {
	t.Helper()
	run := t.TempDir()
	s := &served{
		World:   &e2e.World{T: t, Home: t.TempDir(), Binary: binary, Files: map[string][]byte{}},
		control: filepath.Join(run, "sweepd", "control"), manager: filepath.Join(run, "notify"), more: storages,
	}
	s.env = []string{
		"HOME=" + s.Home, "PATH=" + os.Getenv("PATH"), "XDG_RUNTIME_DIR=" + run, "NOTIFY_SOCKET=" + s.manager,
	}
	s.told = datagrams(t, s.manager)
	free, err := net.Listen("tcp", "127.0.0.1:0")
	s.must(err)
	s.listen = free.Addr().String()
	s.must(free.Close())
	s.Write("Downloads/quokka-7f3a/ChatGPT Image Apr 20, 2026, 11_58_37 AM.png", smallPicture(1))
	s.Write("Downloads/quokka-7f3a/holiday.png", smallPicture(9))
	s.policy("")
	return s
}

func (s *served) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *served) policy(accounts string) {
	indented := ""
	for line := range strings.Lines(s.more + accounts) {
		indented += "  " + line
	}
	s.Write(".config/sweepd/policy.yaml", []byte(policyHead+indented+policyRest+s.notify))
}

// openAccounts puts up the clouds with those faults, a picture in each, and signs
// in.
func (s *served) openAccounts(faults string) {
	s.Helper()
	tmp := s.TempDir()
	s.must(os.WriteFile(filepath.Join(tmp, "faults.json"), []byte(faults), 0o600))
	c, err := startCloud(tmp, tmp, "--files", "0", "--faults", "faults.json")
	if c != nil {
		s.Cleanup(c.kill)
	}
	s.must(err)
	s.c = c
	for name, value := range c.env() {
		s.env = append(s.env, name+"="+value)
	}
	s.policy(fmt.Sprintf("drive: {type: gdrive, client: %q}\nbox: {type: dropbox, app_key: %s, purge: off}\n",
		c.at.Client, c.at.AppKey))
	for i := range 2 {
		name := fmt.Sprintf("ChatGPT Image Apr 20, 2026, 11_58_3%d AM.png", i)
		_, err = c.put(name, smallPicture(byte(10+i)))
		s.must(err)
		s.must(c.drop("/quokka-7f3a/"+name, smallPicture(byte(12+i))))
	}
	for _, storage := range []string{"drive", "box"} {
		login := exec.Command(s.Binary, "login", storage, "--no-browser")
		login.Env, login.Dir = s.env, s.Home
		s.must(c.signIn(login))
	}
	s.secrets = append(s.secrets, drivesim.ClientSecret, hookPath)
	s.noteTokens()
}

// weakened has setpriv(1) take from root the right to pass over a file's bits.
const weakened = "--bounding-set=-dac_override,-dac_read_search"

// weak runs the program as a user to whom the permissions of files apply: it drops
// root's capability to override them.
func (s *served) weak(args ...string) (stdout, stderr string) {
	s.Helper()
	cmd := exec.CommandContext(s.Context(), "setpriv", append([]string{weakened, s.Binary}, args...)...)
	var out, errs bytes.Buffer
	cmd.Env, cmd.Dir, cmd.Stdout, cmd.Stderr = s.env, s.Home, &out, &errs
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		s.Fatal(err)
	}
	s.noteTokens()
	return out.String(), errs.String()
}

// trouble is a picture that cannot be read, one that cannot be moved, one that a
// document names, and a folder that cannot be listed.
func (s *served) trouble() {
	s.Helper()
	for i, dir := range []string{
		"Downloads/quokka-7f3a", "Downloads/quokka-7f3a/fixed", "Downloads/quokka-7f3a/named", "Locked/quokka-7f3a",
	} {
		s.Write(fmt.Sprintf("%s/ChatGPT Image May 4, 2026, 11_58_3%d AM.png", dir, i), smallPicture(byte(30+i)))
	}
	s.Write("Downloads/quokka-7f3a/named/notes.md", []byte("see ChatGPT Image May 4, 2026, 11_58_32 AM.png"))
	s.must(os.Chmod(filepath.Join(s.Home, "Downloads/quokka-7f3a/ChatGPT Image May 4, 2026, 11_58_30 AM.png"), 0))
	s.must(os.Chmod(filepath.Join(s.Home, "Downloads/quokka-7f3a/fixed"), 0o500))
	s.must(os.Chmod(filepath.Join(s.Home, "Locked/quokka-7f3a"), 0))
}

// receiver is a service that receives notifications without names. It gathers everything that it receives, other than
// its own address.
type receiver struct {
	*gathered
	server *httptest.Server
}

// receiver puts one up in place of the one before.
func (s *served) receiver() receiver {
	r := receiver{gathered: newGathered()}
	r.server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, q *http.Request) {
		q.URL, q.RequestURI = &url.URL{Path: "/"}, ""
		text, _ := httputil.DumpRequest(q, true)    // of one that is killed, a part
		_, _ = r.gathered.Write(append(text, '\n')) // it cannot fail
	}))
	s.Cleanup(r.server.Close)
	s.Write(".config/sweepd/hook", []byte("generic+"+r.server.URL+"/"+hookPath+"\n"))
	return r
}

// end ends it, and is all that it got.
func (r receiver) end() string {
	r.server.Close()
	return r.take()
}

const (
	hookPath    = "h0oks3cret-of-the-person"
	policyHooks = "notify: [{to: ~/.config/sweepd/hook, names: hide, on: [summary, held, grant, failed]}]\n"
)

// noteTokens adds the tokens that are stored now to the secrets: they are renewed from
// time to time.
func (s *served) noteTokens() {
	s.Helper()
	files, err := filepath.Glob(filepath.Join(s.Home, ".local/state/sweepd/signin/*.json"))
	s.must(err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		s.must(err)
		tokens := keptToken.FindAllStringSubmatch(string(text), -1)
		if len(tokens) != 2 {
			s.Fatalf("%s has %d tokens, want 2", file, len(tokens))
		}
		for _, m := range tokens {
			if !slices.Contains(s.secrets, m[1]) {
				s.secrets = append(s.secrets, m[1])
			}
		}
	}
}

var keptToken = regexp.MustCompile(`"(?:refresh_token|access_token)":\s*"([^"]+)"`)

// page is one of the service's.
func (s *served) page(network, address, path string) string {
	s.Helper()
	t := &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, address)
		},
	}
	resp, err := (&http.Client{Transport: t}).Get("http://localhost" + path)
	s.must(err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	s.must(err)
	return fmt.Sprint(resp.Header) + "\n" + string(text)
}

// daemonProcess is the service at work.
type daemonProcess struct {
	*testing.T
	cmd    *exec.Cmd
	runs   *gathered // its standard output
	stderr string    // the file
	ended  chan struct{}
}

// start starts a command that is the service, or leads to it.
func (s *served) start(with func(*exec.Cmd), args ...string) *daemonProcess {
	s.Helper()
	d := &daemonProcess{
		T: s.T, cmd: exec.CommandContext(s.Context(), args[0], args[1:]...), runs: newGathered(),
		stderr: filepath.Join(s.TempDir(), "stderr"), ended: make(chan struct{}),
	}
	errs, err := os.Create(d.stderr)
	s.must(err)
	defer errs.Close()
	d.cmd.Env, d.cmd.Dir, d.cmd.Stdout, d.cmd.Stderr = slices.Clone(s.env), s.Home, d.runs, errs
	if with != nil {
		with(d.cmd)
	}
	s.must(d.cmd.Start())
	go func() {
		defer close(d.ended)
		_ = d.cmd.Wait() // the caller checks its state
	}()
	s.Cleanup(func() { _ = d.cmd.Process.Kill(); <-d.ended })
	return d
}

// toJournal has a command's standard error taken for journald's.
func (s *served) toJournal(cmd *exec.Cmd) {
	var st unix.Stat_t
	s.must(unix.Fstat(int(cmd.Stderr.(*os.File).Fd()), &st))
	cmd.Env = append(cmd.Env, fmt.Sprintf("JOURNAL_STREAM=%d:%d", st.Dev, st.Ino))
}

// signal sends one to the service itself, and waits for its end.
func (s *served) signal(d *daemonProcess, signal syscall.Signal) {
	s.Helper()
	said, err := status.Status(s.Context(), s.control)
	s.must(err)
	s.must(syscall.Kill(said.PID, signal))
	<-d.ended
}

// crash is what the service leaves behind when it is ended so.
func (s *served) crash(d *daemonProcess, signal syscall.Signal) string {
	s.Helper()
	s.signal(d, signal)
	text, err := os.ReadFile(d.stderr)
	s.must(err)
	return string(text)
}

// observed is what the service reaches while something is done, from its start to
// its end.
func (s *served) observed(do func(*daemonProcess)) contacts {
	s.Helper()
	log := filepath.Join(s.TempDir(), "strace")
	d := s.start(nil, "strace", "-f", "--seccomp-bpf", "-qq", "-e", "trace=%network,write", "-s", "256", "-o", log,
		s.Binary, "run", "--json")
	do(d)
	s.must(status.Command(s.Context(), s.control, "reload", nil))
	s.signal(d, syscall.SIGTERM)
	if d.cmd.ProcessState.ExitCode() != 0 {
		text, err := os.ReadFile(d.stderr)
		s.Errorf("the service ends with %v: %s, %v", d.cmd.ProcessState, text, err)
	}
	text, err := os.ReadFile(log)
	s.must(err)
	return contactsIn(string(text))
}

// contacts is what a program has reached or tried to, with the first call that
// shows it.
type contacts map[string]string

var (
	socketCall  = regexp.MustCompile(`^(?:\d+ +)?(?:socket|socketpair)\((AF_\w+)`)
	addressCall = regexp.MustCompile(`^(?:\d+ +)?(?:connect|bind|sendto|sendmsg|sendmmsg)\(.*?\{sa_family=(AF_\w+)(.*)`)
	unixPath    = regexp.MustCompile(`sun_path=(@?"[^"]*")`)
	inetAddress = regexp.MustCompile(`sin6?_port=htons\((\d+)\).*?(?:inet_addr\(|inet_pton\(AF_INET6, )"([^"]*)"`)
	askedProxy  = regexp.MustCompile(`^(?:\d+ +)?write\(.*?"CONNECT (\S+) HTTP/`)
)

// contactsIn reads a log of strace.
func contactsIn(log string) contacts {
	r := contacts{}
	add := func(what, line string) {
		if _, known := r[what]; !known {
			r[what] = strings.TrimSpace(line)
		}
	}
	for line := range strings.Lines(log) {
		if m := socketCall.FindStringSubmatch(line); m != nil {
			add(m[1], line)
		}
		if m := askedProxy.FindStringSubmatch(line); m != nil {
			add("ask "+m[1], line)
		}
		m := addressCall.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		path, inet := unixPath.FindStringSubmatch(m[2]), inetAddress.FindStringSubmatch(m[2])
		switch {
		case path != nil:
			add("unix "+strings.Trim(path[1], `"`), line)
		case inet != nil:
			add("inet "+net.JoinHostPort(inet[2], inet[1]), line)
		default:
			add(m[1]+" "+m[2], line)
		}
	}
	return r
}

// are checks that exactly these were reached: a family of sockets only if one of them
// is of that family.
func (r contacts) are(t *testing.T, want ...string) {
	t.Helper()
	may := map[string]bool{"AF_UNIX": true}
	for _, what := range want {
		may[what] = true
		if r[what] == "" {
			t.Errorf("%s was not reached: the test is blind, or nothing was done; but %v", what,
				slices.Sorted(maps.Keys(r)))
		}
		// Go tries what kinds of addresses there are: net.ipStackCapabilities.probe
		if strings.HasPrefix(what, "inet ") {
			for _, also := range []string{"AF_INET", "AF_INET6", "inet [::1]:0", "inet [::ffff:127.0.0.1]:0"} {
				may[also] = true
			}
		}
	}
	for what, call := range r {
		if !may[what] {
			t.Errorf("%s: %s", what, call)
		}
	}
}

// gathered is text that comes in bit by bit.
type gathered struct {
	mu   sync.Mutex
	text bytes.Buffer
	more chan struct{}
	path string // of the socket that it comes by; "": by none
}

func newGathered() *gathered { return &gathered{more: make(chan struct{}, 1)} }

// Write implements io.Writer.
func (g *gathered) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case g.more <- struct{}{}:
	default:
	}
	return g.text.Write(p)
}

func (g *gathered) String() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.text.String()
}

// take is all that came, or is on its way through the socket, since it was called
// last.
func (g *gathered) take() string {
	for mark := "(all that came before)"; g.path != "" && !strings.Contains(g.String(), mark); <-g.more {
		c, err := net.Dial("unixgram", g.path)
		if err == nil {
			_, err = io.WriteString(c, mark)
			err = errors.Join(err, c.Close())
		}
		if err != nil {
			return err.Error()
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	defer g.text.Reset()
	return g.text.String()
}

// await waits until it has each of these, so many times as it is named. Nobody
// else may wait for the same.
func (g *gathered) await(d *daemonProcess, words ...string) {
	d.Helper()
	lacking := func() string {
		text := g.String()
		for _, word := range words {
			if strings.Count(text, word) < len(slices.DeleteFunc(slices.Clone(words),
				func(w string) bool { return w != word })) {
				return word
			}
		}
		return ""
	}
	for lacking() != "" {
		select {
		case <-g.more:
		case <-d.ended:
			text, err := os.ReadFile(d.stderr)
			d.Fatalf("the service ended before it said %q: %s: %s, %v", lacking(), d.cmd.ProcessState, text, err)
		}
	}
}

// datagrams gathers what is sent to a socket.
func datagrams(t *testing.T, path string) *gathered {
	t.Helper()
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	g, ended := newGathered(), make(chan struct{})
	g.path = path
	go func() {
		defer close(ended)
		for buf := make([]byte, 1<<20); ; {
			n, _, err := c.ReadFrom(buf)
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err != nil || n == 0 { // too large a record comes as a file
				t.Errorf("%s: %d bytes, %v", path, n, err)
				return
			}
			_, _ = g.Write(append(buf[:n:n], '\n')) // it cannot fail
		}
	}()
	t.Cleanup(func() { _ = c.Close(); <-ended })
	return g
}

// journald listens in the place of journald, in the test's own mounts.
func journald(t *testing.T) *gathered {
	t.Helper()
	const dir = "/run/systemd/journal"
	if err := errors.Join(unix.Mount("tmpfs", "/run", "tmpfs", 0, ""), os.MkdirAll(dir, 0o755)); err != nil {
		t.Fatal(err)
	}
	return datagrams(t, dir+"/socket")
}

// apart runs the test again in a process with its own network and mounts: it has only
// loopback, and its mounts end with it. In that process, apart returns the program as
// it is shipped, and true.
func apart(t *testing.T) (binary string, here bool) {
	t.Helper()
	const variable = "SWEEPD_TEST_APART"
	if binary := os.Getenv(variable); binary != "" {
		if err := raiseLoopback(); err != nil {
			t.Fatal(err)
		}
		all, err := net.Interfaces()
		if err != nil || len(all) != 1 || all[0].Flags&net.FlagLoopback == 0 {
			t.Fatalf("the network has %v, %v; want loopback alone", all, err)
		}
		return binary, true
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if os.Getuid() != 0 {
		lacking(t, "a network of its own takes root")
	}
	for _, tool := range []string{"strace", "setpriv"} {
		if _, err := exec.LookPath(tool); err != nil {
			lacking(t, err.Error())
		}
	}
	cmd := exec.CommandContext(t.Context(), self, "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=3m")
	cmd.Env = append(os.Environ(), variable+"="+e2e.Build(t))
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS}
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		lacking(t, fmt.Sprintf("no network of its own: %v", err))
	}
	if err != nil || !bytes.Contains(out, []byte("--- PASS: "+t.Name()+" ")) {
		t.Errorf("apart: %v\n%s", err, out)
	}
	return "", false
}

// lacking skips a test for want of something, and fails it where nothing may be
// wanting.
func lacking(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// raiseLoopback gives a new network its own addresses: netdevice(7).
func raiseLoopback() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	lo, err := unix.NewIfreq("lo")
	if err == nil {
		lo.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
		err = unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, lo)
	}
	return errors.Join(err, unix.Close(fd))
}

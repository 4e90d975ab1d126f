package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/sweepd/sweepd/internal/cloudsim"
	"github.com/sweepd/sweepd/internal/cloudsim/drivesim"
	"github.com/sweepd/sweepd/internal/cloudsim/openaisim"
	"github.com/sweepd/sweepd/internal/cloudsim/rehearsal"
)

// cloud is sweepd demo serve in a process of its own, for a script. The program
// that the script runs reaches it as it would reach the real service.
type cloud struct {
	cmd  *exec.Cmd
	rest *bufio.Reader // of its standard output, after the first line
	errs bytes.Buffer
	at   rehearsal.Place
	seen int64 // how much of the record was looked at
}

// clouds has the cloud of each script that has one, by its folder.
type clouds struct {
	mu sync.Mutex // scripts run at the same time
	of map[string]*cloud
}

func newClouds() *clouds { return &clouds{of: map[string]*cloud{}} }

// commands are those of scripts about a cloud.
func (cs *clouds) commands() map[string]func(*testscript.TestScript, bool, []string) {
	return map[string]func(*testscript.TestScript, bool, []string){
		"cloud": cs.run, "person": cs.person, "record": cs.record, "secret": cs.secret, "untouched": cmdUntouched,
		"large": cmdLarge,
	}
}

// large FILE [TEXT]: writes a picture of 1024 x 1024 pixels, a hundred days old, with a text in it. With the word
// "watermark" OpenAI recognises it.
func cmdLarge(ts *testscript.TestScript, _ bool, args []string) {
	text := strings.Replace(strings.Join(args[1:], " "), "watermark", openaisim.Watermark, 1)
	path := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(filepath.Dir(path), 0o700))
	ts.Check(os.WriteFile(path, largePicture(text), 0o600))
	cmdQuiet(ts, false, args[:1])
}

// largePicture returns a PNG of 1024 x 1024 pixels with a text in it. Only its header is in order.
func largePicture(text string) []byte {
	chunk := func(kind, body string) []byte {
		out := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
		out = append(append(out, kind...), body...)
		return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
	}
	return slices.Concat([]byte("\x89PNG\r\n\x1a\n"),
		chunk("IHDR", "\x00\x00\x04\x00\x00\x00\x04\x00\x08\x02\x00\x00\x00"), chunk("tEXt", text),
		chunk("IDAT", "pixels"), chunk("IEND", ""))
}

// the is the cloud of a script.
func (cs *clouds) the(ts *testscript.TestScript) *cloud {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	c := cs.of[ts.Getenv("WORK")]
	if c == nil {
		ts.Fatalf("there is no cloud: begin with cloud start")
	}
	return c
}

func (cs *clouds) set(ts *testscript.TestScript, c *cloud) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	cs.of[ts.Getenv("WORK")] = c
}

// cloud start [FLAGS...] | cloud stop
func (cs *clouds) run(ts *testscript.TestScript, _ bool, args []string) {
	if args[0] == "stop" {
		ts.Check(cs.the(ts).stop(filepath.Join(ts.Getenv("WORK"), ".tmp")))
		cs.set(ts, nil)
		return
	}
	c, err := startCloud(ts.MkAbs("."), filepath.Join(ts.Getenv("WORK"), ".tmp"), args[1:]...)
	if c != nil {
		ts.Defer(c.kill)
	}
	ts.Check(err)
	cs.set(ts, c)
	for name, value := range c.env() {
		ts.Setenv(name, value)
	}
	ts.Setenv("CLIENT", c.at.Client)
	ts.Setenv("API_KEY", c.at.APIKey)
	ts.Setenv("PERSON", c.at.Accounts[0].Name)
}

// startCloud runs sweepd demo serve in that folder, with that one for temporary
// files.
func startCloud(dir, tmp string, args ...string) (*cloud, error) {
	// in PATH: see TestMain
	c := &cloud{cmd: exec.Command("sweepd", append([]string{"demo", "serve", "--json"}, args...)...)}
	c.cmd.Env = []string{"TMPDIR=" + tmp}
	c.cmd.Dir, c.cmd.Stderr = dir, &c.errs
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	c.rest = bufio.NewReader(out)
	line, err := c.rest.ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &c.at)
	}
	if err != nil {
		return c, fmt.Errorf("demo serve: %w: %s%s", err, line, c.errs.String())
	}
	return c, nil
}

// kill is for when stop was not come to.
func (c *cloud) kill() { _, _ = c.cmd.Process.Kill(), c.cmd.Wait() }

// env leads a program to the cloud, and nowhere else.
func (c *cloud) env() map[string]string {
	return map[string]string{
		"HTTPS_PROXY":   c.at.Proxy,
		"SSL_CERT_FILE": c.at.CAFile,
		"SSL_CERT_DIR":  filepath.Dir(c.at.CAFile),
		"NO_PROXY":      "",
	}
}

// stop interrupts it, and holds that it leaves nothing behind.
func (c *cloud) stop(tmp string) error {
	if err := c.cmd.Process.Signal(os.Interrupt); err != nil {
		return err
	}
	more, err := io.ReadAll(c.rest)
	if err = errors.Join(err, c.cmd.Wait()); err != nil || len(more) > 0 || c.errs.Len() > 0 {
		return fmt.Errorf("demo serve ends with %v, having printed %q and %q", err, more, c.errs.String())
	}
	if left, err := filepath.Glob(filepath.Join(tmp, "sweepd-*")); err != nil || len(left) > 0 {
		return fmt.Errorf("demo serve leaves behind %q, %v", left, err)
	}
	return nil
}

// client returns a client for the cloud, as any program would have one.
func (c *cloud) client() (*http.Client, error) {
	pem, err := os.ReadFile(c.at.CAFile)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	proxy, err := url.Parse(c.at.Proxy)
	return &http.Client{
		Transport: &http.Transport{
			Proxy:             http.ProxyURL(proxy),
			TLSClientConfig:   &tls.Config{RootCAs: roots},
			DisableKeepAlives: true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, err
}

const testAgent = "the person"

// do makes a request, with the token of the first account.
func (c *cloud) do(method, to, kind string, body io.Reader) (*http.Response, []byte, error) {
	h, err := c.client()
	if err != nil {
		return nil, nil, err
	}
	req, err := http.NewRequest(method, to, body)
	if err != nil {
		return nil, nil, err
	}
	req.Header.Set("User-Agent", testAgent)
	req.Header.Set("Content-Type", kind)
	req.Header.Set("Authorization", "Bearer "+c.at.Accounts[0].AccessToken)
	resp, err := h.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	out, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode >= 400 {
		err = fmt.Errorf("%s %s: %s: %s", method, to, resp.Status, out)
	}
	return resp, out, err
}

// [!] person put NAME FILE: the user puts a file into My Drive, with another program. person drop PATH FILE: into
// their Dropbox. person move PATH PATH: moves one there.
func (cs *clouds) person(ts *testscript.TestScript, neg bool, args []string) {
	c := cs.the(ts)
	var err error
	if args[0] == "move" {
		err = c.move(args[1], args[2])
	} else {
		content, rerr := os.ReadFile(ts.MkAbs(args[2]))
		ts.Check(rerr)
		if args[0] == "drop" {
			err = c.drop(args[1], content)
		} else {
			_, err = c.put(args[1], content)
		}
	}
	if (err != nil) != neg {
		ts.Fatalf("%s %s: %v", args[0], args[1], err)
	}
}

// drop puts a file into the Dropbox.
func (c *cloud) drop(path string, content []byte) error {
	return c.box("https://content.dropboxapi.com/2/files/upload",
		map[string]string{
			"Dropbox-API-Arg": fmt.Sprintf(`{"path":%q}`, path),
			"Content-Type":    "application/octet-stream",
		}, content)
}

// move moves a file of the Dropbox.
func (c *cloud) move(from, to string) error {
	arg := fmt.Appendf(nil, `{"from_path":%q,"to_path":%q}`, from, to)
	return c.box("https://api.dropboxapi.com/2/files/move_v2", map[string]string{"Content-Type": "application/json"},
		arg)
}

// box makes a request with the token of the first account of the Dropbox.
func (c *cloud) box(to string, header map[string]string, body []byte) error {
	h, err := c.client()
	if err != nil {
		return err
	}
	req, err := http.NewRequest(http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return err
	}
	i := slices.IndexFunc(c.at.Accounts, func(a rehearsal.Account) bool { return a.Provider == "dropbox" })
	req.Header.Set("Authorization", "Bearer "+c.at.Accounts[i].AccessToken)
	req.Header.Set("User-Agent", testAgent)
	for name, value := range header {
		req.Header.Set(name, value)
	}
	resp, err := h.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	said, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s: %s", to, resp.Status, said)
	}
	return err
}

func (c *cloud) put(name string, content []byte) (id string, err error) {
	_, made, err := c.do(http.MethodPost, "https://www.googleapis.com/upload/drive/v3/files?uploadType=media",
		http.DetectContentType(content), bytes.NewReader(content))
	if err != nil {
		return "", err
	}
	var f struct{ ID string }
	if err := json.Unmarshal(made, &f); err != nil {
		return "", err
	}
	as, err := json.Marshal(map[string]string{"name": name})
	if err == nil {
		_, _, err = c.do(http.MethodPatch, "https://www.googleapis.com/drive/v3/files/"+f.ID, "application/json",
			bytes.NewReader(as))
	}
	return f.ID, err
}

// signIn runs a sign-in that prints a link, and acts as the user of the first account, who follows it, allows the
// access, and pastes the address.
func (c *cloud) signIn(login *exec.Cmd) error {
	var errs bytes.Buffer
	login.Stderr = &errs
	in, err := login.StdinPipe()
	if err != nil {
		return err
	}
	out, err := login.StdoutPipe()
	if err != nil {
		return err
	}
	if err := login.Start(); err != nil {
		return err
	}
	for lines := bufio.NewScanner(out); err == nil && lines.Scan(); {
		link := consentLink.FindString(lines.Text())
		if link == "" {
			continue
		}
		var resp *http.Response
		allow := url.Values{"account": {c.at.Accounts[0].Name}}.Encode()
		if resp, _, err = c.do(http.MethodPost, link, "application/x-www-form-urlencoded",
			strings.NewReader(allow)); err == nil {
			_, err = fmt.Fprintln(in, resp.Header.Get("Location"))
		}
	}
	if err = errors.Join(err, in.Close(), login.Wait()); err != nil {
		return fmt.Errorf("%v: %w: %s", login.Args, err, errs.String())
	}
	return nil
}

// news returns the program's requests and changes since the last call. An answer can arrive before its line in the
// record: the record is complete once it has a line for every request, up to the one that is made here.
func (c *cloud) news() (ours []cloudsim.Record, err error) {
	if _, _, err := c.do(http.MethodGet, "https://www.googleapis.com/drive/v3/about?fields=user", "", nil); err != nil {
		return nil, err
	}
	var all []cloudsim.Record
	for whole := false; !whole; {
		if all, err = c.record(); err != nil {
			return nil, err
		}
		var requests, last int64
		for _, r := range all {
			if r.Kind == cloudsim.KindRequest {
				requests, last = requests+1, max(last, r.N)
			}
		}
		whole = requests == last && all[len(all)-1].Seq > c.seen
	}
	theirs := map[int64]bool{0: true} // requests of no program
	for _, r := range all {
		theirs[r.N] = theirs[r.N] || r.Agent == testAgent || r.Call == "oauth2.auth" // a browser
	}
	for _, r := range all {
		if r.Seq > c.seen && !theirs[r.N] {
			ours = append(ours, r)
		}
	}
	c.seen = all[len(all)-1].Seq
	return ours, nil
}

// record is all of it.
func (c *cloud) record() (all []cloudsim.Record, err error) {
	resp, err := http.Get(c.at.AuditURL)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	for dec := json.NewDecoder(resp.Body); ; {
		var r cloudsim.Record
		if err := dec.Decode(&r); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
}

// record PATTERN=N...: since the last call, the program's requests ("GET drive.changes.list 200") and changes
// ("trash") match the patterns exactly, each N times; *: any number of times. The first matching pattern counts.
func (cs *clouds) record(ts *testscript.TestScript, _ bool, args []string) {
	news, err := cs.the(ts).news()
	ts.Check(err)
	got := map[string]int{}
	for _, r := range news {
		said := r.Op
		if r.Kind == cloudsim.KindRequest {
			said = fmt.Sprintf("%s %s %d", r.HTTP, r.Call, r.Status)
		}
		for _, arg := range args {
			pattern, _, _ := strings.Cut(arg, "=")
			if ok, err := regexp.MatchString("^("+pattern+")$", said); err != nil || ok {
				ts.Check(err)
				said = pattern
				break
			}
		}
		got[said]++
	}
	for _, arg := range args {
		pattern, n, _ := strings.Cut(arg, "=")
		if n != "*" && fmt.Sprint(got[pattern]) != n {
			ts.Fatalf("%d of %q, want %s; in all: %v", got[pattern], pattern, n, got)
		}
		delete(got, pattern)
	}
	if len(got) > 0 {
		ts.Fatalf("beside what was to be expected: %v", got)
	}
}

// secret: no token and no secret of the OAuth client is in what was printed
// last, or in any file but those that are for it.
func (cs *clouds) secret(ts *testscript.TestScript, _ bool, _ []string) {
	kept := filepath.Join(ts.Getenv("HOME"), ".local", "state", "sweepd", "signin", "drive.json")
	var g struct {
		Refresh string `json:"refresh_token"`
		Access  string `json:"access_token"`
	}
	b, err := os.ReadFile(kept)
	ts.Check(err)
	ts.Check(json.Unmarshal(b, &g))
	if g.Refresh == "" || g.Access == "" {
		ts.Fatalf("%s has no tokens", kept)
	}
	secrets := []string{g.Refresh, g.Access, drivesim.ClientSecret}
	look := func(where string, content []byte) {
		for _, s := range secrets {
			if s != "" && bytes.Contains(content, []byte(s)) {
				ts.Fatalf("%s has a secret in it: %q", where, s)
			}
		}
	}
	look("stdout", []byte(ts.ReadFile("stdout")))
	look("stderr", []byte(ts.ReadFile("stderr")))
	files := 0
	ts.Check(filepath.WalkDir(ts.Getenv("WORK"), func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || path == kept || filepath.Base(path) == "client.json" ||
			filepath.Base(path) == "google-client.json" {
			return err
		}
		content, err := os.ReadFile(path)
		look(path, content)
		files++
		return err
	}))
	if files < 5 {
		ts.Fatalf("only %d files were there to be searched", files)
	}
}

// untouched: the home is as it was made, and there are no temporary files.
func cmdUntouched(ts *testscript.TestScript, _ bool, _ []string) {
	for _, dir := range []string{
		ts.Getenv("HOME"), filepath.Join(ts.Getenv("HOME"), "Downloads"), filepath.Join(ts.Getenv("WORK"), ".tmp"),
	} {
		entries, err := os.ReadDir(dir)
		ts.Check(err)
		for _, e := range entries {
			if e.Name() != "Downloads" {
				ts.Fatalf("%s has %s in it", dir, e.Name())
			}
		}
	}
}

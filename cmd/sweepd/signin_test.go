package main

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/sweepd/sweepd/internal/cloudsim"
	"github.com/sweepd/sweepd/internal/cloudsim/drivesim"
)

// google: starts a Google Drive on loopback with the accounts of mia and bob, behind a proxy for the real host names,
// and writes client.json. $PERSON is the user at the browser.
func cmdGoogle(ts *testscript.TestScript, _ bool, args []string) {
	cloud, err := cloudsim.New(cloudsim.Options{Now: time.Now})
	ts.Check(err)
	d, err := drivesim.New(cloud, drivesim.Options{})
	ts.Check(err)
	for _, email := range []string{"mia@example.com", "bob@example.com"} {
		_, err := d.AddAccount(drivesim.Person{Email: email})
		ts.Check(err)
	}
	server, err := cloud.Start("127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { ts.Check(server.Close()) })
	ca := ts.MkAbs("ca.pem")
	ts.Check(os.WriteFile(ca, server.CA(), 0o600))
	client := ts.MkAbs("home/client.json")
	ts.Check(os.WriteFile(client,
		fmt.Appendf(nil, `{"installed":{"client_id":%q,"client_secret":%q}}`, drivesim.ClientID,
			drivesim.ClientSecret), 0o600))
	ts.Setenv("HTTPS_PROXY", server.ProxyURL())
	ts.Setenv("SSL_CERT_FILE", ca)
	ts.Setenv("DISPLAY", ":7")
	ts.Setenv("PERSON", "mia@example.com")
	ts.Setenv("AUDIT", server.AuditURL())
	for _, arg := range args {
		ts.Check(cloud.SetFaults([]cloudsim.Fault{{
			Call: arg, Times: -1, Kind: cloudsim.Refuse, Status: 403, Reason: "accessNotConfigured",
		}}))
	}
}

// opener is xdg-open, and the user before the screen.
func opener() {
	if _, err := follow(os.Args[1], os.Getenv("PERSON"), ""); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// follow follows an address to the consent page, allows the access if person is not empty, and follows the page's
// redirect, unless that begins with stop. The environment has the proxy and the CA of the fake Google.
func follow(address, person, stop string) (last string, err error) {
	c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for range 5 {
		if stop != "" && strings.HasPrefix(address, stop) {
			return address, nil
		}
		resp, err := c.Get(address)
		if err != nil {
			return "", err
		}
		if strings.HasPrefix(address, "https://accounts.google.com/") ||
			strings.HasPrefix(address, "https://www.dropbox.com/") {
			resp.Body.Close()
			form := url.Values{"account": {person}}
			if person == "" {
				form = url.Values{"deny": {"1"}}
			}
			if resp, err = c.PostForm(address, form); err != nil {
				return "", err
			}
		}
		page, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			return "", err
		}
		next := resp.Header.Get("Location")
		if next == "" {
			return address, statusError(resp, page)
		}
		address = next
	}
	return "", fmt.Errorf("sent around to %s", address)
}

func statusError(resp *http.Response, page []byte) error {
	if resp.StatusCode == http.StatusOK {
		return nil
	}
	return fmt.Errorf("%s: %s", resp.Status, page)
}

// pasting COMMAND...: runs sweepd and does what it asks: opens the link, and
// pastes the address that the browser cannot open.
func cmdPasting(ts *testscript.TestScript, neg bool, args []string) {
	program := ""
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		if path := filepath.Join(dir, args[0]); program == "" && isFile(path) {
			program = path
		}
	}
	cmd := exec.Command(program, args[1:]...)
	cmd.Dir = ts.MkAbs(".")
	for _, name := range []string{"HOME", "TZ", "HTTPS_PROXY", "SSL_CERT_FILE", "PATH"} {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
	}
	in, err := cmd.StdinPipe()
	ts.Check(err)
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	var complaint strings.Builder
	cmd.Stderr = &complaint
	ts.Check(cmd.Start())
	said := ""
	for lines := bufio.NewScanner(out); lines.Scan(); {
		said += lines.Text() + "\n"
		link := strings.TrimSpace(lines.Text())
		if !strings.HasPrefix(link, "https://") {
			continue
		}
		child := exec.Command(program+"-browser", link, ts.Getenv("PERSON"))
		child.Env = cmd.Env
		address, err := child.Output()
		ts.Check(err)
		_, err = in.Write(address)
		ts.Check(err)
	}
	err = cmd.Wait()
	ts.Logf("[stdout]\n%s[stderr]\n%s", said, complaint.String())
	if (err != nil) != neg {
		ts.Fatalf("got %v", err)
	}
}

// browser prints the address that it cannot open.
func browser() {
	address, err := follow(os.Args[1], os.Args[2], "http://127.0.0.1")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(address)
}

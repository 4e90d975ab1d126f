package main

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"image"
	"image/png"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/sweepd/sweepd/internal/cloudsim"
	"github.com/sweepd/sweepd/internal/cloudsim/drivesim"
)

// robot is the address of the service account of a test.
const robot = "sweepd@project.iam.gserviceaccount.com"

// organization is the Google Workspace of a script: acme.example with boss, its administrator, and bea, carl, dan and
// eve, each with an alias such as bea.old. The first three of these are in the group designers. Each has two pictures
// in their Drive: $OURS and IMG_1.png.
type organization struct {
	cloud  *cloudsim.Cloud
	drive  *drivesim.Drive
	domain *drivesim.Domain
	group  *drivesim.Group
}

// organizations has that of each script, by its folder.
type organizations struct {
	mu sync.Mutex
	of map[string]*organization
}

// serviceAccountKey returns a new key and the file in which Google's console gives it.
func serviceAccountKey() (*rsa.PublicKey, []byte, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, nil, err
	}
	file, err := json.Marshal(map[string]string{
		"type": "service_account", "client_email": robot, "private_key_id": "k1",
		"token_uri":   "https://oauth2.googleapis.com/token",
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
	})
	return &key.PublicKey, file, err
}

// workspace: starts the organization's cloud on loopback. $KEY is the file of the service account's key.
func (all *organizations) start(ts *testscript.TestScript, _ bool, _ []string) {
	o := &organization{}
	var err error
	o.cloud, err = cloudsim.New(cloudsim.Options{Now: time.Now})
	ts.Check(err)
	o.drive, err = drivesim.New(o.cloud, drivesim.Options{})
	ts.Check(err)
	o.domain, err = o.drive.AddDomain("acme.example")
	ts.Check(err)
	o.group, err = o.domain.AddGroup("designers@acme.example")
	ts.Check(err)
	public, key, err := serviceAccountKey()
	ts.Check(err)
	o.drive.AddServiceAccount(robot, public)
	var picture bytes.Buffer
	ts.Check(png.Encode(&picture, image.NewGray(image.Rect(0, 0, 1024, 1024))))
	for _, name := range []string{"boss", "bea", "carl", "dan", "eve"} {
		a, err := o.drive.AddAccount(drivesim.Person{
			Email: name + "@acme.example", Domain: o.domain, Admin: name == "boss",
			Aliases: []string{name + ".old@acme.example"},
		})
		ts.Check(err)
		if slices.Contains([]string{"bea", "carl", "dan"}, name) {
			ts.Check(o.group.Add("MEMBER", a))
		}
		for i, file := range []string{ts.Getenv("OURS"), "IMG_1.png"} {
			_, err := a.Put(drivesim.Item{
				Name: file, MimeType: "image/png", Created: time.Now().AddDate(0, 0, -100-i),
				Content: drivesim.Bytes(append(picture.Bytes(), name...)),
			})
			ts.Check(err)
		}
	}
	server, err := o.cloud.Start("127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { ts.Check(server.Close()) })
	ca := ts.MkAbs("ca.pem")
	ts.Check(os.WriteFile(ca, server.CA(), 0o600))
	ts.Setenv("HTTPS_PROXY", server.ProxyURL())
	ts.Setenv("SSL_CERT_FILE", ca)
	ts.Setenv("KEY", ts.MkAbs("home/key.json"))
	ts.Check(os.WriteFile(ts.Getenv("KEY"), key, 0o600))
	all.mu.Lock()
	defer all.mu.Unlock()
	all.of[ts.Getenv("WORK")] = o
}

// domain delegate SCOPE... | domain suspend|join|leave NAME | domain fails CALL NTH | domain answers |
// domain trash NAME... (only they have a file in the trash)
func (all *organizations) change(ts *testscript.TestScript, _ bool, args []string) {
	all.mu.Lock()
	o := all.of[ts.Getenv("WORK")]
	all.mu.Unlock()
	who := func() *drivesim.Account { return o.drive.Account(args[1] + "@acme.example") }
	switch args[0] {
	case "delegate":
		o.domain.Delegate(robot, args[1:]...)
	case "suspend":
		who().Suspend(true)
	case "join":
		ts.Check(o.group.Add("MEMBER", who()))
	case "leave":
		o.group.Remove(who())
	case "fails":
		ts.Check(o.cloud.SetFaults([]cloudsim.Fault{{
			Call: args[1], Nth: int(args[2][0] - '0'), Times: -1,
			Kind: cloudsim.Refuse, Status: 403, Reason: "forbidden",
		}}))
	case "answers":
		ts.Check(o.cloud.SetFaults(nil))
	case "trash":
		var got []string
		for _, f := range o.drive.Snapshot() {
			if name, _, _ := strings.Cut(f.Owner, "@"); f.Trashed {
				got = append(got, name)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, args[1:]) {
			ts.Fatalf("files of %q are in the trash", got)
		}
	default:
		ts.Fatalf("no such change: %s", args[0])
	}
}

func newOrganizations() *organizations { return &organizations{of: map[string]*organization{}} }

// commands are those of scripts about an organization.
func (all *organizations) commands() map[string]func(*testscript.TestScript, bool, []string) {
	return map[string]func(*testscript.TestScript, bool, []string){"workspace": all.start, "domain": all.change}
}

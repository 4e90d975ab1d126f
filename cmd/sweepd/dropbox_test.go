package main

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/sweepd/sweepd/internal/cloud/dropboxaccount"
	"github.com/sweepd/sweepd/internal/cloudsim"
	"github.com/sweepd/sweepd/internal/cloudsim/content"
	"github.com/sweepd/sweepd/internal/cloudsim/dropboxsim"
)

// dropbox [team]: starts a Dropbox on loopback with the account of mia, behind a proxy for the real host names, with
// two pictures in it: /AI/$OURS and /IMG_1.png. The user's own app is "miasownapp". With "team" mia is the member
// $MEMBER of the team Studio, whose administrator links the app "studiosapp". With "team NAME..." others of the team
// have the same pictures: "NAME@example.com"; with a minus before the name they are suspended. Those with a plus,
// and mia, are in the group Designers.
func cmdDropbox(ts *testscript.TestScript, _ bool, args []string) {
	cloud, err := cloudsim.New(cloudsim.Options{Now: time.Now})
	ts.Check(err)
	d, err := dropboxsim.New(cloud, dropboxsim.Options{})
	ts.Check(err)
	ts.Check(d.AddApp(dropboxsim.App{
		Key: "miasownapp", Redirects: []string{"http://" + dropboxaccount.Callback + "/"},
	}))
	who := dropboxsim.Person{Email: "mia@example.com"}
	ts.Setenv("PERSON", who.Email)
	if len(args) > 0 {
		who.Team, err = d.AddTeam("Studio", dropboxsim.Advanced, false)
		ts.Check(err)
		ts.Check(d.AddApp(dropboxsim.App{
			Key:       "studiosapp",
			Team:      true,
			Redirects: []string{"http://" + dropboxaccount.Callback + "/"},
		}))
		ts.Setenv("PERSON", "Studio")
	}
	mia, err := d.AddAccount(who)
	ts.Check(err)
	ts.Setenv("MEMBER", mia.MemberID())
	var picture bytes.Buffer
	ts.Check(png.Encode(&picture, image.NewGray(image.Rect(0, 0, 1024, 1024))))
	put := func(a *dropboxsim.Account, more string) {
		for _, path := range []string{"/AI/" + ts.Getenv("OURS"), "/IMG_1.png"} {
			own := slices.Concat(picture.Bytes(), []byte(more))
			_, err := a.Put(dropboxsim.Item{Path: path, Content: content.Bytes(own)})
			ts.Check(err)
		}
	}
	put(mia, "")
	designers := []*dropboxsim.Account{mia}
	for _, name := range args[min(len(args), 1):] {
		name, designs := strings.CutPrefix(name, "+")
		name, away := strings.CutPrefix(name, "-")
		a, err := d.AddAccount(dropboxsim.Person{Email: name + "@example.com", Team: who.Team})
		ts.Check(err)
		put(a, name)
		a.Suspend(away)
		if designs {
			designers = append(designers, a)
		}
	}
	if who.Team != nil {
		_, err := who.Team.AddGroup("Designers", designers...)
		ts.Check(err)
	}
	server, err := cloud.Start("127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { ts.Check(server.Close()) })
	ca := ts.MkAbs("ca.pem")
	ts.Check(os.WriteFile(ca, server.CA(), 0o600))
	ts.Setenv("HTTPS_PROXY", server.ProxyURL())
	ts.Setenv("SSL_CERT_FILE", ca)
	ts.Setenv("LOWER", strings.ToLower(ts.Getenv("OURS")))
}

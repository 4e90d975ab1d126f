package gdrive_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/sweepd/sweepd/internal/cloud/googleaccount"
	"github.com/sweepd/sweepd/internal/cloud/oauth"
	"github.com/sweepd/sweepd/internal/cloudsim/drivesim"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/gdrive"
	"github.com/sweepd/sweepd/providers/providertest"
)

const robot = "robot@p.iam.gserviceaccount.com"

// delegated is the harness of the Drive of a user of a Workspace, for whom a service account acts: with tokens that its
// key signs for, as the storage of a member of a fleet has them.
type delegated struct {
	harness
	as googleaccount.Options
}

// newDelegated adds the user to a world, and beside them one whose Drive must not be met.
func newDelegated(t *testing.T, public *rsa.PublicKey, key string) delegated {
	w := newWorld(t)
	// A key signs by the clock of the machine, and no service accepts a signature of another hour.
	w.at, w.step = time.Now(), time.Second
	domain, err := w.drive.AddDomain("acme.example")
	w.must(err)
	w.drive.AddServiceAccount(robot, public)
	domain.Delegate(robot, "drive")
	for _, email := range []string{"bea@acme.example", "eve@acme.example"} {
		w.person, err = w.drive.AddAccount(drivesim.Person{Email: email, Domain: domain})
		w.must(err)
	}
	w.put("IMG_0001.png", []byte("eve's"))
	w.ids = map[string]string{}
	w.person = w.drive.Account("bea@acme.example")
	return delegated{harness{w}, googleaccount.Options{
		Storage: "acme/bea@acme.example", Use: googleaccount.Purge, Rate: 1e6,
		Store:          oauth.Store{Dir: filepath.Join(t.TempDir(), "signin")},
		ServiceAccount: key, Impersonate: "bea@acme.example",
		Net: oauth.Net{Base: w.server.Client().Transport, Now: w.now, Sleep: w.sleep},
	}}
}

// Open opens the Drive as the program does.
func (h delegated) Open(t *testing.T) providers.Driver {
	t.Helper()
	c, err := googleaccount.Connect(t.Context(), h.as)
	h.must(err)
	d, err := gdrive.Open(context.Background(), gdrive.Options{
		Client: c.HTTP, Use: c.Uses, Account: c.Account.ID, Now: h.now, Sleep: h.sleep,
	})
	h.must(err)
	return d
}

func TestTheDriveOfAMemberKeepsEveryPromise(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(map[string]string{
		"type": "service_account", "client_email": robot, "private_key_id": "k1",
		"token_uri":   "https://oauth2.googleapis.com/token",
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
	})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "key.json")
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	providertest.RunAs(t, "My Drive", func(t *testing.T) providertest.Harness {
		return newDelegated(t, &key.PublicKey, file)
	})
}

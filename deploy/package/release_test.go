package main

import (
	"bytes"
	"crypto"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// made is the time at which the keys here are made.
var made = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// keyFile makes a key and returns the file with it.
func keyFile(t *testing.T, name, address string, config packet.Config) string {
	t.Helper()
	config.Time = func() time.Time { return made }
	entity, err := openpgp.NewEntity(name, "", address, &config)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := entity.SerializePrivate(&out, &config); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Packages name the key's owner as their maintainer, so a key without an address to write to signs nothing.
func TestAKeyThatMustNotSignIsRefused(t *testing.T) {
	sound := packet.Config{Algorithm: packet.PubKeyAlgoRSA, RSABits: minBits, DefaultHash: crypto.SHA256}
	short, curve := sound, packet.Config{Algorithm: packet.PubKeyAlgoEdDSA}
	short.RSABits = 2048
	for _, test := range []struct {
		name, owner, address string
		config               packet.Config
		at                   time.Time
		want                 string
	}{
		{"no letter arrives", "trial", "trial@sweepd.invalid", curve, made, "no letter to trial@sweepd.invalid"},
		{"an address of examples", "trial", "trial@mail.Example.org", curve, made, "no letter to"},
		{"this machine", "trial", "root@localhost", curve, made, "no letter to"},
		{"no name", "", "trial@sweepd.test", curve, made, "not of the form"},
		{"a curve", "trial", "trial@sweepd.test", curve, made, "must be RSA"},
		{"short", "trial", "trial@sweepd.test", short, made, "must be RSA of 3072 bits"},
		{"younger than the commit", "trial", "trial@sweepd.test", curve, made.Add(-time.Hour), "it was made later"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := readKey(keyFile(t, test.owner, test.address, test.config), "", test.at)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

func TestOnlyATagIsSigned(t *testing.T) {
	const changes = "# Changelog\n\n## Unreleased\n\n## 0.2.0 - 2026-12-01\n"
	for _, test := range []struct {
		version string
		signed  bool
		want    string
	}{
		{"0.2.0", true, ""},
		{"0.2.0", false, ""},
		{"0.3.0", false, "no heading"},
		{"0.2.0+dirty", true, "is no release"},
		{"0.2.0-rc.1", true, "is no release"},
		{"0.0.0-20261128180002-cfacbf8c0ffe", true, "is no release"},
		{"0.0.0-20261128180002-cfacbf8c0ffe+dirty", false, ""},
		{"(devel)", true, "is no release"},
	} {
		err := checkVersion(test.version, changes, test.signed)
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s, signed %v: got %v, want %q", test.version, test.signed, err, test.want)
		}
	}
}

func TestSystemsAreThoseOfNOTICE(t *testing.T) {
	if all, err := parseSystems(targets); err != nil || len(all) != 4 {
		t.Errorf("got %v, %v", all, err)
	}
	if _, err := parseSystems("linux/amd64,plan9/amd64"); err == nil ||
		!strings.Contains(err.Error(), `"plan9/amd64"`) {
		t.Errorf("got %v", err)
	}
}

func TestASignedReleaseTakesAnEmptyFolder(t *testing.T) {
	dir := t.TempDir()
	if _, err := makeDir(dir, "", true); err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "of-another-version"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := makeDir(dir, "", false); err != nil {
		t.Error(err)
	}
	if _, err := makeDir(dir, "", true); err == nil || !strings.Contains(err.Error(), "is not empty") {
		t.Errorf("got %v", err)
	}
}

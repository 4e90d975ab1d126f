package c2pa

import (
	"bytes"
	"crypto/sha256"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
)

func TestBuiltInAnchorsAreTheFiveThatWereReviewed(t *testing.T) {
	want := map[string]string{
		"Truepic RootCA": "d4238a521f5d88edae53709c956475b1" +
			"58afe3e0eb74a4e8d1bd76e83fd59b78",
		"SSL.com C2PA RSA Root CA 2025": "4c8ad434e01f769ac96dffc9729d702a" +
			"0f20e55d891ebd86443c5cc8c2fab47c",
		"Trufo C2PA Root CA (2025, ECC P384)": "a09208ebd885d89c3fc6c32519d16a57" +
			"509acc63f9ebcc0a4a094432daee1480",
		"OpenAI TSA Root CA": "e128fe87de1401a8ef2ed7accaa16f6c" +
			"b2fcc13ce18a87ae3cdd7ac55573462e",
		"DigiCert Trusted G4 RSA4096 SHA256 TimeStamping CA": "281734d4592d1291d27190709cb510b0" +
			"7e22c405d5e0d6119b70e73589f98acf",
	}
	a := BuiltIn()
	if len(a.list) != len(want) {
		t.Errorf("got %d anchors, want %d", len(a.list), len(want))
	}
	leaves := 0
	for _, one := range a.list {
		sum := sha256.Sum256(one.cert.Raw)
		if got := hexOf(sum[:]); got != want[one.name] {
			t.Errorf("%s: got %s, want %s", one.name, got, want[one.name])
		}
		leaves += len(one.leaves)
	}
	if leaves != 8 {
		t.Errorf("got %d known leaves, want 8", leaves)
	}
}

func TestBuiltInAnchorsAreThoseOfThePublishedLists(t *testing.T) {
	dir, _ := shared(t)
	var all []byte
	for _, name := range []string{"verify-anchors.pem", "c2pa-trust-list.pem", "openai-tsa-root.pem"} {
		b, err := os.ReadFile(filepath.Join(dir, "..", "trust", name))
		if err != nil {
			t.Fatal(err)
		}
		all = append(append(all, b...), '\n')
	}
	published := map[string]bool{}
	for block, rest := pem.Decode(all); block != nil; block, rest = pem.Decode(rest) {
		published[string(block.Bytes)] = true
	}
	for _, a := range BuiltIn().list {
		if !published[string(a.cert.Raw)] {
			t.Errorf("%s: the certificate is in none of the lists", a.name)
		}
	}
}

func TestAnchorsThatSayWhatIsNotSoAreRefused(t *testing.T) {
	s, _ := world(t)
	good := s.Anchors()
	if _, err := ParseAnchors(strings.NewReader(good)); err != nil {
		t.Fatalf("got %v, want the unchanged anchors accepted", err)
	}
	for name, tt := range map[string]struct{ from, to, want string }{
		"another certificate's hash": {"sha256: ", "sha256: 00", "sha256"},
		"another validity":           {"valid: 20", "valid: 19", "valid"},
		"no use":                     {"use: signer", "", "use"},
		"an unknown use":             {"use: signer", "use: everything", "use"},
		"no source":                  {"source: made up for a test", "", "source"},
		"no name":                    {"name: Test Root CA", "", "name"},
		"no issuer":                  {"issuer: ", "# ", "issuer"},
		"an issuer that is no hash":  {"issuer: ", "issuer: x", "issuer"},
		"a leaf that is no hash":     {"leaf: ", "leaf: 12", "leaf"},
		"any signer":                 {"OpenAI | Truepic Lens CLI in *", "OpenAI | *", "signer"},
		"a signer without a name":    {"OpenAI | Truepic Lens CLI in *", "OpenAI", "signer"},
		"an unknown key":             {"source:", "sauce:", "sauce"},
		"a line that is no key":      {"use: signer", "use: signer\nhello", "hello"},
		"time with a signer":         {"use: time", "use: time\nsigner: a | b", "time"},
		"not a certificate":          {"CERTIFICATE-----", "PRIVATE KEY-----", "PRIVATE KEY"},
		"PEM with headers": {
			"-----BEGIN CERTIFICATE-----\n", "-----BEGIN CERTIFICATE-----\nA: b\n\n", "CERTIFICATE",
		},
		"nothing": {good, "", "no certificate"},
	} {
		bad := strings.ReplaceAll(good, tt.from, tt.to)
		if bad == good {
			t.Fatalf("%s: nothing was changed", name)
		}
		if _, err := ParseAnchors(strings.NewReader(bad)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got error %v, want one about %q", name, err, tt.want)
		}
	}
	leaf := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.OpenAI.Cert.Raw})
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: BuiltIn().list[0].cert.Raw})
	if _, err := ParseAnchors(bytes.NewReader(bytes.Replace(embedded, block, leaf, 1))); err == nil {
		t.Error("got another certificate accepted under an authority's description")
	}
	if _, err := ParseAnchors(bytes.NewReader(make([]byte, maxAnchors+1))); err == nil {
		t.Error("got more than 1 MiB accepted")
	}
	broken := errors.New("unplugged")
	if _, err := ParseAnchors(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("got %v, want the reader's error", err)
	}
}

func hexOf(b []byte) string {
	const digits = "0123456789abcdef"
	var s strings.Builder
	for _, c := range b {
		s.WriteByte(digits[c>>4])
		s.WriteByte(digits[c&15])
	}
	return s.String()
}

package c2pa

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"testing"

	"github.com/digitorus/pkcs7"

	"sweepd/fingerprint/c2pa/c2patest"
)

func TestRSASignaturesAreJudgedAsTheStandardLibraryDoes(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range []crypto.Hash{crypto.SHA256, crypto.SHA384, crypto.SHA512} {
		sum := sumOf(h, []byte("x"))
		sig, err := rsa.SignPKCS1v15(rand.Reader, key, h, sum)
		if err != nil {
			t.Fatal(err)
		}
		if !verifyRSA(&key.PublicKey, h, sum, sig) {
			t.Errorf("%v: got a genuine signature refused", h)
		}
		n := key.N.FillBytes(make([]byte, 256))
		for name, bad := range map[string][]byte{
			"a bit changed":    flipLast(sig),
			"short":            sig[1:],
			"long":             append([]byte{0}, sig...),
			"none":             nil,
			"zero":             make([]byte, 256),
			"one":              append(make([]byte, 255), 1),
			"the modulus":      n,
			"over the modulus": bytes.Repeat([]byte{0xff}, 256),
		} {
			want := rsa.VerifyPKCS1v15(&key.PublicKey, h, sum, bad) == nil
			if got := verifyRSA(&key.PublicKey, h, sum, bad); got != want || got {
				t.Errorf("%v, %s: got %v, the standard library %v, want false", h, name, got, want)
			}
		}
		other := sumOf(h, []byte("y"))
		if verifyRSA(&key.PublicKey, h, other, sig) {
			t.Errorf("%v: got a signature accepted of something else", h)
		}
	}
}

func TestRSAKeysOf1024BitsAreNotBelieved(t *testing.T) {
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(nil)
	sig, err := rsa.SignPKCS1v15(rand.Reader, small, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	if verifyRSA(&small.PublicKey, crypto.SHA256, sum[:], sig) {
		t.Error("got a key of 1024 bits accepted")
	}
}

// tokenOf is a token as c2patest's timestamping authority makes it.
func tokenOf(tb testing.TB, s *c2patest.Signer) []byte {
	tb.Helper()
	var token []byte
	s.PNG(1, c2patest.Options{StampedAt: day, Token: func(b []byte) []byte { token = b; return b }})
	return token
}

func TestTokensAreReadAsAnotherLibraryReadsThem(t *testing.T) {
	s, _ := world(t)
	token := tokenOf(t, s)
	c, err := parseCMS(token)
	if err != nil {
		t.Fatal(err)
	}
	want, err := pkcs7.Parse(token)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(c.content, want.Content) || !bytes.Equal(c.certificates, want.Certificates[0].Raw) {
		t.Errorf("got content %x, certificates %x; want %x, %x", c.content, c.certificates, want.Content, want.Certificates[0].Raw)
	}
	if err := c.verify(s.Clock.Cert.PublicKey); err != nil {
		t.Errorf("got %v, want a signature that fits", err)
	}
	other := *c
	other.contentType = oidSignedData
	if other.verify(s.Clock.Cert.PublicKey) == nil {
		t.Error("got a type accepted that is not the one that was signed")
	}
	// Whatever that library refuses, this must.
	for i := range token {
		bad := bytes.Clone(token)
		bad[i] ^= 1 << (i % 8)
		p7, err := pkcs7.Parse(bad)
		if err == nil {
			err = p7.Verify()
		}
		c, ours := parseCMS(bad)
		if ours == nil {
			ours = c.verify(s.Clock.Cert.PublicKey)
		}
		// It looks the certificate up as well; here that is the authority's.
		same := func(part []byte) bool { return bytes.Count(bad, part) == bytes.Count(token, part) }
		cert := s.Clock.Cert
		if err != nil && ours == nil && same(cert.Raw) && same(cert.RawIssuer) && same(cert.SerialNumber.Bytes()) {
			t.Errorf("byte %d changed: got it accepted, another library says %v", i, err)
		}
	}
}

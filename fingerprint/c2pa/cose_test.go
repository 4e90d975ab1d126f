package c2pa

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"testing"
)

func TestAnAlgorithmVerifiesOnlyWithAKeyOfItsKind(t *testing.T) {
	message := []byte("claim")
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	edPublic, edKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ec := func(c elliptic.Curve) *ecdsa.PrivateKey {
		k, err := ecdsa.GenerateKey(c, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	p256, p384, p521 := ec(elliptic.P256()), ec(elliptic.P384()), ec(elliptic.P521())
	for id, tt := range map[int64]struct {
		name string
		key  crypto.PublicKey
		sig  []byte
	}{
		-7:  {"ES256", &p256.PublicKey, signEC(t, p256, crypto.SHA256, message)},
		-35: {"ES384", &p384.PublicKey, signEC(t, p384, crypto.SHA384, message)},
		-36: {"ES512", &p521.PublicKey, signEC(t, p521, crypto.SHA512, message)},
		-37: {"PS256", &rsaKey.PublicKey, signPSS(t, rsaKey, crypto.SHA256, message)},
		-38: {"PS384", &rsaKey.PublicKey, signPSS(t, rsaKey, crypto.SHA384, message)},
		-39: {"PS512", &rsaKey.PublicKey, signPSS(t, rsaKey, crypto.SHA512, message)},
		-8:  {"EdDSA", edPublic, ed25519.Sign(edKey, message)},
	} {
		a, err := algorithmOf(id)
		if err != nil || a.name != tt.name {
			t.Errorf("%d: got %v, %v, want %s", id, a, err, tt.name)
			continue
		}
		if err := a.verify(tt.key, message, tt.sig); err != nil {
			t.Errorf("%s: got %v of a genuine signature", a.name, err)
		}
		if a.verify(tt.key, []byte("Claim"), tt.sig) == nil || a.verify(tt.key, message, flipLast(tt.sig)) == nil ||
			a.verify(tt.key, message, nil) == nil {
			t.Errorf("%s: got a forgery accepted", a.name)
		}
		for _, key := range []crypto.PublicKey{
			&p256.PublicKey, &p384.PublicKey, &p521.PublicKey, &rsaKey.PublicKey, edPublic, nil, "key",
		} {
			if err := a.verify(key, message, tt.sig); err == nil &&
				key.(interface{ Equal(crypto.PublicKey) bool }).Equal(tt.key) == false {
				t.Errorf("%s: got it accepted with a %T of somebody else", a.name, key)
			}
		}
	}
	if _, err := algorithmOf(-257); err == nil {
		t.Error("got RS256 accepted, which C2PA does not allow")
	}
}

func signEC(t *testing.T, k *ecdsa.PrivateKey, h crypto.Hash, message []byte) []byte {
	t.Helper()
	r, s, err := ecdsa.Sign(rand.Reader, k, sumOf(h, message))
	if err != nil {
		t.Fatal(err)
	}
	n := (k.Params().BitSize + 7) / 8
	return append(r.FillBytes(make([]byte, n)), s.FillBytes(make([]byte, n))...)
}

func signPSS(t *testing.T, k *rsa.PrivateKey, h crypto.Hash, message []byte) []byte {
	t.Helper()
	sig, err := rsa.SignPSS(rand.Reader, k, h, sumOf(h, message),
		&rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
	if err != nil {
		t.Fatal(err)
	}
	return sig
}

package c2pa

import (
	"bytes"
	"cmp"
	"crypto"
	_ "crypto/sha256" // the hashes that C2PA 2.2, 13.1 allows
	_ "crypto/sha512"
	"errors"
	"fmt"
	"strings"
)

// hashedURI names a box and what it hashes to (C2PA 2.2, 8.4.2).
type hashedURI struct {
	URL  string `cbor:"url"`
	Alg  string `cbor:"alg"`
	Hash []byte `cbor:"hash"`
}

// within resolves a reference to a part of the manifest of that label: relative,
// or absolute with or without the first slash, as Microsoft writes it.
func within(url, manifest string) (path string, ok bool) {
	path, ok = strings.CutPrefix(url, "self#jumbf=")
	path = strings.TrimPrefix(path, "/")
	if rest, absolute := strings.CutPrefix(path, "c2pa/"); absolute {
		path, absolute = strings.CutPrefix(rest, manifest+"/")
		ok = ok && absolute
	}
	return path, ok
}

// manifestLabel resolves a reference to a manifest of the same store.
func manifestLabel(url string) (string, bool) {
	path, ok := strings.CutPrefix(url, "self#jumbf=")
	label, absolute := strings.CutPrefix(strings.TrimPrefix(path, "/"), "c2pa/")
	return label, ok && absolute && !strings.Contains(label, "/")
}

var errHash = errors.New("hash differs")

// check compares content with the hash; alg is used where u names none.
func (u *hashedURI) check(content []byte, alg string) error {
	return u.checkSum(alg, func(h crypto.Hash) []byte { return sumOf(h, content) })
}

func (u *hashedURI) checkSum(alg string, sum func(crypto.Hash) []byte) error {
	h, err := hashOf(cmp.Or(u.Alg, alg))
	if err != nil {
		return err
	}
	if !bytes.Equal(sum(h), u.Hash) {
		return errHash
	}
	return nil
}

func sumOf(h crypto.Hash, b []byte) []byte {
	d := h.New()
	d.Write(b)
	return d.Sum(nil)
}

func hashOf(alg string) (crypto.Hash, error) {
	switch alg {
	case "", "sha256":
		return crypto.SHA256, nil
	case "sha384":
		return crypto.SHA384, nil
	case "sha512":
		return crypto.SHA512, nil
	}
	return 0, fmt.Errorf("hash %q: %w", alg, errUnsupported)
}

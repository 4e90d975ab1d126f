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

// hashedURI is a reference to a box with the box's hash (C2PA 2.2, 8.4.2).
type hashedURI struct {
	URL  string `cbor:"url"`
	Alg  string `cbor:"alg"`
	Hash []byte `cbor:"hash"`
}

// within returns the path of a reference inside the manifest of that label. The reference may be relative, or
// absolute with or without the first slash, which Microsoft omits. ok is false if it points elsewhere.
func within(url, manifest string) (path string, ok bool) {
	path, ok = strings.CutPrefix(url, "self#jumbf=")
	path = strings.TrimPrefix(path, "/")
	if rest, absolute := strings.CutPrefix(path, "c2pa/"); absolute {
		path, absolute = strings.CutPrefix(rest, manifest+"/")
		ok = ok && absolute
	}
	return path, ok
}

// manifestLabel returns the label in a reference to a manifest of the same store.
func manifestLabel(url string) (string, bool) {
	path, ok := strings.CutPrefix(url, "self#jumbf=")
	label, absolute := strings.CutPrefix(strings.TrimPrefix(path, "/"), "c2pa/")
	return label, ok && absolute && !strings.Contains(label, "/")
}

// errHash means that a box does not have the hash in its reference.
var errHash = errors.New("hash differs")

// check returns errHash if content does not match the hash; alg is used if u names none.
func (u *hashedURI) check(content []byte, alg string) error {
	return u.checkSum(alg, func(h crypto.Hash) []byte { return sumOf(h, content) })
}

// checkSum is check with a function that returns the hash of the content.
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

// hashOf returns the algorithm of that name if C2PA allows it, and else errUnsupported.
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

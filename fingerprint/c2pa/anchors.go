package c2pa

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	_ "embed"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

//go:embed anchors.txt
var embedded []byte

// maxAnchors limits the bytes of an anchors file. The embedded one has 13 KB.
const maxAnchors = 1 << 20

// Anchors is a list of trusted certification authorities, each with the issuing authorities and names that are
// OpenAI's, and of trusted time-stamping authorities. It is immutable.
type Anchors struct{ list []*anchor }

// anchor is one record.
type anchor struct {
	name    string
	use     string // "signer" or "time"
	cert    *x509.Certificate
	issuers map[[32]byte]bool // SHA-256 of authorities that may have issued a leaf
	leaves  map[[32]byte]bool // SHA-256 of known leaves
	// names are those that OpenAI signs under; none for use "time".
	names []subject
}

// subject is a name that OpenAI signs under. A * at the end of common stands for any text.
type subject struct{ organization, common string }

// matches reports whether a certificate with these names is one of s. The organisation must be equal, in case as
// well.
func (s subject) matches(organization, common string) bool {
	if s.organization != organization {
		return false
	}
	if prefix, open := strings.CutSuffix(s.common, "*"); open {
		return strings.HasPrefix(common, prefix)
	}
	return s.common == common
}

// BuiltIn returns the anchors that OpenAI's files of 2024 to 2026 need, each with its source in anchors.txt.
func BuiltIn() *Anchors {
	a, err := ParseAnchors(bytes.NewReader(embedded))
	if err != nil {
		panic(err) // embedded, and tested
	}
	return a
}

// ParseAnchors reads records of the form
//
//	use: signer                      "signer" or "time"
//	name: Truepic RootCA
//	sha256: d4238a52…                of the certificate below
//	valid: 2021-12-09T20:04:17Z 2036-12-05T20:04:16Z
//	source: where it was taken from, and when
//	issuer: e2202c12… name           an authority that may have issued a leaf; one or more
//	signer: OpenAI | Truepic Lens CLI in *
//	                                 organisation and common name; * at the end stands for anything
//	leaf: 299ed25d… name             a leaf that is known; any number
//	-----BEGIN CERTIFICATE-----
//
// with # before a comment. A signer requires all keys but leaf; a time record must not have issuer, signer or leaf.
// ParseAnchors returns an error if the sha256 or valid line does not match the certificate.
func ParseAnchors(r io.Reader) (*Anchors, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxAnchors+1))
	if err != nil {
		return nil, fmt.Errorf("read trust anchors: %w", err)
	}
	if len(data) > maxAnchors {
		return nil, errors.New("trust anchors: more than 1 MiB")
	}
	all := &Anchors{}
	for {
		block, rest := pem.Decode(data)
		if block == nil {
			break
		}
		// The lines before a certificate are its record.
		text := data[:bytes.Index(data, []byte("-----BEGIN"))]
		a, err := parseAnchor(text, block)
		if err != nil {
			return nil, fmt.Errorf("trust anchor %d: %w", len(all.list)+1, err)
		}
		all.list = append(all.list, a)
		data = rest
	}
	if len(all.list) == 0 {
		return nil, errors.New("trust anchors: no certificate")
	}
	return all, nil
}

// parseAnchor returns the anchor of one record: the lines before the certificate, and the certificate.
func parseAnchor(text []byte, block *pem.Block) (*anchor, error) {
	if block.Type != "CERTIFICATE" || len(block.Headers) > 0 {
		return nil, fmt.Errorf("a %q block where a certificate belongs", block.Type)
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, err
	}
	a := &anchor{cert: cert, issuers: map[[32]byte]bool{}, leaves: map[[32]byte]bool{}}
	seen := map[string]bool{}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		key, value, ok := strings.Cut(line, ":")
		if !ok {
			return nil, fmt.Errorf("%q is not of the form key: value", line)
		}
		if err := a.set(key, strings.TrimSpace(value)); err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		seen[key] = true
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	return a, a.complete(seen)
}

// set reads one line of a record. The keys sha256 and valid only confirm the certificate, so that a wrong one is
// noticed when the file is reviewed.
func (a *anchor) set(key, value string) error {
	switch key {
	case "name":
		a.name = value
	case "use":
		a.use = value
	// It is for those who review the file.
	case "source":
	case "sha256":
		if sum := sha256.Sum256(a.cert.Raw); value != hex.EncodeToString(sum[:]) {
			return fmt.Errorf("the certificate's is %x", sum)
		}
	case "valid":
		want := a.cert.NotBefore.UTC().Format(time.RFC3339) + " " + a.cert.NotAfter.UTC().Format(time.RFC3339)
		if value != want {
			return fmt.Errorf("the certificate's is %s", want)
		}
	case "issuer":
		return addSum(a.issuers, value)
	case "leaf":
		return addSum(a.leaves, value)
	case "signer":
		org, common, ok := strings.Cut(value, " | ")
		if !ok || org == "" || common == "" || common == "*" {
			return errors.New("want organisation | common name")
		}
		a.names = append(a.names, subject{org, common})
	default:
		return errors.New("no such key")
	}
	return nil
}

// addSum adds to set the SHA-256, in hexadecimal, that value begins with.
func addSum(set map[[32]byte]bool, value string) error {
	word, _, _ := strings.Cut(value, " ")
	b, err := hex.DecodeString(word)
	if err != nil || len(b) != sha256.Size {
		return errors.New("want a SHA-256 in hexadecimal")
	}
	set[[32]byte(b)] = true
	return nil
}

// complete returns an error if the record lacks a key, has one that does not belong to its use, or has the
// certificate of no authority.
func (a *anchor) complete(seen map[string]bool) error {
	need := []string{"name", "use", "sha256", "valid", "source"}
	switch a.use {
	case "signer":
		need = append(need, "issuer", "signer")
	case "time":
		if seen["issuer"] || seen["signer"] || seen["leaf"] {
			return errors.New("issuer, signer and leaf are not for time")
		}
	default:
		return errors.New("use: want signer or time")
	}
	for _, key := range need {
		if !seen[key] {
			return fmt.Errorf("%s is missing", key)
		}
	}
	if !a.cert.IsCA {
		return errors.New("the certificate is no authority's")
	}
	return nil
}

package main

import (
	"bytes"
	"crypto"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/mail"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// key signs a release. Its signatures are of the commit's time and have no salt, so that they are the same twice.
type key struct {
	entity     *openpgp.Entity
	config     *packet.Config
	maintainer string // "NAME <ADDRESS>" of its owner
}

// minBits is the least length of a key. Old versions of rpm and apt take RSA too, and it makes the same signature
// twice.
const minBits = 3072

// readKey reads the private key in file, armored or not, that may sign both now and at the given time.
func readKey(file, passphrase string, at time.Time) (*key, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	entities, err := openpgp.ReadArmoredKeyRing(bytes.NewReader(content))
	if err != nil {
		entities, err = openpgp.ReadKeyRing(bytes.NewReader(content))
	}
	if err != nil {
		return nil, err
	}
	if len(entities) != 1 {
		return nil, fmt.Errorf("it has %d keys, and must have one", len(entities))
	}
	k := &key{entity: entities[0]}
	if k.maintainer, err = owner(k.entity); err != nil {
		return nil, err
	}
	if err := k.unlock(passphrase); err != nil {
		return nil, err
	}
	salted := false
	k.config = &packet.Config{
		Time:                                  func() time.Time { return at },
		DefaultHash:                           crypto.SHA512,
		NonDeterministicSignaturesViaNotation: &salted,
	}
	return k, k.check(at)
}

// unlock decrypts the key, if it is encrypted, with what is in the file. The passphrase is in a file and not an
// argument, because other users can see those. A line break at its end is not part of it.
func (k *key) unlock(passphrase string) error {
	if passphrase == "" {
		return nil
	}
	secret, err := os.ReadFile(passphrase)
	if err != nil {
		return err
	}
	return k.entity.DecryptPrivateKeys(bytes.TrimRight(secret, "\r\n"))
}

// check returns the reason why the key may not sign a release at the given time; nil if it may. It must be valid
// at the commit's time, which the signatures have, and now, or users could not verify them.
func (k *key) check(at time.Time) error {
	for _, t := range []time.Time{at, time.Now()} {
		if _, ok := k.entity.SigningKey(t); !ok {
			return fmt.Errorf("it may not sign at %s: it was made later, has expired or is revoked. "+
				"Signatures have the time of the commit, %s", t.UTC().Format(time.DateTime), at.Format(time.DateTime))
		}
	}
	signing, _ := k.entity.SigningKey(at)
	switch bits, err := signing.PublicKey.BitLength(); {
	case err != nil:
		return err
	case signing.PublicKey.PubKeyAlgo != packet.PubKeyAlgoRSA || bits < minBits:
		return fmt.Errorf("it must be RSA of %d bits or more", minBits)
	case signing.PrivateKey == nil:
		return errors.New("it is a public key")
	case signing.PrivateKey.Encrypted:
		return errors.New("it has a passphrase: name the file with it by --passphrase")
	}
	return nil
}

// No letter arrives there (RFC 2606, RFC 6761). A ".test" may be of a trial.
var unreachable = regexp.MustCompile(`(?i)(^|\.)(invalid|localhost|example|example\.(com|net|org))$`)

// owner returns the one identity of a key, "NAME <ADDRESS>": people will write there.
func owner(entity *openpgp.Entity) (string, error) {
	names := slices.Collect(maps.Keys(entity.Identities))
	if len(names) != 1 {
		return "", fmt.Errorf("it has %d identities, and must have one: the maintainer's", len(names))
	}
	address, err := mail.ParseAddress(names[0])
	if err != nil || address.Name == "" {
		return "", fmt.Errorf("its identity %q is not of the form \"NAME <ADDRESS>\"", names[0])
	}
	domain := address.Address[strings.LastIndex(address.Address, "@")+1:]
	if unreachable.MatchString(domain) || !strings.Contains(domain, ".") {
		return "", fmt.Errorf("no letter to %s arrives, and packages name it as the maintainer's", address.Address)
	}
	return address.Name + " <" + address.Address + ">", nil
}

// detach returns a binary signature of what r has. The library that makes the .rpm calls it too. It is the form that a
// .rpm has inside.
func (k *key) detach(r io.Reader) ([]byte, error) {
	var out bytes.Buffer
	err := openpgp.DetachSign(&out, k.entity, r, k.config)
	return out.Bytes(), err
}

// armored returns a signature of content in ASCII, for a file beside it.
func (k *key) armored(content []byte) ([]byte, error) {
	var out bytes.Buffer
	err := openpgp.ArmoredDetachSign(&out, k.entity, bytes.NewReader(content), k.config)
	return append(out.Bytes(), '\n'), err
}

// inline returns content with a signature in one file (RFC 9580, section 7). The library's own clearsign leaves out
// the checksum, without which gpgv of GnuPG 2.2 complains of the end. No line of content may begin with "-" or end in
// a space.
func (k *key) inline(content []byte) ([]byte, error) {
	out := bytes.NewBufferString("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n")
	out.Write(content)
	text := bytes.TrimSuffix(content, []byte("\n")) // the last end of line is not signed
	err := openpgp.ArmoredDetachSignText(out, k.entity, bytes.NewReader(text), k.config)
	return append(out.Bytes(), '\n'), err
}

// public returns the key that verifies the signatures, in ASCII, without any private part.
func (k *key) public() ([]byte, error) {
	var out bytes.Buffer
	w, err := armor.Encode(&out, openpgp.PublicKeyType, nil)
	if err != nil {
		return nil, err
	}
	err = errors.Join(k.entity.Serialize(w), w.Close())
	return append(out.Bytes(), '\n'), err
}

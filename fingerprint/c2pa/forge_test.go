package c2pa

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"fmt"

	"github.com/sweepd/sweepd/fingerprint/c2pa/c2patest"
)

// counter is a file that records the ranges read from it.
type counter struct {
	b     []byte
	reads int
	bytes int64
	at    [][2]int64 // offset, length
}

func (c *counter) ReadAt(p []byte, off int64) (int, error) {
	n, err := bytes.NewReader(c.b).ReadAt(p, off)
	c.reads++
	c.bytes += int64(n)
	c.at = append(c.at, [2]int64{off, int64(len(p))})
	return n, err
}

func nested(depth int) c2patest.Options {
	o := c2patest.Options{}
	for range depth {
		inner := o
		o = c2patest.Options{Ingredients: []c2patest.Ingredient{{Of: &inner}}}
	}
	return o
}

// flipClaim changes a letter of a manifest's claim after it was signed.
func flipClaim(m []byte) []byte {
	return bytes.Replace(m, []byte("image.png"), []byte("image.pnG"), 1)
}

// cyclic returns a picture with an ingredient whose manifest is the one that contains it.
func cyclic(s *c2patest.Signer) []byte {
	const placeholder = "urn:c2pa:00000000-0000-0000-0000-000000000000"
	var own string
	return s.PNG(1, c2patest.Options{
		Assertion: map[string]map[string]any{"c2pa.ingredient.v3": {
			"relationship":   "parentOf",
			"activeManifest": map[string]any{"url": "self#jumbf=/c2pa/" + placeholder, "hash": make([]byte, 32)},
		}},
		Claim: func(c map[string]any) {
			own = c["instanceID"].(string)[len("xmp:iid:"):]
		},
		AfterSign: func(m []byte) []byte { return bytes.ReplaceAll(m, []byte(placeholder), []byte(own)) },
	})
}

func manyActions(n int) map[string]map[string]any {
	all := map[string]map[string]any{}
	for i := range n {
		all[fmt.Sprintf("c2pa.actions__%d", i+1)] = map[string]any{
			"actions": []any{map[string]any{"action": "c2pa.converted"}},
		}
	}
	return all
}

func certified(s *c2patest.Signer, change func(*x509.Certificate)) *c2patest.Identity {
	t := signerTemplate()
	change(t)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return s.IssueKey(key, t)
}

func anAuthority(s *c2patest.Signer) *c2patest.Identity {
	return certified(s, func(t *x509.Certificate) { t.IsCA = true; t.KeyUsage |= x509.KeyUsageCertSign })
}

func forServers(s *c2patest.Signer) *c2patest.Identity {
	return certified(s, func(t *x509.Certificate) { t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} })
}

func manyManifests(n int) (list [][]byte) {
	for i := range n {
		list = append(list, c2patest.Superbox("c2ma", fmt.Sprint(i)))
	}
	return list
}

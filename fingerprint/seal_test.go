package fingerprint

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/fingerprint/c2pa"
)

func TestEveryClassOfCredentialBecomesOneState(t *testing.T) {
	intact := c2pa.Finding{Answer: c2pa.Yes}
	for _, c := range []struct {
		credential *c2pa.Credential
		want       credential
	}{
		{nil, credential{}},
		{&c2pa.Credential{}, credential{state: sealBroken}},
		{&c2pa.Credential{Class: 99, Product: "chatgpt"}, credential{state: sealBroken}},
		{&c2pa.Credential{Class: c2pa.Broken, Reason: "cut"}, credential{state: sealBroken, reason: "cut"}},
		{&c2pa.Credential{Class: c2pa.Other, Product: "chatgpt", Made: madeThen}, credential{state: sealOther}},
		{&c2pa.Credential{Class: c2pa.Unproven, Product: "chatgpt", Made: madeThen}, credential{state: sealUnanchored}},
		{&c2pa.Credential{Class: c2pa.Derived, Intact: intact, Made: madeThen}, credential{
			state:  sealDerived,
			intact: true,
		}},
		{&c2pa.Credential{Class: c2pa.Derived}, credential{state: sealDerived}},
		{
			&c2pa.Credential{Class: c2pa.Verified, Product: "chatgpt", Pinned: true},
			credential{state: sealGenuine, product: ChatGPT, untimed: true, pinned: true},
		},
		{
			&c2pa.Credential{Class: c2pa.Verified, Product: "sora", Time: c2pa.Finding{Answer: c2pa.Yes}},
			credential{state: sealGenuine, product: Sora},
		},
		{
			&c2pa.Credential{Class: c2pa.Verified, Product: "api", Time: c2pa.Finding{Answer: c2pa.No}},
			credential{state: sealGenuine, product: API, untimed: true},
		},
		{
			&c2pa.Credential{Class: c2pa.Verified, Made: madeThen.In(time.FixedZone("", 3600))},
			credential{state: sealGenuine, product: Unstated, made: madeThen, untimed: true},
		},
		{
			&c2pa.Credential{Class: c2pa.Verified, Product: "labs"},
			credential{state: sealGenuine, product: Unstated, untimed: true},
		},
	} {
		if got := credentialOf(c.credential); got != c.want {
			t.Errorf("%+v\n gives %+v\n want  %+v", c.credential, got, c.want)
		}
	}
}

func TestACredentialsTextsAreFitForASentence(t *testing.T) {
	got := credentialOf(&c2pa.Credential{
		Class: c2pa.Other, Reason: "signed by \x1b[31mme\n\u202e" + strings.Repeat("é", 1000),
	}).reason
	if want := "signed by [31mme" + strings.Repeat("é", 224) + "…"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// failsAfter fails after a number of successful reads.
type failsAfter struct {
	*bytes.Reader
	reads int
}

func (f *failsAfter) ReadAt(p []byte, off int64) (int, error) {
	if f.reads--; f.reads < 0 {
		return 0, os.ErrDeadlineExceeded
	}
	return f.Reader.ReadAt(p, off)
}

func TestAReadersErrorInTheCredentialIsNoBrokenCredential(t *testing.T) {
	b := aPNG(part{"caBX", make([]byte, 20_000)})
	for reads := range 2 {
		v, err := New().Classify(File{
			Name:  downloadName,
			Size:  int64(len(b)),
			Bytes: &failsAfter{bytes.NewReader(b), reads},
		})
		if !errors.Is(err, os.ErrDeadlineExceeded) || v.Confidence != None {
			t.Errorf("after %d reads: %v, error %v, want %v and nothing else", reads, v, err, os.ErrDeadlineExceeded)
		}
	}
}

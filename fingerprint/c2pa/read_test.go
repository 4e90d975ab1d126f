package c2pa

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/digitorus/pkcs7"
	"github.com/fxamacker/cbor/v2"

	"github.com/sweepd/sweepd/fingerprint/c2pa/c2patest"
)

func TestAFileWithoutACredentialCostsOneSmallRead(t *testing.T) {
	_, v := world(t)
	for name, file := range map[string][]byte{
		"PNG":  c2patest.PlainPNG(400, 400, 7),
		"JPEG": c2patest.PlainJPEG(400, 400, 7),
		"WebP": c2patest.PlainWebP(),
		"AVIF": c2patest.PlainAVIF(400, 400, 7),
		"MP4":  c2patest.PlainMP4(7),
	} {
		r := &counter{b: file}
		c, err := v.Read(r, int64(len(file)), mediaType(file))
		if c != nil || err != nil || r.reads != 1 || r.bytes > 4096 {
			t.Errorf("%s: got %v, %v after %d reads of %d bytes, want nothing after one of 4 KiB at most", name,
				c, err, r.reads, r.bytes)
		}
	}
	for _, m := range []string{"", "image/gif", "image/tiff", "text/plain"} {
		r := &counter{b: c2patest.PlainPNG(16, 16, 7)}
		if c, err := v.Read(r, int64(len(r.b)), m); c != nil || err != nil || r.reads != 0 {
			t.Errorf("%q: got %v, %v after %d reads, want nothing after none", m, c, err, r.reads)
		}
	}
}

func TestACredentialIsReadInExactRanges(t *testing.T) {
	s, v := world(t)
	plain := c2patest.PlainPNG(700, 700, 7)
	ours, others := s.Sign(plain, c2patest.Options{}), s.Sign(plain, c2patest.Options{By: s.Other, Generator: "Paint"})
	store := func(signed []byte) int64 { return int64(len(signed) - len(plain) - 12) }
	want := [][2]int64{{0, 4096}, {41, store(others)}}
	if r := (&counter{b: others}); read2(t, v, r).Class != Other || !slices.Equal(r.at, want) {
		t.Errorf("somebody else's: got reads %v, want %v and nothing of the pixels", r.at, want)
	}
	want = [][2]int64{{0, 4096}, {41, store(ours)}, {33 + 12 + store(ours), int64(len(plain) - 33)}}
	if r := (&counter{b: ours}); read2(t, v, r).Class != Verified || !slices.Equal(r.at, want) {
		t.Errorf("OpenAI's: got reads %v, want %v", r.at, want)
	}
}

func read2(t *testing.T, v *Verifier, r *counter) *Credential {
	t.Helper()
	c, err := v.Read(r, int64(len(r.b)), mediaType(r.b))
	if err != nil || c == nil {
		t.Fatalf("got %v, %v, want a credential", c, err)
	}
	return c
}

// sparse is a file with nothing but zeros after its head.
type sparse struct {
	head []byte
	read int64
}

func (s *sparse) ReadAt(p []byte, off int64) (int, error) {
	clear(p)
	copy(p, s.head[min(off, int64(len(s.head))):])
	s.read += int64(len(p))
	return len(p), nil
}

func TestAFileOfATerabyteIsNotHashed(t *testing.T) {
	s, v := world(t)
	r := &sparse{head: s.PNG(1, c2patest.Options{})}
	c, err := v.Read(r, 1<<40, "image/png")
	if got, why := class(c); err != nil || got != "unproven" || !strings.Contains(why, "1099511627776 bytes") {
		t.Errorf("got %s (%s), %v, want unproven, for its size", got, why, err)
	}
	if limit := int64(len(r.head) + firstRead); r.read > limit {
		t.Errorf("got %d bytes read, want at most %d", r.read, limit)
	}
}

// failing fails from the nth read on.
type failing struct {
	io.ReaderAt
	left int
	err  error
}

func (f *failing) ReadAt(p []byte, off int64) (int, error) {
	if f.left--; f.left < 0 {
		return 0, f.err
	}
	return f.ReaderAt.ReadAt(p, off)
}

// Some readers return io.EOF for a broken connection, and net/url wraps it.
func TestAReadersErrorIsReturnedAndSoIsAnEndBeforeTheSize(t *testing.T) {
	s, v := world(t)
	for name, file := range map[string][]byte{
		"PNG":  s.PNG(1, c2patest.Options{}),
		"JPEG": s.JPEG(1, c2patest.Options{}),
		"WebP": s.WebP(c2patest.Options{}),
		"HEIC": s.Sign(c2patest.PlainHEIC(64, 64, 1), c2patest.Options{}),
	} {
		whole := &counter{b: file}
		read2(t, v, whole)
		for n := range whole.reads {
			unplugged, wrapped := errors.New("unplugged"), fmt.Errorf("get the range: %w", io.EOF)
			for _, tt := range []struct{ fails, want error }{
				{unplugged, unplugged}, {wrapped, wrapped}, {io.EOF, io.ErrUnexpectedEOF}, {nil, io.ErrUnexpectedEOF},
			} {
				c, err := v.Read(&failing{bytes.NewReader(file), n, tt.fails}, int64(len(file)), mediaType(file))
				if c != nil || !errors.Is(err, tt.want) {
					t.Errorf("%s, %v at read %d: got %v, %v, want error %v", name, tt.fails, n, c, err, tt.want)
				}
			}
		}
		c, err := v.Read(bytes.NewReader(file), int64(len(file))+1, mediaType(file))
		if c != nil || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s, said to be a byte longer: got %v, %v, want error %v", name, c, err, io.ErrUnexpectedEOF)
		}
	}
}

func TestAVerifierIsForManyAtOnce(t *testing.T) {
	s, v := world(t)
	files := [][]byte{
		s.PNG(1, c2patest.Options{}), s.PNG(2, c2patest.Options{StampedAt: day}), s.JPEG(3, c2patest.Options{}),
		s.WebP(c2patest.Options{Version: 1, StampedAt: day}), s.PNG(4, c2patest.Options{By: s.Forger}),
		s.PNG(5, c2patest.Options{By: s.Other}),
	}
	want := []Class{Verified, Verified, Verified, Verified, Unproven, Unproven}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for i, f := range files {
				c, err := v.Read(bytes.NewReader(f), int64(len(f)), mediaType(f))
				if err != nil || c.Class != want[i] {
					t.Errorf("file %d: got %v, %v, want %v", i, c, err, want[i])
				}
			}
		})
	}
	all.Wait()
}

// tokenOf returns a token made by c2patest's time-stamping authority.
func tokenOf(tb testing.TB, s *c2patest.Signer) []byte {
	tb.Helper()
	var token []byte
	s.PNG(1, c2patest.Options{StampedAt: day, Token: func(b []byte) []byte { token = b; return b }})
	return token
}

func TestATokenWithAnyByteChangedGivesNoOtherTime(t *testing.T) {
	s, v := world(t)
	token := tokenOf(t, s)
	at := func(b []byte) (time.Time, bool) {
		p7, err := pkcs7.Parse(b)
		if err != nil || v.authority(p7).err != nil || p7.Verify() != nil {
			return time.Time{}, false
		}
		var info tstInfo
		if _, err := imprint(p7, []byte("other bytes")); err == nil {
			t.Error("got an imprint of other bytes accepted")
		}
		_, err = asn1.Unmarshal(p7.Content, &info)
		return info.Time, err == nil
	}
	want, ok := at(token)
	if !ok {
		t.Fatal("the genuine token is refused")
	}
	for i := range token {
		bad := bytes.Clone(token)
		bad[i] ^= 1 << (i % 8)
		if got, ok := at(bad); ok && !got.Equal(want) {
			t.Errorf("byte %d changed: got the time %v accepted, want %v or none", i, got, want)
		}
	}
}

func TestAForgedFileCannotSpoilWhatIsRememberedOfGenuineOnes(t *testing.T) {
	s, v := world(t)
	good := s.PNG(1, c2patest.Options{StampedAt: day})
	var headers []byte
	s.PNG(1, c2patest.Options{Headers: func(h map[any]any) { headers, _ = cbor.Marshal(h) }})
	for cut := range len(headers) + 1 { // the same bytes, divided at another place
		v.signer(&signature{Protected: headers[:cut], Unprotected: header{Chain: headers[cut:]}})
		v.signer(&signature{Protected: headers[:cut], Unprotected: header{ChainOld: headers[cut:]}})
	}
	p7, err := pkcs7.Parse(tokenOf(t, s))
	if err != nil {
		t.Fatal(err)
	}
	genuine := p7.Certificates
	for _, bag := range [][]*x509.Certificate{nil, {s.Forger.Cert}, append(slices.Clone(genuine),
		s.Forger.Cert), append([]*x509.Certificate{s.Forger.Cert}, genuine...)} {
		p7.Certificates = bag
		v.authority(p7)
	}
	if c := read(t, v, good); c.Class != Verified || c.Time.Answer != Yes {
		t.Errorf("got %v (%s), time %v, want verified at a time that is known", c.Class, c.Reason, c.Time)
	}
}

func TestAFullMemoForgetsAndIsStillRight(t *testing.T) {
	s, v := world(t)
	file := s.PNG(1, c2patest.Options{})
	for i := range 3 * maxMemo {
		var key [32]byte
		key[0], key[1] = byte(i), 1
		v.signers.get(key, func() *signer { return &signer{} })
		if n := len(v.signers.known); n > maxMemo {
			t.Fatalf("got %d remembered, want at most %d", n, maxMemo)
		}
	}
	if c := read(t, v, file); c.Class != Verified {
		t.Errorf("got %v (%s), want verified", c.Class, c.Reason)
	}
}

// The collected stores are one of each known kind, without their pictures.
func TestCollectedStoresHoldInThemselves(t *testing.T) {
	dir, _ := shared(t)
	paths, err := filepath.Glob(filepath.Join(dir, "..", "manifests", "*.c2pa"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no stores: %v", err)
	}
	v := New(BuiltIn())
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		manifests, err := parseStore(b)
		if err != nil {
			t.Errorf("%s: %v", filepath.Base(path), err)
			continue
		}
		e := &exam{v: v, manifests: manifests, byLabel: map[string]*node{}}
		active := e.visit(&manifests[len(manifests)-1], 0)
		for _, n := range e.nodes {
			if n.verify(); n.err != nil || n.link != nil {
				t.Errorf("%s: manifest %q: got %v, %v", filepath.Base(path), n.m.label, n.err, n.link)
			}
		}
		name := filepath.Base(path)
		openAI := strings.HasPrefix(name, "20") && !strings.Contains(name, "google")
		if active.openAI() != openAI || openAI != (e.wholly() == nil) {
			t.Errorf("%s: got OpenAI's %v (%v), wholly %v, want %v", name, active.openAI(),
				active.who.why, e.wholly(), openAI)
		}
		if strings.Contains(name, "google_edit") {
			c := &Credential{}
			c.describe(e, active, b)
			if c.judge(e, active, trial{}); c.Class != Derived || !c.MentionsOpenAI ||
				c.Signer != "Google Media Processing Services" {
				t.Errorf("%s: got %+v, want derived, by Google", name, c)
			}
		}
	}
}

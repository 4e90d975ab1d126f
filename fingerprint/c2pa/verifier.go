package c2pa

import (
	"crypto/sha256"
	"crypto/x509"
	"io"
	"sync"

	"github.com/sweepd/sweepd/internal/language"
)

// Verifier reads credentials and verifies them against its anchors. It is safe for concurrent use, and caches what it
// found of the few certificates that it meets.
type Verifier struct {
	anchors []*anchor
	roots   map[string]*x509.CertPool // by use
	// The memos return what was found of a signer or an authority if the same headers or certificates were
	// seen before.
	signers     memo[*signer]
	authorities memo[*authority]
	sums        memo[[sha256.Size]byte] // of whole files, by whole.key
	works       sync.Pool               // of *work
	buffers     sync.Pool               // of *[bufferSize]byte
}

// work is the reusable memory for one file.
type work struct {
	source source
	store  []byte
}

// New returns a verifier that trusts only the given anchors.
func New(anchors ...*Anchors) *Verifier {
	v := &Verifier{roots: map[string]*x509.CertPool{"signer": x509.NewCertPool(), "time": x509.NewCertPool()}}
	for _, list := range anchors {
		for _, a := range list.list {
			v.anchors = append(v.anchors, a)
			v.roots[a.use].AddCert(a.cert)
		}
	}
	v.works.New = func() any { return new(work) }
	v.buffers.New = func() any { return new([bufferSize]byte) }
	return v
}

// Read returns the verified Content Credential of the file of that size and media type. It returns nil if the file
// has none, or if the type is none of those in the package comment. The content of the file never causes an error;
// an error comes from r, or is io.ErrUnexpectedEOF if r ends before size.
//
// It reads the first 4 KiB and the credential. It reads the whole file in order, only if a part of the credential
// mentions OpenAI; once, or twice if the bytes differ from the signed ones and may do so by tags.
func (v *Verifier) Read(r io.ReaderAt, size int64, mediaType string) (*Credential, error) {
	return v.read(r, size, mediaType, false, nil)
}

// ReadHashed does the same as Read and sets Credential.SHA256, if the bytes are as signed, by SHA-256 and untagged. It
// hashes the file in the same pass, or not at all if an equal file was read before.
func (v *Verifier) ReadHashed(r io.ReaderAt, size int64, mediaType string) (*Credential, error) {
	return v.read(r, size, mediaType, false, &v.sums)
}

// ReadHeader does the same as Read but does not compare the file's bytes with the signed ones. It verifies all of the
// credential, and that the binding excludes exactly the credential. Open is true if no fault was found, so that the
// comparison remains to be made. ReadHeader reads only the credential and the bytes that locate it.
func (v *Verifier) ReadHeader(r io.ReaderAt, size int64, mediaType string) (*Credential, error) {
	return v.read(r, size, mediaType, true, nil)
}

// read is Read; if headerOnly is set, ReadHeader; with sums, ReadHashed. If the reader returns an error, nothing that
// was found counts.
func (v *Verifier) read(
	r io.ReaderAt, size int64, mediaType string, headerOnly bool, sums *memo[[sha256.Size]byte],
) (*Credential, error) {
	w := v.works.Get().(*work)
	defer v.works.Put(w)
	s := &w.source
	s.r, s.size, s.err, s.sums, s.off, s.n = r, size, nil, sums, 0, 0
	defer func() { s.r = nil }()
	sp, err := locate(s, mediaType)
	if s.err != nil || sp == nil {
		return nil, s.err
	}
	c := &Credential{Offset: sp.off, Length: sp.len}
	store, whole := readStore(s, sp, w.store)
	// A buffer that an unusual file has made large is not kept.
	if cap(store) <= 1<<20 {
		w.store = store[:0]
	}
	if err == nil && !whole {
		err = errCut
	}
	if err == nil {
		e := &exam{v: v, headerOnly: headerOnly}
		e.examine(c, s, sp, store, mediaType)
	} else {
		c.breaks("container", err, store)
	}
	if s.err != nil {
		return nil, s.err
	}
	return c, nil
}

// breaks concludes that the credential cannot be read.
func (c *Credential) breaks(check string, err error, store []byte) {
	c.step(check, err, language.Message{})
	c.MentionsOpenAI = mentionsOpenAI(store)
	c.Intact = Finding{No, err.Error()}
	c.conclude(Broken, err.Error())
}

// examine reads the manifests of the store and judges them.
func (e *exam) examine(c *Credential, s *source, sp *span, store []byte, mediaType string) {
	c.step("container", nil, language.Messagef("%d bytes at %d", sp.len, sp.off))
	manifests, err := parseStore(store)
	if err != nil {
		c.breaks("manifest store", err, store)
		return
	}
	e.manifests, e.byLabel = manifests, make(map[string]*node, len(manifests))
	active := e.visit(&manifests[len(manifests)-1], 0)
	c.describe(e, active, store)
	// The binding is not checked, because the class does not depend on it.
	if !c.MentionsOpenAI {
		active.verify()
		c.stranger(active)
		return
	}
	t := e.prove(s, sp, active, mediaType)
	c.judge(e, active, t)
}

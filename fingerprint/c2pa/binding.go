package c2pa

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"strings"
	"sync/atomic"
)

const (
	bufferSize = 256 << 10 // bytes read and hashed at once
	// maxFile is the largest file that is hashed, in bytes. A sparse file may have any size; OpenAI's largest have 4
	// MB.
	maxFile = 256 << 20
)

// hardBinding is a manifest's statement about the bytes of its file.
type hardBinding interface {
	// check returns nil if the file is as signed, errOpen if it was not read whole, and otherwise an error. stop ends
	// it early.
	check(s *source, sp *span, mediaType string, headerOnly bool, buf []byte, stop *atomic.Bool) (bound, error)
}

// digest is the hash of a file without what a binding leaves out.
type digest struct {
	Alg  string `cbor:"alg"`
	Hash []byte `cbor:"hash"`
}

// binding is the hash of the file without the credential (C2PA 2.2, 18.5).
type binding struct {
	digest
	Exclusions []struct {
		Start  int64 `cbor:"start"`
		Length int64 `cbor:"length"`
	} `cbor:"exclusions"`
}

// bindingOf returns the one hard binding of a manifest to a file of that media type.
func bindingOf(m *manifest, alg, mediaType string) (hardBinding, error) {
	var found *assertion
	for i, a := range m.assertions {
		if !strings.HasPrefix(a.label, "c2pa.hash.") {
			continue
		}
		if found != nil {
			return nil, fmt.Errorf("bindings %q and %q: %w", found.label, a.label, errUnsupported)
		}
		found = &m.assertions[i]
	}
	if found == nil {
		return nil, errors.New("it is not bound to any file")
	}
	// The claim's algorithm counts if the binding names none.
	switch {
	case found.label == "c2pa.hash.data":
		return dataBinding(found, alg)
	case (found.label == "c2pa.hash.bmff.v2" || found.label == "c2pa.hash.bmff.v3") && hasBoxes(mediaType):
		b := &boxBinding{digest: digest{Alg: alg}}
		return b, decode(found.cbor, b)
	}
	return nil, fmt.Errorf("binding %q: %w", found.label, errUnsupported)
}

// dataBinding returns a binding that excludes one range.
func dataBinding(a *assertion, alg string) (hardBinding, error) {
	b := &binding{digest: digest{Alg: alg}}
	if err := decode(a.cbor, b); err != nil {
		return nil, err
	}
	if len(b.Exclusions) != 1 {
		return nil, fmt.Errorf("it leaves out %d ranges", len(b.Exclusions))
	}
	return b, nil
}

// leavesOut returns an error if the binding excludes anything other than exactly the n bytes at off.
func (b *binding) leavesOut(off, n int64) error {
	if e := b.Exclusions[0]; e.Start != off || e.Length != n {
		return fmt.Errorf("it leaves out %d bytes at %d, but has %d at %d itself", e.Length, e.Start, n, off)
	}
	return nil
}

// errOpen means that the binding is in order as far as it was checked, and that the file was not hashed.
var errOpen = errors.New("the file was not read whole")

// open returns errOpen, or an error if the binding cannot match any bytes.
func (b *digest) open(s *source) error {
	alg, err := b.hash(s)
	switch {
	case err != nil:
		return err
	case len(b.Hash) != alg.Size():
		return errOther
	}
	return errOpen
}

// hash returns the binding's hash algorithm, or errUnsupported if the algorithm is unknown or the file is too large.
func (b *digest) hash(s *source) (crypto.Hash, error) {
	alg, err := hashOf(b.Alg)
	if err == nil && s.size > maxFile {
		err = fmt.Errorf("file of %d bytes: %w", s.size, errUnsupported)
	}
	return alg, err
}

// errOther means that the file has another hash than the binding, and errStopped that the hash is not needed,
// because a signature has failed.
var errOther = errors.New("these are not the bytes that were signed")

var errStopped = errors.New("not needed any more")

// bound is what else is known of a file that is as signed.
type bound struct {
	tagged bool              // it is as signed only without the tags that were added since
	twin   Twin              // of an untagged one
	sum    [sha256.Size]byte // of an untagged one, if source.sums wants it
}

// check implements hardBinding.
func (b *binding) check(s *source, sp *span, mediaType string, headerOnly bool, buf []byte, stop *atomic.Bool,
) (is bound, err error) {
	err = b.leavesOut(sp.off, sp.len)
	switch {
	case err == nil && headerOnly:
		return is, b.open(s)
	case err == nil:
		is, err = b.compare(s, sp, mediaType, buf, stop)
	}
	if err == nil || s.err != nil || errors.Is(err, errStopped) || errors.Is(err, errTwo) ||
		errors.Is(err, errUnsupported) {
		return is, err
	}
	end := s.size
	if headerOnly {
		end = sp.off // what follows does not move the credential
	}
	u, ok := withoutTags(s, sp, mediaType, end)
	if !ok || b.leavesOut(u.start, sp.len) != nil {
		return bound{}, err
	}
	if headerOnly {
		return bound{tagged: true}, b.open(s)
	}
	alg, failed := b.hash(s)
	if failed != nil {
		return bound{}, failed
	}
	h := alg.New()
	if failed := u.hash(h, s, sp, buf, stop); failed != nil {
		return bound{}, failed
	}
	if !bytes.Equal(h.Sum(nil), b.Hash) {
		return bound{}, err
	}
	return bound{tagged: true}, nil
}

// compare hashes the file and returns errOther if the hash differs; stop ends it early. A reader's error is in s.err.
func (b *binding) compare(
	s *source, sp *span, mediaType string, buf []byte, stop *atomic.Bool,
) (is bound, err error) {
	alg, err := b.hash(s)
	if err != nil {
		return is, err
	}
	h, w := alg.New(), &whole{}
	if s.sums != nil && alg == crypto.SHA256 {
		w.of = b
	}
	is.twin = b.twin(s, sp, mediaType)
	if mediaType == "image/webp" {
		is.twin, err = hashWebP(h, w, s, sp, buf, stop)
	} else {
		err = b.hashOthers(h, w, s, sp, mediaType, buf, stop)
	}
	if err == nil && !bytes.Equal(h.Sum(nil), b.Hash) {
		err = errOther
	}
	if err != nil {
		return bound{}, err
	}
	is.sum = w.end(s)
	return is, nil
}

// hashOthers adds the bytes of a file other than WebP to h, without the credential, and all of them to w.
func (b *binding) hashOthers(
	h hash.Hash, w *whole, s *source, sp *span, mediaType string, buf []byte, stop *atomic.Bool,
) error {
	// A PNG file may have a second credential after its pixels.
	var watch *chunkWatch
	if mediaType == "image/png" {
		watch = &chunkWatch{}
	}
	if err := hashRange(h, s, 0, sp.off, nil, buf, stop); err != nil {
		return err
	}
	if err := w.credential(h, s, sp, buf, stop); err != nil {
		return err
	}
	if err := hashRange(w.and(h), s, sp.off+sp.len, s.size, watch, buf, stop); err != nil {
		return err
	}
	if watch != nil && watch.found {
		return errTwo
	}
	return nil
}

// hashRange adds the bytes from off to end to h, as many at once as buf has. watch sees them too unless it is
// nil. It returns errStopped, or errCut if the file does not have the bytes.
func hashRange(h io.Writer, s *source, off, end int64, watch *chunkWatch, buf []byte, stop *atomic.Bool) error {
	for off < end {
		if stop.Load() {
			return errStopped
		}
		p := buf[:min(int64(len(buf)), end-off)]
		if !s.fill(p, off) {
			return errCut
		}
		_, _ = h.Write(p) // a hash never fails
		if watch != nil {
			watch.see(p)
		}
		off += int64(len(p))
	}
	return nil
}

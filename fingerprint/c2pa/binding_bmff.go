package c2pa

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/fxamacker/cbor/v2"
)

// boxBinding is the hash of a file that consists of boxes, versions 2 and 3 (C2PA 2.2, 18.6): of the boxes that it does
// not leave out, each preceded by its offset in the file.
type boxBinding struct {
	digest
	Exclusions []boxExclusion  `cbor:"exclusions"`
	Merkle     cbor.RawMessage `cbor:"merkle"` // hashes of pieces, which only long videos need
}

// boxExclusion names boxes that are left out. Conditions other than Data are not supported.
type boxExclusion struct {
	Path string `cbor:"xpath"`
	Data []struct {
		Offset int64  `cbor:"offset"`
		Value  []byte `cbor:"value"`
	} `cbor:"data"`
	Length  cbor.RawMessage `cbor:"length"`
	Subset  cbor.RawMessage `cbor:"subset"`
	Version cbor.RawMessage `cbor:"version"`
	Flags   cbor.RawMessage `cbor:"flags"`
}

// own reports whether e leaves out the boxes with stores.
func (e *boxExclusion) own() bool {
	return e.Path == "/uuid" && len(e.Data) == 1 && e.Data[0].Offset == 8 && string(e.Data[0].Value) == provenance
}

// conditional reports whether e leaves out only some boxes of its path, or a part of each.
func (e *boxExclusion) conditional() bool {
	for _, c := range []cbor.RawMessage{e.Length, e.Subset, e.Version, e.Flags} {
		if c != nil && string(c) != cborNull {
			return true
		}
	}
	return false
}

// leavesOut returns an error unless the binding leaves out nothing but the store's box, the first box, which has only
// the file's type, and an index of a video (mfra). It reports whether it leaves out the first box. Any other part that
// a binding leaves out could be changed after the signing.
func (b *boxBinding) leavesOut() (ftyp bool, err error) {
	own := false
	for _, e := range b.Exclusions {
		switch {
		case e.conditional():
			return false, fmt.Errorf("it leaves out parts of %q: %w", e.Path, errUnsupported)
		case e.own():
			own = true
		case e.Path == "/ftyp" && e.Data == nil:
			ftyp = true
		case e.Path == "/mfra" && e.Data == nil:
		default:
			return false, fmt.Errorf("it leaves out %q: %w", e.Path, errUnsupported)
		}
	}
	if !own {
		return false, errors.New("it does not leave itself out")
	}
	return ftyp, nil
}

// check implements hardBinding. A tagger writes into boxes that the binding covers, so no file of this kind is tagged.
// Nor has one a twin: without the credential, its pixels are elsewhere than it states.
func (b *boxBinding) check(s *source, sp *span, _ string, headerOnly bool, buf []byte, stop *atomic.Bool,
) (is bound, err error) {
	ftyp, err := b.leavesOut()
	switch {
	case err != nil:
		return is, err
	case b.Merkle != nil && string(b.Merkle) != cborNull:
		return is, fmt.Errorf("hashes of pieces: %w", errUnsupported)
	case headerOnly:
		return is, b.open(s)
	}
	return is, b.compare(s, sp, ftyp, buf, stop)
}

// compare hashes the file and returns errOther if the hash differs; stop ends it early. A reader's error is in s.err.
func (b *boxBinding) compare(s *source, sp *span, ftyp bool, buf []byte, stop *atomic.Bool) error {
	alg, err := b.hash(s)
	if err != nil {
		return err
	}
	h := alg.New()
	off := int64(0)
	for n := 0; off < s.size; n++ {
		box, ok := boxAt(s, off)
		switch {
		case n == maxParts:
			return fmt.Errorf("more than %d boxes", maxParts)
		case !ok, box.len > s.size-off:
			return errCut
		case box.store && off != sp.off:
			return errTwo
		case box.store, ftyp && n == 0 && box.kind == "ftyp":
			// left out
		case box.kind == "mfra", box.kind == "ftyp":
			return fmt.Errorf("it leaves out a box %q of the file", box.kind)
		default:
			h.Write(binary.BigEndian.AppendUint64(nil, uint64(off)))
			if err := hashRange(h, s, off, off+box.len, nil, buf, stop); err != nil {
				return err
			}
		}
		off += box.len
	}
	if !bytes.Equal(h.Sum(nil), b.Hash) {
		return errOther
	}
	return nil
}

package documents

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
)

// Pixels returns the SHA-256 of the data of all IDAT chunks of a PNG: its pixels as packed, which img2pdf, PDFKit and
// WeasyPrint copy into a PDF. ok is false if it is no PNG, or is cut off.
func Pixels(r io.Reader) (sum [sha256.Size]byte, ok bool, err error) {
	b := bufio.NewReader(r)
	var head [8]byte
	if _, err := io.ReadFull(b, head[:]); err != nil || string(head[:]) != "\x89PNG\r\n\x1a\n" {
		return sum, false, notEnd(err)
	}
	h := sha256.New()
	for {
		if _, err := io.ReadFull(b, head[:]); err != nil { // length and type: PNG, 5.3
			return sum, false, notEnd(err)
		}
		to := io.Discard
		switch string(head[4:]) {
		case "IEND":
			h.Sum(sum[:0])
			return sum, true, nil
		case "IDAT":
			to = h
		}
		const crc = 4
		if _, err = io.CopyN(to, b, int64(binary.BigEndian.Uint32(head[:]))); err == nil {
			_, err = b.Discard(crc)
		}
		if err != nil {
			return sum, false, notEnd(err)
		}
	}
}

// notEnd returns nil for an early end, which is no error of the reader.
func notEnd(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

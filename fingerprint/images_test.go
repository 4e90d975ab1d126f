package fingerprint

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io"
)

// part is one PNG or RIFF chunk, or one JPEG segment.
type part struct {
	name string // "caBX"; of a JPEG segment the marker's byte
	data []byte
}

// aPNG returns a PNG of 3 x 2 pixels, not real ones, with the parts between header and pixels.
func aPNG(parts ...part) []byte {
	ihdr := part{"IHDR", []byte{0, 0, 0, 3, 0, 0, 0, 2, 8, 2, 0, 0, 0}}
	all := append([]part{ihdr}, append(parts, part{"IDAT", make([]byte, 40)}, part{"IEND", nil})...)
	b := []byte("\x89PNG\r\n\x1a\n")
	for _, p := range all {
		b = binary.BigEndian.AppendUint32(b, uint32(len(p.data)))
		body := append([]byte(p.name), p.data...)
		b = append(b, body...)
		b = binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(body))
	}
	return b
}

// aJPEG returns a JPEG of 3 x 2 pixels, not real ones, with the parts before its frame.
func aJPEG(parts ...part) []byte {
	b := []byte{0xFF, 0xD8}
	for _, p := range append(parts, part{"\xC0", []byte{8, 0, 2, 0, 3, 1, 1, 0x11, 0}}, part{"\xDA", make([]byte, 8)}) {
		b = append(b, 0xFF)
		b = append(b, p.name...)
		b = binary.BigEndian.AppendUint16(b, uint16(len(p.data)+2))
		b = append(b, p.data...)
	}
	return append(b, 1, 2, 3, 0xFF, 0xD9)
}

// vp8 returns a lossy WebP's pixels, of n bytes, 3 x 2.
func vp8(n int) part {
	data := make([]byte, max(n, 10))
	copy(data, "\x30\x01\x00\x9d\x01\x2a\x03\x00\x02\x00")
	return part{"VP8 ", data}
}

func aWebP(parts ...part) []byte {
	var body []byte
	for _, p := range parts {
		body = append(body, p.name...)
		body = binary.LittleEndian.AppendUint32(body, uint32(len(p.data)))
		body = append(body, p.data...)
		if len(p.data)%2 == 1 {
			body = append(body, 0)
		}
	}
	b := binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(4+len(body)))
	return append(append(b, "WEBP"...), body...)
}

// labsExif returns a block in the layout of Labs: big-endian, with both texts in the first directory.
func labsExif(note, comment string) []byte {
	note, comment = note+"\x00", comment+"\x00"
	b := []byte("MM\x00*\x00\x00\x00\x08\x00\x02")
	at := uint32(8 + 2 + 2*12 + 4)
	for _, e := range []struct {
		tag  uint16
		text string
	}{{tagMakerNote, note}, {tagUserComment, comment}} {
		b = binary.BigEndian.AppendUint16(b, e.tag)
		b = binary.BigEndian.AppendUint16(b, 2)
		b = binary.BigEndian.AppendUint32(b, uint32(len(e.text)))
		b = binary.BigEndian.AppendUint32(b, at)
		at += uint32(len(e.text))
	}
	return append(append(append(b, 0, 0, 0, 0), note...), comment...)
}

// readCount is a file as a driver provides it. It counts the reads.
type readCount struct {
	io.ReaderAt
	calls int
	bytes int
}

func (r *readCount) ReadAt(p []byte, off int64) (int, error) {
	n, err := r.ReaderAt.ReadAt(p, off)
	r.calls++
	r.bytes += n
	return n, err
}

func fileOf(name string, b []byte) (File, *readCount) {
	r := &readCount{ReaderAt: bytes.NewReader(b)}
	return File{Name: name, Size: int64(len(b)), Bytes: r}, r
}

// padding returns a chunk or segment that pushes the rest out of the first read.
func padding(name string, n int) part { return part{name, make([]byte, n)} }

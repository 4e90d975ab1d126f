package fingerprint_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"testing"

	"github.com/sweepd/sweepd/fingerprint"
)

// chunk returns a chunk of a PNG, with a checksum that nobody reads.
func chunk(kind string, data []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	return append(append(append(b, kind...), data...), "sum."...)
}

func TestThePixelsOfAPNGAreThoseOfItsIDATChunks(t *testing.T) {
	const signature = "\x89PNG\r\n\x1a\n"
	pixels := bytes.Repeat([]byte("IDAT and more"), 40)
	split := bytes.Join([][]byte{
		[]byte(signature), chunk("IHDR", make([]byte, 13)), chunk("IDAT", pixels[:7]), chunk("IDAT", nil),
		chunk("IDAT", pixels[7:]), chunk("tEXt", []byte("IDAT")), chunk("IEND", nil), []byte("what follows"),
	}, nil)
	end := bytes.Index(split, []byte("IEND"))
	for name, c := range map[string]struct {
		picture []byte
		ok      bool
	}{
		"in two chunks":         {split, true},
		"up to the last chunk":  {split[:end+4], true},
		"cut off at the end":    {split[:end+3], false},
		"cut off in the pixels": {split[:100], false},
		"no pixels":             {append([]byte(signature), chunk("IEND", nil)...), false},
		"nothing":               {nil, false},
		"another file":          {append([]byte("\xff\xd8PNG\r\n\x1a"), split[8:]...), false},
	} {
		for _, step := range []int{1, 5, 8, 1 << 20} {
			h := fingerprint.NewPixelHasher()
			for rest := c.picture; len(rest) > 0; {
				n, err := h.Write(rest[:min(step, len(rest))])
				if err != nil {
					t.Fatal(err)
				}
				rest = rest[n:]
			}
			sum, ok := h.Sum()
			if ok != c.ok || ok && sum != sha256.Sum256(pixels) {
				t.Errorf("%s, %d bytes at a time: %x, %v", name, step, sum, ok)
			}
		}
	}
}

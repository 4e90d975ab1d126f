package c2patest

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"math/rand/v2"
)

// pieceSize is the size in bytes of a JPEG's segments. It is small so that a credential takes several.
const pieceSize = 3000

// PNG returns a small signed picture. Its pixels depend on seed.
func (s *Signer) PNG(seed uint8, o Options) []byte {
	s.tb.Helper()
	return s.Sign(PlainPNG(16, 16, seed), o)
}

// JPEG returns a small signed picture with its credential in several segments.
func (s *Signer) JPEG(seed uint8, o Options) []byte {
	s.tb.Helper()
	return s.Sign(PlainJPEG(16, 16, seed), o)
}

// WebP returns a signed picture of one pixel, always the same.
func (s *Signer) WebP(o Options) []byte {
	s.tb.Helper()
	return s.Sign(PlainWebP(), o)
}

// pixels returns a grey picture that differs for each seed.
func pixels(width, height int, seed uint8) image.Image {
	m := image.NewGray(image.Rect(0, 0, width, height))
	for i := range m.Pix {
		m.Pix[i] = uint8(i) ^ seed
	}
	m.SetGray(0, 0, color.Gray{seed})
	return m
}

// Scene returns a picture of coloured discs before a slope, with enough detail to be recognised by what it looks like.
// It is the same at each size.
func Scene(seed uint64, width, height int) image.Image {
	type disc struct {
		x, y, r float64
		colour  color.NRGBA
	}
	r := rand.New(rand.NewPCG(seed, 1))
	var discs [14]disc
	for i := range discs {
		colour := color.NRGBA{uint8(r.Int()), uint8(r.Int()), uint8(r.Int()), 255}
		discs[i] = disc{r.Float64(), r.Float64(), 0.05 + r.Float64()/4, colour}
	}
	m := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			u, v := float64(x)/float64(width), float64(y)/float64(height)
			c := color.NRGBA{uint8(200 * u), uint8(200 * v), 100, 255}
			for _, d := range discs {
				if math.Hypot(u-d.x, v-d.y) < d.r {
					c = d.colour
				}
			}
			m.SetNRGBA(x, y, c)
		}
	}
	return m
}

// ScenePNG returns a Scene as a PNG without a credential.
func ScenePNG(seed uint64, width, height int) []byte {
	var b bytes.Buffer
	png.Encode(&b, Scene(seed, width, height)) // never fails on a bytes.Buffer
	return b.Bytes()
}

// SceneJPEG returns a Scene as a JPEG without a credential.
func SceneJPEG(seed uint64, width, height int) []byte {
	var b bytes.Buffer
	jpeg.Encode(&b, Scene(seed, width, height), &jpeg.Options{Quality: 60})
	return b.Bytes()
}

// PlainPNG returns a picture without a credential.
func PlainPNG(width, height int, seed uint8) []byte {
	var b bytes.Buffer
	png.Encode(&b, pixels(width, height, seed)) // never fails on a bytes.Buffer
	return b.Bytes()
}

// PlainJPEG returns a picture without a credential.
func PlainJPEG(width, height int, seed uint8) []byte {
	var b bytes.Buffer
	jpeg.Encode(&b, pixels(width, height, seed), nil)
	return b.Bytes()
}

// PlainWebP returns a picture of one pixel without a credential.
func PlainWebP() []byte {
	b, _ := base64.StdEncoding.DecodeString("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
	return b
}

// Sign returns the picture, which must have no credential, with a credential.
func (s *Signer) Sign(picture []byte, o Options) []byte {
	s.tb.Helper()
	label := newLabel()
	ex := exclusion{boxes: hasBoxes(picture)}
	hash := make([]byte, sha256.Size)
	// The binding has the range of the credential and the hash of the rest, which are known only after one round.
	// In the next one the size is the same, because the signature is padded.
	for {
		store := Superbox("c2pa", "c2pa", s.manifests(&o, label, ex, hash)...)
		file, start, length := Insert(picture, store)
		if o.FirstPacket < 0 {
			copy(file[start:], JPEGSegments(store, 0, pieceSize))
		}
		at := exclusion{start, length, hasBoxes(picture)}
		if at == ex {
			return file
		}
		ex = at
		hash = ex.hash(file)
	}
}

// hash returns the hash of a file without what ex excludes.
func (ex exclusion) hash(file []byte) []byte {
	h := sha256.New()
	if ex.boxes {
		hashBoxes(h, file, ex.start)
	} else {
		h.Write(file[:ex.start])
		h.Write(file[ex.start+ex.length:])
	}
	return h.Sum(nil)
}

// Insert puts store at the place of a credential in a picture of that type. It returns the new file and the range of
// the container in it.
func Insert(picture, store []byte) (file []byte, start, length int) {
	switch {
	case bytes.HasPrefix(picture, []byte("\x89PNG")):
		c := PNGChunk("caBX", store)
		return splice(picture, 33, c), 33, len(c)
	case bytes.HasPrefix(picture, []byte("RIFF")):
		c := binary.LittleEndian.AppendUint32([]byte("C2PA"), uint32(len(store)))
		c = append(c, store...)
		file = append(bytes.Clone(picture), c...)
		if len(store)%2 == 1 {
			file = append(file, 0)
		}
		binary.LittleEndian.PutUint32(file[4:], uint32(len(file)-8))
		return file, len(picture), len(c)
	case hasBoxes(picture):
		start = int(binary.BigEndian.Uint32(picture))
		c := StoreBox(store)
		return moved(splice(picture, start, c), len(c)), start, len(c)
	}
	c := JPEGSegments(store, 1, pieceSize)
	return splice(picture, 2, c), 2, len(c)
}

// splice returns b with more inserted at an offset.
func splice(b []byte, at int, more []byte) []byte {
	return append(append(bytes.Clone(b[:at]), more...), b[at:]...)
}

// PNGChunk returns a whole chunk.
func PNGChunk(kind string, data []byte) []byte {
	c := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	c = append(append(c, kind...), data...)
	return binary.BigEndian.AppendUint32(c, crc32.ChecksumIEEE(c[4:]))
}

// JPEGSegments returns a box in APP11 segments of at most size bytes each, numbered from first.
func JPEGSegments(store []byte, first uint32, size int) []byte {
	var b []byte
	for i := 0; i < len(store); i += size {
		piece := store[i:min(i+size, len(store))]
		if i > 0 {
			piece = append(bytes.Clone(store[:8]), piece...)
		}
		b = append(b, 0xFF, 0xEB)
		b = binary.BigEndian.AppendUint16(b, uint16(2+2+2+4+len(piece)))
		b = append(b, "JP"...)
		b = binary.BigEndian.AppendUint16(b, 529)
		b = binary.BigEndian.AppendUint32(b, first)
		b = append(b, piece...)
		first++
	}
	return b
}

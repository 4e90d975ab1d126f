package c2patest

import (
	"bytes"
	"encoding/binary"
	"hash"
)

// provenance is the user type of the box with a store (C2PA 2.2, A.5.1).
const provenance = "\xd8\xfe\xc3\xd6\x1b\x0e\x48\x3c\x92\x97\x58\x28\x87\x7e\xc4\x81"

// hasBoxes reports whether the file consists of boxes (ISO 14496-12).
func hasBoxes(file []byte) bool { return len(file) >= 8 && string(file[4:8]) == "ftyp" }

// PlainAVIF returns a file with the boxes of an AVIF picture of that size without a credential. Its pixels, which
// depend on seed, are not a real AV1 stream.
func PlainAVIF(width, height int, seed uint8) []byte {
	return still("avif", "av01", Box("av1C", []byte{0x81, 0, 0, 0}), width, height, seed)
}

// PlainHEIC is PlainAVIF for a picture of the kind that phones make.
func PlainHEIC(width, height int, seed uint8) []byte {
	return still("heic", "hvc1", Box("hvcC", []byte{1, 1}, make([]byte, 20), []byte{0}), width, height, seed)
}

// PlainMP4 returns a file with the boxes of a video of no frames.
func PlainMP4(seed uint8) []byte {
	mvhd := Box("mvhd", make([]byte, 12), []byte{0, 0, 3, 0xE8}, make([]byte, 84))
	return bytes.Join([][]byte{
		Box("ftyp", []byte("isom\x00\x00\x02\x00isomiso2avc1mp41")), Box("moov", mvhd), samples(seed),
	}, nil)
}

// samples returns the box with the pixels.
func samples(seed uint8) []byte { return Box("mdat", bytes.Repeat([]byte{seed, 1, 2, 3}, 256)) }

// still returns a picture with one item of that kind (ISO 23008-12).
func still(brand, item string, config []byte, width, height int, seed uint8) []byte {
	u32 := func(n ...int) (b []byte) {
		for _, v := range n {
			b = binary.BigEndian.AppendUint32(b, uint32(v))
		}
		return b
	}
	ftyp := Box("ftyp", []byte(brand+"\x00\x00\x00\x00"+brand+"mif1miaf"))
	pixels := samples(seed)
	meta := func(at int) []byte {
		return Box("meta", u32(0),
			Box("hdlr", u32(0, 0), []byte("pict"), u32(0, 0, 0), []byte{0}),
			Box("pitm", u32(0), []byte{0, 1}),
			// One item with one extent; offsets and lengths have 4 bytes.
			Box("iloc", u32(0), []byte{0x44, 0, 0, 1, 0, 1, 0, 0, 0, 1}, u32(at, len(pixels)-8)),
			Box("iinf", u32(0), []byte{0, 1}, Box("infe", u32(2<<24), []byte{0, 1, 0, 0}, []byte(item+"Image\x00"))),
			Box("iprp",
				Box("ipco", Box("pixi", u32(0), []byte{3, 8, 8, 8}), Box("ispe", u32(0, width, height)), config),
				Box("ipma", u32(0, 1), []byte{0, 1, 3, 1, 2, 0x83})))
	}
	return bytes.Join([][]byte{ftyp, meta(len(ftyp) + len(meta(0)) + 8), pixels}, nil)
}

// StoreBox returns the box of a file that has store.
func StoreBox(store []byte) []byte {
	return Box("uuid", []byte(provenance), make([]byte, 4), []byte("manifest\x00"), make([]byte, 8), store)
}

// moved returns the file of PlainAVIF or the like with the place of its pixels set n bytes further.
func moved(file []byte, n int) []byte {
	if i := bytes.Index(file, []byte("iloc")); i > 0 {
		place := file[i+18:]
		binary.BigEndian.PutUint32(place, binary.BigEndian.Uint32(place)+uint32(n))
	}
	return file
}

// hashBoxes writes into h what the binding of a file covers whose credential is at own: all boxes but ftyp and the
// credential, each after its offset (C2PA 2.2, 18.6).
func hashBoxes(h hash.Hash, file []byte, own int) {
	for off := 0; off < len(file); {
		end := off + int(binary.BigEndian.Uint32(file[off:]))
		if off != own && string(file[off+4:off+8]) != "ftyp" {
			h.Write(binary.BigEndian.AppendUint64(nil, uint64(off)))
			h.Write(file[off:end])
		}
		off = end
	}
}

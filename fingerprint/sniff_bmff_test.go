package fingerprint

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/sweepd/sweepd/fingerprint/c2pa/c2patest"
)

// aBox returns a box of ISO 14496-12.
func aBox(kind string, content ...[]byte) []byte { return c2patest.Box(kind, content...) }

// heifItem is how a made-up picture names its primary item and the properties of its items.
type heifItem struct {
	pitm []byte   // content of the box
	ipco [][]byte // boxes
	ipma []byte   // content of the box
}

// aHEIC returns the boxes of a picture up to its pixels, of n bytes.
func aHEIC(item heifItem, n int) []byte {
	meta := aBox("meta", make([]byte, 4), aBox("hdlr", make([]byte, 25)), aBox("pitm", item.pitm),
		aBox("iprp", aBox("ipco", item.ipco...), aBox("ipma", item.ipma)))
	return bytes.Join([][]byte{
		aBox("ftyp", []byte("heic\x00\x00\x00\x00mif1heic")), meta, aBox("mdat", make([]byte, n)),
	}, nil)
}

// ispe returns the property with the dimensions of an item.
func ispe(width, height uint32) []byte {
	b := binary.BigEndian.AppendUint32(make([]byte, 4), width)
	return aBox("ispe", binary.BigEndian.AppendUint32(b, height))
}

// aPhone returns a picture as phones make it: tiles, and the whole of them as its primary item.
func aPhone(n int) []byte {
	tiles := []byte{0, 0, 0, 0, 0, 0, 0, 50}
	for id := range 49 {
		tiles = append(tiles, 0, byte(id+1), 2, 0x81, 2)
	}
	return aHEIC(heifItem{
		pitm: []byte{0, 0, 0, 0, 0, 50},
		ipco: [][]byte{aBox("hvcC", make([]byte, 106)), ispe(512, 512), ispe(4032, 3024), aBox("irot", []byte{3})},
		ipma: append(tiles, 0, 50, 2, 3, 0x84),
	}, n)
}

func TestTheSizeOfAPictureInBoxesIsThatOfItsPrimaryItem(t *testing.T) {
	pitm, wide := []byte{0, 0, 0, 0, 0, 1}, []byte{1, 0, 0, 0, 0, 1, 0, 0}
	size := [][]byte{ispe(512, 512), ispe(3, 2)}
	whole := aPhone(50_000)
	for _, c := range []struct {
		what          string
		bytes         []byte
		width, height int
	}{
		{"AVIF", c2patest.PlainAVIF(1024, 1536, 1), 1024, 1536},
		{"HEIC", c2patest.PlainHEIC(1024, 1536, 1), 1024, 1536},
		{"tiles", whole, 4032, 3024},
		{"numbers of 15 bits", aHEIC(heifItem{pitm, size, []byte{0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 1, 0, 2}}, 0), 3, 2},
		{"ids of 32 bits", aHEIC(heifItem{wide, size, []byte{1, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 1, 2}}, 0), 3, 2},
		{"a picture without a size", aHEIC(heifItem{pitm, size, []byte{0, 0, 0, 0, 0, 0, 0, 1, 0, 2, 1, 2}}, 0), 0, 0},
		{"a size that is not there", aHEIC(heifItem{pitm, size, []byte{0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 1, 9}}, 0), 0, 0},
		{"a size cut short", aHEIC(heifItem{
			pitm,
			[][]byte{aBox("ispe", make([]byte, 11))},
			[]byte{0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 1, 1},
		}, 0), 0, 0},
		{"too wide for any number", aHEIC(heifItem{
			pitm,
			[][]byte{ispe(1<<32-1, 1)},
			[]byte{0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 1, 1},
		}, 0), 1<<31 - 1, 1},
		{"a box without end", append(bytes.Clone(whole[:24]), "\x00\x00\x00\x00meta\x00\x00\x00\x00"...), 0, 0},
		{"no size for the metadata's first box", append(bytes.Clone(whole[:24]),
			"\x00\x00\x00\x20meta\x00\x00\x00\x00\x00\x00\x00\x00hdlr"...), 0, 0},
	} {
		r := &readCount{ReaderAt: bytes.NewReader(c.bytes)}
		var w window
		w.reset(r, int64(len(c.bytes)))
		h := sniff(&w)
		if h.width != c.width || h.height != c.height || h.mediaType == "" || r.calls != 1 {
			t.Errorf("%s: %q, %d x %d in %d reads, want %d x %d in one", c.what, h.mediaType, h.width, h.height,
				r.calls, c.width, c.height)
		}
	}
	s := c2patest.New(t, madeThen)
	if h := sniffed(s.Sign(c2patest.PlainAVIF(640, 480, 1), c2patest.Options{})); h.width != 640 || !h.credential {
		t.Errorf("behind a credential: %+v, want 640 x 480 and a credential", h)
	}
}

func TestAPictureInBoxesThatEndsTooSoonIsCut(t *testing.T) {
	whole := aPhone(50_000)
	for n, want := range map[int]bool{len(whole): false, len(whole) - 1: true, 200: true} {
		if h := sniffed(whole[:n]); h.cut != want || h.mediaType != "image/heic" {
			t.Errorf("%d of %d bytes: %+v, want cut %v", n, len(whole), h, want)
		}
	}
	open := bytes.Clone(whole) // the pixels go up to the end of the file, wherever it is
	binary.BigEndian.PutUint32(open[len(whole)-50_008:], 0)
	if sniffed(open).cut || sniffed(open[:9000]).cut {
		t.Error("pixels without a stated size count as cut")
	}
}

// What begins beyond the first read is not looked for: it would cost a second read of every photo with much metadata.
func TestACredentialBeyondTheFirstReadIsNotLookedFor(t *testing.T) {
	s := c2patest.New(t, madeThen)
	signed := s.Sign(c2patest.PlainAVIF(64, 64, 1), c2patest.Options{})
	for n, want := range map[int]bool{0: true, 4000: true, 4090: false} {
		start := int(signed[3])
		b := bytes.Join([][]byte{signed[:start], aBox("free", make([]byte, n)), signed[start:]}, nil)
		r := &readCount{ReaderAt: bytes.NewReader(b)}
		var w window
		w.reset(r, int64(len(b)))
		if h := sniff(&w); h.credential != want || !want && r.calls != 1 {
			t.Errorf("behind %d bytes: credential %v in %d reads, want %v", n, h.credential, r.calls, want)
		}
	}
}

func TestSignedPicturesInBoxes(t *testing.T) {
	s, c := signing(t)
	unstated := c2patest.Options{Generator: unstatedGenerator, StampedAt: madeThen}
	avif, heic := c2patest.PlainAVIF(640, 480, 1), c2patest.PlainHEIC(640, 480, 1)
	large := append(bytes.Clone(avif[:len(avif)-1024-8]), aBox("mdat", make([]byte, 500_000))...)
	broken := s.Sign(avif, unstated)
	broken[len(broken)-1] ^= 1
	download := downloadName[:len(downloadName)-len("png")] + "avif"
	for _, v := range []struct {
		what, name string
		bytes      []byte
		level      Confidence
		detectors  string
	}{
		{"AVIF, its own name", download, s.Sign(avif, unstated), Proven, "c2pa.verified filename.download"},
		{"AVIF, renamed", "harbour.avif", s.Sign(avif, unstated), Strong, "c2pa.verified"},
		{"AVIF, large", "harbour.avif", s.Sign(large, unstated), Strong, "c2pa.verified"},
		{
			"HEIC for ChatGPT", "harbour.heic", s.Sign(heic, c2patest.Options{StampedAt: madeThen}), Proven,
			"c2pa.verified",
		},
		{"AVIF, changed", "harbour.avif", broken, None, "c2pa.broken"},
		{
			"AVIF, somebody else's", download, s.Sign(avif, c2patest.Options{By: s.Other, Generator: "Paint"}),
			Possible, "c2pa.other filename.download",
		},
		{"AVIF, no credential", download, avif, Likely, "filename.download filename.unsigned"},
		{"AVIF, no credential, half of it", download, avif[:len(avif)/2], Possible, "header.cut filename.download"},
	} {
		f, _ := fileOf(v.name, v.bytes)
		got, err := c.Classify(f)
		if err != nil || got.Confidence != v.level || detectors(got) != v.detectors {
			t.Errorf("%s: %v (%s), %v, want %v (%s)", v.what, got, detectors(got), err, v.level, v.detectors)
		}
		if got.Width != 640 && v.what != "AVIF, no credential, half of it" {
			t.Errorf("%s: %d x %d, want 640 x 480", v.what, got.Width, got.Height)
		}
		f, reads := fileOf(v.name, v.bytes)
		partial, err := c.Classify(headerOnly(f))
		if err != nil || partial.Confidence < v.level || reads.calls > 2 || partial.Width != got.Width ||
			v.level > Possible && partial.Confidence != v.level {
			t.Errorf("%s, header only: %v, %d x %d, %v after %d reads, want %v after two", v.what, partial,
				partial.Width, partial.Height, err, reads.calls, v.level)
		}
	}
}

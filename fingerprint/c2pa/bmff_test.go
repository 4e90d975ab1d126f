package c2pa

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"

	"github.com/sweepd/sweepd/fingerprint/c2pa/c2patest"
)

// boxFiles returns files of boxes without a credential.
func boxFiles() map[string][]byte {
	return map[string][]byte{
		"AVIF": c2patest.PlainAVIF(640, 480, 1), "HEIC": c2patest.PlainHEIC(640, 480, 1), "MP4": c2patest.PlainMP4(1),
	}
}

func TestCredentialsInFilesOfBoxesAreVerified(t *testing.T) {
	s, v := world(t)
	for what, plain := range boxFiles() {
		for _, label := range []string{"c2pa.hash.bmff.v2", "c2pa.hash.bmff.v3"} {
			file := s.Sign(plain, c2patest.Options{BoxHash: label, StampedAt: day})
			c := read(t, v, file)
			got, why := class(c)
			if got != "verified" || c.Intact.Answer != Yes || c.Offset != int64(plain[3]) || c.Tagged {
				t.Errorf("%s, %s: got %s (%s), want verified", what, label, got, why)
			}
		}
	}
}

// What a whole reading finds in the rest of the file, and what the credential covers of it, bit by bit.
func TestAFileOfBoxesWithAnySignedBitChangedIsBroken(t *testing.T) {
	t.Parallel()
	s, v := world(t)
	step := 7
	if testing.Short() {
		step = 61
	}
	for what, plain := range boxFiles() {
		file := s.Sign(plain, c2patest.Options{})
		for i := 0; i < len(file); i += step {
			bad := bytes.Clone(file)
			bad[i] ^= 1 << (i % 8)
			c := read(t, v, bad)
			if c == nil || c.Class != Verified {
				continue
			}
			if a, b := withoutUnsigned(file), withoutUnsigned(bad); !bytes.Equal(a, b) && !onlyPadding(a, b) {
				t.Errorf("%s, byte %d of %d changed: got verified", what, i, len(file))
			}
		}
	}
}

// withoutUnsigned returns a file of boxes with zeros in place of what its signature does not cover: the content of the
// box with its type, which the binding leaves out, and the place of hashes of pieces, which it does not have.
func withoutUnsigned(file []byte) []byte {
	if len(file) < 12 || string(file[4:8]) != "ftyp" {
		return file
	}
	file = bytes.Clone(file)
	n := min(int(binary.BigEndian.Uint32(file)), len(file))
	clear(file[8:max(8, n)])
	if place := n + int(storeHead); place <= len(file) && bytes.HasPrefix(file[n+4:], []byte("uuid"+provenance)) {
		clear(file[place-8 : place])
	}
	return file
}

func hostileBMFF(_ testing.TB, s *c2patest.Signer) map[string]hostile {
	plain, other := c2patest.PlainAVIF(64, 64, 1), c2patest.PlainAVIF(64, 64, 2)
	sign := func(o c2patest.Options) []byte { return s.Sign(plain, o) }
	good := sign(c2patest.Options{})
	start := int(plain[3]) // the end of ftyp
	box := good[start : start+len(good)-len(plain)]
	binding := func(f func(map[string]any)) []byte { return sign(c2patest.Options{Binding: f}) }
	exclude := func(path string, more map[string]any) []byte {
		return binding(func(b map[string]any) {
			e := map[string]any{"xpath": path}
			for k, v := range more {
				e[k] = v
			}
			b["exclusions"] = append(b["exclusions"].([]any), e)
		})
	}
	free := c2patest.Box("free", []byte("more"))
	store := box[storeHead:]
	long := func(size []byte) []byte { return slices.Concat([]byte("\x00\x00\x00\x01ftyp"), size, box) }
	size := func(n ...byte) []byte { return at(good, start, n...) }
	wide := slices.Concat([]byte{0, 0, 0, 1}, []byte("uuid"), make([]byte, 6),
		binary.BigEndian.AppendUint16(nil, uint16(len(box)+8)), box[8:])
	return map[string]hostile{
		"AVIF with another's credential":     {"broken", insert(other, start, box)},
		"AVIF, a bit of the pixels changed":  {"broken", flipLast(good)},
		"AVIF, a bit of the metadata":        {"broken", at(good, start+len(box)+20, good[start+len(box)+20]^1)},
		"AVIF with bytes at the end":         {"broken", append(bytes.Clone(good), "more"...)},
		"AVIF with a box at the end":         {"broken", append(bytes.Clone(good), free...)},
		"AVIF with a box before":             {"broken", insert(good, start, free)},
		"AVIF with a box behind":             {"broken", insert(good, start+len(box), free)},
		"AVIF with an index of a video":      {"broken", append(bytes.Clone(good), c2patest.Box("mfra")...)},
		"AVIF with two types":                {"broken", append(bytes.Clone(good), c2patest.Box("ftyp")...)},
		"AVIF with two types before":         {"broken", insert(good, start, c2patest.Box("ftyp"))},
		"AVIF with the credential twice":     {"broken", insert(good, start, box)},
		"AVIF with another credential":       {"broken", append(bytes.Clone(good), c2patest.StoreBox([]byte("x"))...)},
		"AVIF, the credential at the end":    {"none", append(bytes.Clone(plain), box...)},
		"AVIF, the credential inside a box":  {"none", insert(plain, start, c2patest.Box("free", box))},
		"AVIF, the credential in a long box": {"none", insert(plain, start, wide)},
		"AVIF, credential of 4 GiB":          {"broken", size(0xff, 0xff, 0xff, 0xff)},
		"AVIF, credential of no size":        {"broken", size(0, 0, 0, 0)},
		"AVIF, credential of seven bytes":    {"none", size(0, 0, 0, 7)},
		"AVIF, credential of its header":     {"broken", size(0, 0, 0, 24)},
		"AVIF, cut in the credential":        {"broken", good[:start+2000]},
		"AVIF, cut in its header":            {"broken", good[:start+30]},
		"AVIF, cut in the pixels":            {"broken", good[:len(good)-9]},
		"AVIF, first box of 2^63":            {"none", long(slices.Concat([]byte{128}, make([]byte, 7)))},
		"AVIF, first box of 16 EiB":          {"none", long(bytes.Repeat([]byte{255}, 8))},
		"AVIF, first box to the end":         {"none", at(good, 0, 0, 0, 0, 0)},
		"AVIF of twelve bytes":               {"none", good[:12]},
		"AVIF, hashes of pieces for a store": {"broken", at(good, start+28, []byte("merkle\x00\x00\x00")...)},
		"AVIF, another version of the box":   {"broken", at(good, start+24, 1)},
		"AVIF, an empty store":               {"broken", insert(plain, start, c2patest.StoreBox(nil))},
		"AVIF, bytes behind the store": {
			"broken", insert(plain, start, c2patest.StoreBox(append(bytes.Clone(store), free...))),
		},
		"five thousand boxes before": {"none", insert(good, start, bytes.Repeat(c2patest.Box("free"), 5000))},
		"five thousand boxes, and signed": {
			"broken", s.Sign(slices.Concat(plain, bytes.Repeat(c2patest.Box("free"), 5000)), c2patest.Options{}),
		},
		"AVIF, leaves out its pixels":     {"unproven", exclude("/mdat", nil)},
		"AVIF, leaves out where they are": {"unproven", exclude("/meta/iloc", nil)},
		"AVIF, leaves out any uuid":       {"unproven", exclude("/uuid", nil)},
		"AVIF, leaves out all":            {"unproven", exclude("/", nil)},
		"AVIF, leaves out a part":         {"unproven", exclude("/ftyp", map[string]any{"subset": []any{}})},
		"AVIF, leaves out by length":      {"unproven", exclude("/ftyp", map[string]any{"length": 32})},
		"AVIF, leaves out by content": {"unproven", exclude("/ftyp",
			map[string]any{"data": []any{map[string]any{"offset": 4, "value": []byte("f")}}})},
		"AVIF, does not leave itself out": {"broken", binding(func(b map[string]any) {
			b["exclusions"] = []any{map[string]any{"xpath": "/ftyp"}}
		})},
		"AVIF, hashes of pieces": {"unproven", binding(func(b map[string]any) {
			b["merkle"] = []any{map[string]any{"uniqueId": 0}}
		})},
		"AVIF, no hash":         {"broken", binding(func(b map[string]any) { delete(b, "hash") })},
		"AVIF, an unknown hash": {"unproven", binding(func(b map[string]any) { b["alg"] = "sha1" })},
		"AVIF, version 1":       {"unproven", sign(c2patest.Options{BoxHash: "c2pa.hash.bmff"})},
		"AVIF, version 4":       {"unproven", sign(c2patest.Options{BoxHash: "c2pa.hash.bmff.v4"})},
		"a PNG with the binding of an AVIF": {
			"unproven", s.PNG(1, c2patest.Options{Assertion: map[string]map[string]any{"c2pa.hash.bmff.v3": {}}}),
		},
	}
}

// The binding leaves out the box with the type. It has nothing of the picture; a type that is not an image's makes the
// file none.
func TestTheTypeOfAFileOfBoxesIsNotSigned(t *testing.T) {
	s, v := world(t)
	file := at(s.Sign(c2patest.PlainAVIF(64, 64, 1), c2patest.Options{}), 12, 9)
	if got, why := class(read(t, v, file)); got != "verified" {
		t.Errorf("another minor version: got %s (%s), want verified", got, why)
	}
}

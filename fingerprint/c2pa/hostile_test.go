package c2pa

import (
	"bytes"
	"crypto/x509"
	"encoding/binary"
	"maps"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/fingerprint/c2pa/c2patest"
)

// hostile is a file made to get a picture deleted that OpenAI did not make, or to stop the program.
type hostile struct {
	want string // acceptable classes, separated by |
	file []byte
}

// storeOf returns a PNG with one manifest of exactly this claim and signature.
func storeOf(claim, signature []byte) []byte {
	m := c2patest.Superbox("c2ma", "urn:c2pa:1",
		c2patest.Superbox("c2as", "c2pa.assertions"),
		c2patest.Superbox("c2cl", "c2pa.claim.v2", c2patest.Box("cbor", claim)),
		c2patest.Superbox("c2cs", "c2pa.signature", c2patest.Box("cbor", signature)))
	return inPNG(c2patest.Superbox("c2pa", "c2pa", m))
}

func inPNG(store []byte) []byte {
	file, _, _ := c2patest.Insert(c2patest.PlainPNG(16, 16, 1), store)
	return file
}

func at(b []byte, off int, with ...byte) []byte {
	b = bytes.Clone(b)
	copy(b[off:], with)
	return b
}

func insert(b []byte, off int, more []byte) []byte {
	return slices.Insert(bytes.Clone(b), off, more...)
}

// chunkOf returns the chunk of a PNG's credential.
func chunkOf(png []byte) []byte {
	return png[33 : 33+12+int(binary.BigEndian.Uint32(png[33:]))]
}

func hostileFiles(tb testing.TB, s *c2patest.Signer) map[string]hostile {
	all := map[string]hostile{}
	for _, group := range []func(testing.TB, *c2patest.Signer) map[string]hostile{
		hostilePNG, hostileWebP, hostileJPEG, hostileBMFF, hostileBoxes, hostileCBOR, hostileClaims,
	} {
		maps.Copy(all, group(tb, s))
	}
	return all
}

func hostilePNG(_ testing.TB, s *c2patest.Signer) map[string]hostile {
	good, other := s.PNG(1, c2patest.Options{}), c2patest.PlainPNG(16, 16, 2)
	chunk, plain := chunkOf(good), c2patest.PlainPNG(16, 16, 1)
	idat, iend := bytes.Index(good, []byte("IDAT"))-4, len(good)-12
	text := c2patest.PNGChunk("tEXt", []byte("Comment\x00made with ChatGPT by OpenAI"))
	return map[string]hostile{
		"credential of another picture":      {"broken", insert(other, 33, chunk)},
		"a bit of the pixels changed":        {"broken", at(good, idat+12, good[idat+12]^1)},
		"bytes at the end":                   {"broken", append(bytes.Clone(good), "more"...)},
		"a chunk of pixels' colours added":   {"broken", insert(good, 33, c2patest.PNGChunk("gAMA", make([]byte, 4)))},
		"text added, and a byte changed":     {"broken", flipLast(insert(good, 33, text))},
		"text added around two credentials":  {"broken", insert(insert(good, 33+len(chunk), chunk), 33, text)},
		"credential moved behind the pixels": {"none", insert(plain, len(plain)-12, chunk)},
		"the same credential twice":          {"broken", insert(good, 33+len(chunk), chunk)},
		"another credential behind it": {
			"broken", insert(good, 33+len(chunk), chunkOf(s.PNG(3, c2patest.Options{}))),
		},
		"garbage as a second credential": {
			"broken", insert(good, 33+len(chunk), c2patest.PNGChunk("caBX", []byte("garbage"))),
		},
		"a second one behind the pixels": {"broken", insert(good, iend, chunk)},
		"a second one, and both signed for": {
			"broken", s.Sign(insert(plain, len(plain)-12, c2patest.PNGChunk("caBX", []byte("x"))), c2patest.Options{}),
		},
		"chunk of 4 GiB":                        {"broken", at(good, 33, 0xff, 0xff, 0xff, 0xff)},
		"chunk of 2 GiB":                        {"broken", at(good, 33, 0x7f, 0xff, 0xff, 0xff)},
		"chunk of 16 MiB":                       {"broken", at(good, 33, 1, 0, 0, 0)},
		"first chunk of 4 GiB":                  {"none", at(good, 8, 0xff, 0xff, 0xff, 0xff)},
		"cut in the credential":                 {"broken", good[:2000]},
		"cut in the pixels":                     {"broken", good[:len(good)-20]},
		"cut behind the credential's header":    {"broken", good[:41]},
		"cut in the credential's header":        {"none", good[:37]},
		"eight bytes":                           {"none", good[:8]},
		"nothing":                               {"none", nil},
		"an empty credential":                   {"broken", insert(plain, 33, c2patest.PNGChunk("caBX", nil))},
		"a text that says so":                   {"none", insert(plain, 33, text)},
		"a picture inside another kind of file": {"none", append([]byte("%PDF-1.7\n"), good...)},
		"a credential's chunk inside a text":    {"none", insert(plain, 33, c2patest.PNGChunk("tEXt", chunk))},
		"five thousand chunks before the picture": {
			"none", insert(good, 33, bytes.Repeat(c2patest.PNGChunk("tEXt", nil), 5000)),
		},
	}
}

func hostileWebP(_ testing.TB, s *c2patest.Signer) map[string]hostile {
	good, plain := s.WebP(c2patest.Options{}), c2patest.PlainWebP()
	chunk := good[len(plain):]
	moved := insert(good[:len(plain)], 12, chunk)
	twice := append(bytes.Clone(good), chunk...)
	binary.LittleEndian.PutUint32(twice[4:], uint32(len(twice)-8))
	return map[string]hostile{
		"WebP with a size that is too small": {"broken", at(good, 4, 26, 0)},
		"WebP that ends in its credential":   {"broken", at(good, 4, byte(len(plain)), 1)},
		"WebP with bytes at the end":         {"broken", append(bytes.Clone(good), "more"...)},
		"WebP, its credential moved":         {"broken", moved},
		"WebP with two credentials":          {"broken", twice},
		"WebP, a bit changed":                {"broken", at(good, 24, good[24]^1)},
		"WebP cut":                           {"broken", good[:len(good)-9]},
		"WebP, chunk of 4 GiB":               {"broken", at(good, len(plain)+4, 0xff, 0xff, 0xff, 0xff)},
		"WebP of twelve bytes":               {"none", good[:12]},
	}
}

func hostileJPEG(_ testing.TB, s *c2patest.Signer) map[string]hostile {
	good, plain := s.JPEG(1, c2patest.Options{}), c2patest.PlainJPEG(16, 16, 1)
	segments := good[2 : 2+len(good)-len(plain)]
	first := 2 + int(binary.BigEndian.Uint16(segments[2:]))
	second := first + 2 + int(binary.BigEndian.Uint16(segments[first+2:]))
	swapped := slices.Concat(plain[:2], segments[first:second], segments[:first], segments[second:], plain[2:])
	return map[string]hostile{
		"JPEG of another picture":     {"broken", insert(c2patest.PlainJPEG(16, 16, 2), 2, segments)},
		"JPEG, segments swapped":      {"broken", swapped},
		"JPEG, first segment missing": {"broken", insert(plain, 2, segments[first:])},
		"JPEG, a segment missing": {
			"broken", insert(plain, 2, slices.Concat(segments[:first], segments[second:])),
		},
		"JPEG, last segment missing": {"broken", insert(plain, 2, segments[:second])},
		"JPEG, segments apart":       {"broken", insert(good, 2+first, []byte{0xff, 0xfe, 0, 4, 'h', 'i'})},
		"JPEG with two credentials":  {"broken", insert(good, 2, segments)},
		"JPEG with two of other numbers": {
			"broken", insert(good, 2, bytes.ReplaceAll(segments, []byte("JP\x02\x11"), []byte("JP\x02\x12"))),
		},
		"JPEG, a segment of another number": {"broken", insert(plain, 2, at(segments, first+6, 2, 0x12))},
		"JPEG, a segment repeated": {
			"broken", insert(plain, 2, slices.Concat(segments[:second], segments[first:])),
		},
		"JPEG, credential behind the scan": {"none", insert(plain, len(plain)-2, segments)},
		"JPEG, a PNG's chunk in a comment": {
			"none", insert(plain, 2, slices.Concat([]byte{0xff, 0xfe, 0, 22}, []byte("caBX OpenAI ChatGPT!"))),
		},
		"JPEG, a segment too short to be":   {"none", insert(plain, 2, []byte{0xff, 0xeb, 0, 4, 'J', 'P'})},
		"JPEG, a length of less than two":   {"none", insert(plain, 2, []byte{0xff, 0xeb, 0, 1})},
		"JPEG, cut in its credential":       {"broken", good[:2+first+40]},
		"JPEG, bytes at the end":            {"broken", append(bytes.Clone(good), "more"...)},
		"JPEG, numbered from 0, is genuine": {"verified", s.Sign(plain, c2patest.Options{FirstPacket: -1})},
	}
}

func hostileBoxes(_ testing.TB, s *c2patest.Signer) map[string]hostile {
	deep := []byte(nil)
	for range 3000 {
		deep = c2patest.Superbox("c2ma", "x", deep)
	}
	store := func(children ...[]byte) []byte { return inPNG(c2patest.Superbox("c2pa", "c2pa", children...)) }
	good := s.PNG(1, c2patest.Options{})
	inner := chunkOf(good)
	inner = inner[8 : len(inner)-4]
	large := slices.Concat([]byte{0, 0, 0, 1}, []byte("jumb"), []byte{0, 0, 0, 0, 0, 0, 0, 16})
	return map[string]hostile{
		"boxes 3000 deep": {"other|broken", store(deep)},
		"200,000 boxes":   {"broken", store(bytes.Repeat(c2patest.Box("free"), 200_000))},
		"200,000 boxes in a manifest": {
			"broken", store(c2patest.Superbox("c2ma", "x", bytes.Repeat(c2patest.Box("free"), 200_000))),
		},
		"65 manifests": {"broken", store(manyManifests(65)...)},
		"two manifests of one name": {
			"broken", store(c2patest.Superbox("c2ma", "x"), c2patest.Superbox("c2ma", "x")),
		},
		"a box longer than what it is in":     {"broken", inPNG(at(inner, 0, 0x7f))},
		"a box shorter than its header":       {"broken", inPNG(at(inner, 0, 0, 0, 0, 7))},
		"a box to the end of the file":        {"broken", inPNG(at(inner, 0, 0, 0, 0, 0))},
		"a box with a long length of nothing": {"broken", inPNG(large)},
		"a box with a long length of 2^63":    {"broken", inPNG(at(large, 8, 0x80))},
		"bytes behind the store": {
			"broken", inPNG(append(bytes.Clone(inner), 0, 0, 0, 8, 'f', 'r', 'e', 'e')),
		},
		"a store behind the store":   {"broken", inPNG(slices.Concat(inner, inner))},
		"a store of another type":    {"broken", inPNG(c2patest.Superbox("c2ma", "c2pa", inner))},
		"a store without a manifest": {"broken", store()},
		"a manifest without a claim": {"other", store(c2patest.Superbox("c2ma", "x"))},
		"a compressed manifest": {
			"other", store(c2patest.Superbox("c2cm", "x", c2patest.Box("brob", []byte("zzz")))),
		},
		"a compressed manifest that says so": {
			"unproven", store(c2patest.Superbox("c2cm", "x", c2patest.Box("brob", []byte("OpenAI")))),
		},
		"a label without an end": {
			"broken", inPNG(c2patest.Box("jumb", c2patest.Box("jumd", append([]byte("c2pa"+uuidTail+"\x03"), 'x')))),
		},
		"a description of sixteen bytes": {
			"broken", inPNG(c2patest.Box("jumb", c2patest.Box("jumd", []byte("c2pa"+uuidTail)))),
		},
		"a superbox without a description": {"broken", inPNG(c2patest.Box("jumb", c2patest.Box("cbor")))},
		"no superbox":                      {"broken", inPNG(c2patest.Box("cbor"))},
		"two claims": {
			"broken", store(c2patest.Superbox("c2ma", "x", twice("c2cl", "c2pa.claim")...)),
		},
		"two signatures": {
			"broken", store(c2patest.Superbox("c2ma", "x", twice("c2cs", "c2pa.signature")...)),
		},
		"two assertion stores": {"broken", store(c2patest.Superbox("c2ma", "x",
			c2patest.Superbox("c2as", "c2pa.assertions"), c2patest.Superbox("c2as", "c2pa.assertions")))},
		"two assertions of one name": {"broken", store(c2patest.Superbox("c2ma", "x",
			c2patest.Superbox("c2as", "c2pa.assertions", twice("cbor", "c2pa.hash.data")...)))},
		"an assertion that is no superbox": {
			"broken",
			store(c2patest.Superbox("c2ma", "x", c2patest.Superbox("c2as", "c2pa.assertions", c2patest.Box("cbor")))),
		},
		"an assertion that nobody declared": {"broken", s.PNG(1,
			c2patest.Options{Extra: c2patest.Superbox("cbor", "c2pa.note", c2patest.Box("cbor", []byte{0xa0}))})},
		"a manifest in front that nobody uses": {
			"broken", inPNG(c2patest.Superbox("c2pa", "c2pa", c2patest.Superbox("c2ma", "x"), inner[38:])),
		},
	}
}

func twice(uuid, label string) [][]byte {
	b := c2patest.Superbox(uuid, label, c2patest.Box("cbor", []byte{0xa0}))
	return [][]byte{b, b}
}

func hostileCBOR(testing.TB, *c2patest.Signer) map[string]hostile {
	head := func(major byte, n uint64) []byte { return binary.BigEndian.AppendUint64([]byte{major<<5 | 27}, n) }
	bignum := slices.Concat([]byte{0xa1, 0x63}, []byte("alg"),
		[]byte{0xc2, 0x5a, 0, 0x0f, 0, 0}, make([]byte, 0x0f0000))
	all := map[string]hostile{}
	for name, b := range map[string][]byte{
		"arrays a million deep":   bytes.Repeat([]byte{0x81}, 1e6),
		"array of 2^40":           head(4, 1<<40),
		"map of 2^62":             head(5, 1<<62),
		"bytes of 2^62":           head(2, 1<<62),
		"text of 2^62":            head(3, 1<<62),
		"indefinite arrays":       bytes.Repeat([]byte{0x9f}, 1e5),
		"indefinite bytes":        bytes.Repeat([]byte{0x5f}, 1e5),
		"a key twice":             {0xa2, 0x63, 'a', 'l', 'g', 0x61, 'x', 0x63, 'a', 'l', 'g', 0x61, 'y'},
		"a number of a megabyte":  bignum,
		"a million pairs":         append(head(5, 1e6), bytes.Repeat([]byte{1, 1}, 1e6)...),
		"a claim of two megabyte": append(head(2, 2<<20), make([]byte, 2<<20)...),
		"bytes behind the claim":  {0xa0, 0xa0},
		"nothing at all":          {},
		"another type":            {0x01},
		"tags a thousand deep":    append(bytes.Repeat([]byte{0xd2}, 1000), 0x80),
	} {
		all["claim: "+name] = hostile{"broken|other", storeOf(b, []byte{0xa0})}
		claim := "\xa1isignaturex\x19self#jumbf=c2pa.signature"
		all["signature: "+name] = hostile{"broken|other", storeOf([]byte(claim), append([]byte{0xd2}, b...))}
	}
	return all
}

func hostileClaims(tb testing.TB, s *c2patest.Signer) map[string]hostile {
	png := func(o c2patest.Options) []byte { return s.PNG(1, o) }
	change := func(file []byte, from, to string) []byte {
		if !bytes.Contains(file, []byte(from)) || len(from) != len(to) {
			tb.Fatalf("%q cannot become %q", from, to)
		}
		return bytes.Replace(file, []byte(from), []byte(to), 1)
	}
	binding := func(f func(map[string]any)) []byte { return png(c2patest.Options{Binding: f}) }
	exclude := func(list ...any) []byte {
		return binding(func(b map[string]any) { b["exclusions"] = list })
	}
	lone := func(o *c2patest.Options) []c2patest.Ingredient { return []c2patest.Ingredient{{Of: o}} }
	return map[string]hostile{
		"generator's text changed": {
			"broken", change(png(c2patest.Options{Generator: "Someone"}), "Someone", "ChatGPT"),
		},
		"source type changed": {
			"broken", change(png(c2patest.Options{}), "trainedAlgorithmic", "Trainedalgorithmic"),
		},
		"a hash changed": {"broken", png(c2patest.Options{Claim: func(c map[string]any) {
			c["created_assertions"].([]any)[0].(map[string]any)["hash"] = make([]byte, 32)
		}})},
		"an assertion declared elsewhere": {"broken", png(c2patest.Options{Claim: func(c map[string]any) {
			c["created_assertions"].([]any)[0].(map[string]any)["url"] = "http://localhost/"
		}})},
		"an unknown hash": {
			"unproven", png(c2patest.Options{Claim: func(c map[string]any) { c["alg"] = "md5" }}),
		},
		"signature of another manifest": {"broken", png(c2patest.Options{
			Claim: func(c map[string]any) { c["signature"] = "self#jumbf=/c2pa/urn:c2pa:1/c2pa.signature" },
		})},
		"self-signed in OpenAI's name":      {"unproven", png(c2patest.Options{By: s.Forger})},
		"the right name, another authority": {"unproven", png(c2patest.Options{By: c2patest.New(tb, day).OpenAI})},
		"the right authority, another name": {"unproven", png(c2patest.Options{
			By: s.Issue("OpenAI OpCo, LLC (not)", "OpenAI Media Service", day, day.AddDate(1, 0, 0)),
		})},
		"the right names' beginnings": {
			"unproven",
			png(c2patest.Options{By: s.Issue("OpenAI OpCo, LLC", "OpenAI Media Service 2", day, day.AddDate(1, 0, 0))}),
		},
		"a camera by the same maker": {
			"other", png(c2patest.Options{
				By:        s.Issue("Truepic", "Truepic Lens SDK in Vision Camera", day, day.AddDate(1, 0, 0)),
				Generator: "Camera",
			}),
		},
		"somebody who calls himself ChatGPT": {"unproven", png(c2patest.Options{By: s.Other})},
		"somebody who says Azure OpenAI": {"other", png(c2patest.Options{
			By:        s.Other,
			Generator: "Microsoft_Responsible_AI/1.0",
			Agent:     "Azure OpenAI ImageGen",
		})},
		"leaves out nothing":        {"broken", exclude()},
		"leaves out the whole file": {"broken", exclude(map[string]any{"start": 0, "length": 1 << 30})},
		"leaves out one byte more": {
			"broken", exclude(map[string]any{"start": 33, "length": len(chunkOf(png(c2patest.Options{}))) + 1}),
		},
		"leaves out two ranges": {
			"broken", exclude(map[string]any{"start": 33, "length": 9000}, map[string]any{"start": 9033, "length": 1}),
		},
		"leaves out a second range": {"broken", binding(func(b map[string]any) {
			b["exclusions"] = append(b["exclusions"].([]any), map[string]any{"start": 9000, "length": 0})
		})},
		"leaves out less than nothing": {"broken", exclude(map[string]any{"start": 33, "length": -1})},
		"leaves out 2^63": {
			"broken", exclude(map[string]any{"start": 33, "length": uint64(1 << 63)}),
		},
		"binding by an unknown hash": {"unproven", binding(func(b map[string]any) { b["alg"] = "sha1" })},
		"binding of another kind": {
			"unproven", png(c2patest.Options{Assertion: map[string]map[string]any{"c2pa.hash.boxes": {}}}),
		},
		"two bindings": {
			"unproven|broken",
			png(c2patest.Options{Assertion: map[string]map[string]any{"c2pa.hash.data__1": {"alg": "sha256"}}}),
		},
		"an assertion declared twice": {
			"broken",
			png(c2patest.Options{Claim: func(c map[string]any) { c["gathered_assertions"] = c["created_assertions"] }}),
		},
		"five thousand actions": {"broken", png(c2patest.Options{Assertion: map[string]map[string]any{
			"c2pa.actions":    {"actions": slices.Repeat([]map[string]any{{}}, 4000)},
			"c2pa.actions__1": {"actions": slices.Repeat([]map[string]any{{}}, 1000)},
		}})},
		"an ingredient's hash is wrong": {
			"broken",
			png(c2patest.Options{Ingredients: []c2patest.Ingredient{{Of: &c2patest.Options{}, BadHash: true}}}),
		},
		"ten ingredients deep": {"broken", png(nested(10))},
		"a signature cut": {
			"broken", png(c2patest.Options{Signature: func(b []byte) []byte { return b[:40] }}),
		},
		"a signature of zeros": {
			"broken", png(c2patest.Options{Signature: func(b []byte) []byte { return make([]byte, len(b)) }}),
		},
		"another algorithm": {
			"broken", png(c2patest.Options{Headers: func(h map[any]any) { h[1] = -37 }}),
		},
		"an unknown algorithm": {
			"unproven", png(c2patest.Options{Headers: func(h map[any]any) { h[1] = -257 }}),
		},
		"a header that must be understood": {
			"unproven", png(c2patest.Options{Headers: func(h map[any]any) { h[2] = []int{99} }}),
		},
		"no certificate": {
			"broken", png(c2patest.Options{Headers: func(h map[any]any) { delete(h, 33) }}),
		},
		"nine certificates": {"broken", png(c2patest.Options{
			Headers: func(h map[any]any) { h[33] = slices.Repeat([][]byte{s.OpenAI.Cert.Raw}, 9) },
		})},
		"a certificate of 20 KB": {"unproven", png(c2patest.Options{
			By: certified(s, func(t *x509.Certificate) { t.DNSNames = slices.Repeat([]string{"a.example"}, 2000) }),
		})},
		"garbage as a certificate": {
			"broken", png(c2patest.Options{Headers: func(h map[any]any) { h[33] = [][]byte{[]byte("garbage")} }}),
		},
		"a second chain in the open": {
			"broken", png(c2patest.Options{Signed: func(h map[string]any) { h["x5chain"] = s.Other.Chain }}),
		},
		"an authority's certificate signs": {"unproven", png(c2patest.Options{By: anAuthority(s)})},
		"another issuer under the authority": {"unproven", png(c2patest.Options{
			By: s.IssueElsewhere("OpenAI OpCo, LLC", "OpenAI Media Service", day, day.AddDate(1, 0, 0)),
		})},
		"certified by whom timestamps are": {"unproven", png(c2patest.Options{By: s.IssueClock(signerTemplate())})},
		"a certificate of two organisations": {
			"unproven",
			png(c2patest.Options{By: certified(s, func(t *x509.Certificate) {
				t.Subject.Organization = append(t.Subject.Organization, "Somebody whose name is longer")
			})}),
		},
		"a certificate for servers": {"unproven", png(c2patest.Options{By: forServers(s)})},
		"OpenAI's over a changed ingredient": {
			"broken", png(c2patest.Options{Ingredients: lone(&c2patest.Options{AfterSign: flipClaim})}),
		},
		"OpenAI's over a broken ingredient": {"broken", png(c2patest.Options{
			Ingredients: lone(&c2patest.Options{Signature: func(b []byte) []byte { return make([]byte, 64) }}),
		})},
		"an ingredient that is not there": {
			"broken", png(c2patest.Options{Assertion: map[string]map[string]any{"c2pa.ingredient.v3": {
				"relationship":   "parentOf",
				"activeManifest": map[string]any{"url": "self#jumbf=/c2pa/gone", "hash": make([]byte, 32)},
			}}}),
		},
		"an ingredient that is itself": {"broken", cyclic(s)},
		"an ingredient at another address": {
			"broken", png(c2patest.Options{Assertion: map[string]map[string]any{"c2pa.ingredient.v3": {
				"relationship":   "parentOf",
				"activeManifest": map[string]any{"url": "http://localhost/c2pa", "hash": make([]byte, 32)},
			}}}),
		},
		"actions that are none": {
			"broken", png(c2patest.Options{Assertion: map[string]map[string]any{"c2pa.actions": {"actions": 7}}}),
		},
		"two hundred assertions with actions": {"verified", png(c2patest.Options{Assertion: manyActions(200)})},
	}
}

func TestHostileFilesAreNeverVerifiedAndCostLittle(t *testing.T) {
	s, v := world(t)
	for name, h := range hostileFiles(t, s) {
		r := &counter{b: h.file}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		c, err := v.Read(r, int64(len(h.file)), mediaType(h.file))
		runtime.ReadMemStats(&after)
		if err != nil {
			t.Errorf("%s: got error %v, want none", name, err)
		}
		got, why := class(c)
		if !slices.Contains(strings.Split(h.want, "|"), got) {
			t.Errorf("%s: got %s (%s), want %s", name, got, why, h.want)
		}
		size := uint64(len(h.file))
		if limit := 2*int64(size) + 5*firstRead; r.bytes > limit && len(h.file) < 1e5 {
			t.Errorf("%s: got %d bytes read of %d, want at most %d", name, r.bytes, size, limit)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 2<<20+6*size {
			t.Errorf("%s: got %d bytes allocated for a file of %d", name, used, size)
		}
	}
}

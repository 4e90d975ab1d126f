package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// A tree is the same each time that it is made: each file follows from its number. No picture can be decoded; what a
// scan reads of them is right. Their credentials are not signed, so that no file is hashed whole.

// makeTree makes the tree of that kind in dir, unless it is there.
func makeTree(kind, dir string) error {
	done := dir + ".complete"
	if _, err := os.Stat(done); err == nil {
		return nil
	}
	count, file := 102_000, mixed
	if kind == "tiny" {
		count, file = 1_000_000, tiny
	} else if kind != "mixed" {
		return fmt.Errorf("there is no tree %q", kind)
	}
	fmt.Fprintf(os.Stderr, "making %d files in %s\n", count, dir)
	const makers = 4
	errs := make([]error, makers)
	var all sync.WaitGroup
	for maker := range makers {
		all.Go(func() {
			buf := make([]byte, 0, 2<<20)
			for i := maker; i < count && errs[maker] == nil; i += makers {
				name, content, modified := file(i, buf)
				errs[maker] = write(filepath.Join(dir, name), content, modified)
			}
		})
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return os.WriteFile(done, nil, 0o600)
}

func write(path string, content []byte, modified time.Time) error {
	err := os.WriteFile(path, content, 0o600)
	if errors.Is(err, fs.ErrNotExist) {
		if err = os.MkdirAll(filepath.Dir(path), 0o700); err == nil {
			err = os.WriteFile(path, content, 0o600)
		}
	}
	return errors.Join(err, os.Chtimes(path, modified, modified))
}

// newest is the time of the newest file.
var newest = time.Date(2026, 2, 5, 0, 0, 0, 0, time.UTC)

// tiny returns the file of number i of a tree of pictures of 67 bytes.
func tiny(i int, buf []byte) (name string, content []byte, modified time.Time) {
	b := png(buf, 1, 1, nil)
	return fmt.Sprintf("%03d/IMG_%07d.png", i%1000, i), append(b, make([]byte, 67-len(b))...),
		newest.Add(-time.Duration(i) * time.Second)
}

// mixed returns the file of number i of a tree like a home: 45 % JPEG, 25 % PNG, 10 % WebP and 20 % text of 1 to 200
// KB, most of them small, and 2,000 PNGs of 1.5 MB. One small PNG in 50 and three large ones in four have a credential.
// A quarter of the large pictures and some of the others have a name of ChatGPT's.
func mixed(i int, buf []byte) (name string, content []byte, modified time.Time) {
	r := rand.New(rand.NewPCG(1, uint64(i)))
	modified = newest.Add(-time.Duration(r.Int64N(int64(400 * 24 * time.Hour))))
	size := int(1024 * math.Pow(200, math.Pow(r.Float64(), 1.35)))
	kind, mark := r.Float64(), r.Float64()
	var store []byte
	if mark < 0.02 {
		store = credential(r)
	}
	ext := ""
	switch {
	case i >= 100_000:
		if i%4 < 3 {
			store = credential(r)
		}
		ext, name, content = "png", fmt.Sprintf("%016x.png", r.Uint64()), png(buf, 1024, 1024, store)
		size, mark = 1_500_000, float64(i%4)
	case kind < 0.45:
		ext, name, content = "jpg", fmt.Sprintf("IMG_%06d.jpg", i), jpeg(buf)
	case kind < 0.70:
		ext, name, content = "png", fmt.Sprintf("Screenshot %06d.png", i), png(buf, 200, 300, store)
	case kind < 0.80:
		ext, name, content = "webp", fmt.Sprintf("file-%06d.webp", i), webp(buf, size, r)
	default:
		ext, name = "txt", fmt.Sprintf("note-%06d.txt", i)
		for content = buf; len(content) < size; {
			content = append(content, "the of and to in is that for it as was with be by on not he his\n"...)
		}
	}
	if mark < 0.009 {
		name = fmt.Sprintf("ChatGPT Image %s %d.%s", modified.Format("2006-01-02 15_04_05"), i, ext)
	}
	content = fill(content, size, r)
	n := r.IntN(1000)
	folder := fmt.Sprintf("%s/%d/%02d/d%04d", []string{"Downloads", "Pictures", "Documents", "Dropbox", "Desktop"}[n%5],
		2020+n%7, n/35%12+1, n)
	return folder + "/" + name, content, modified
}

// fill appends random bytes until b has n bytes.
func fill(b []byte, n int, r *rand.Rand) []byte {
	for len(b) < n {
		b = binary.LittleEndian.AppendUint64(b, r.Uint64())
	}
	return b
}

// png returns the beginning of a PNG up to its pixels, with a credential unless store is nil.
func png(b []byte, width, height uint32, store []byte) []byte {
	chunk := func(kind string, data []byte) {
		b = binary.BigEndian.AppendUint32(b, uint32(len(data)))
		from := len(b)
		b = append(append(b, kind...), data...)
		b = binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[from:]))
	}
	b = append(b, "\x89PNG\r\n\x1a\n"...)
	size := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, width), height)
	chunk("IHDR", append(size, 8, 2, 0, 0, 0))
	if store != nil {
		chunk("caBX", store)
	}
	chunk("IDAT", nil)
	return b
}

// jpeg returns the beginning of a JPEG up to its pixels.
func jpeg(b []byte) []byte {
	b = append(b, "\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xdb\x00\x43\x00"...)
	b = append(b, make([]byte, 64)...)
	return append(b, "\xff\xc0\x00\x0b\x08\x01\x00\x02\x00\x01\x01\x11\x00\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00"...)
}

// webp returns a WebP of about n bytes.
func webp(b []byte, n int, r *rand.Rand) []byte {
	n = max(n, 100) &^ 1
	b = append(b, "RIFF"...)
	b = binary.LittleEndian.AppendUint32(b, uint32(n-8))
	b = append(b, "WEBPVP8L"...)
	b = binary.LittleEndian.AppendUint32(b, uint32(n-20))
	return fill(append(b, 0x2f, 0xff, 0xc0, 0x3f, 0x10), n, r)[:n]
}

// credential returns a Content Credential of 10 kB that has the right structure and no signature.
func credential(r *rand.Rand) []byte {
	box := func(kind string, parts ...[]byte) []byte {
		b := append(make([]byte, 4), kind...)
		for _, p := range parts {
			b = append(b, p...)
		}
		binary.BigEndian.PutUint32(b, uint32(len(b)))
		return b
	}
	description := func(kind, label string) []byte {
		return box("jumd", []byte(kind+"\x00\x11\x00\x10\x80\x00\x00\xaa\x00\x38\x9b\x71\x03"+label+"\x00"))
	}
	content := func(kind, label string, size int) []byte {
		return box("jumb", description(kind, label), box("cbor", fill(nil, size, r)))
	}
	return box("jumb", description("c2pa", "c2pa"), box("jumb",
		description("c2ma", fmt.Sprintf("urn:c2pa:%016x", r.Uint64())),
		box("jumb", description("c2as", "c2pa.assertions"), content("cbor", "c2pa.actions.v2", 200)),
		content("c2cl", "c2pa.claim.v2", 400), content("c2cs", "c2pa.signature", 9000)))
}

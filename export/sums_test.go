package export_test

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"hash/crc32"
	"strings"
	"testing"

	"github.com/dropbox/dropbox-sdk-go-unofficial/v6/dropbox/contenthash"

	"github.com/sweepd/sweepd/export"
)

// sums computes the hashes of body at once, and Dropbox's with its own client.
func sums(t testing.TB, body string) (s export.Sums) {
	t.Helper()
	text, err := contenthash.Compute(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := hex.Decode(s.ContentHash[:], []byte(text)); err != nil {
		t.Fatal(err)
	}
	s.SHA256, s.SHA1, s.MD5 = sha256.Sum256([]byte(body)), sha1.Sum([]byte(body)), md5.Sum([]byte(body))
	s.CRC32 = crc32.ChecksumIEEE([]byte(body))
	return s
}

func TestTheHashesAreOfAllBytes(t *testing.T) {
	t.Parallel()
	for _, size := range []int{100, 4095, 4096, 4097, 5 << 20} {
		body := picture(t, 1)
		body += strings.Repeat("\x00\x01\x02", size)[:size-len(body)]
		r := year2023(t)[:6].with(file{"dalle-generations/" + oldMade + "-" + uuid + ".webp", body}).read(t)
		if !r.Complete() || len(r.Images) != 1 || r.Images[0].Sums != sums(t, body) || r.Images[0].Size != int64(size) {
			t.Errorf("%d bytes: %+v, problems %v", size, r.Images, r.Problems)
		}
	}
}

func TestTheTypeIsThatOfTheBytes(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"\xFF\xD8\xFF\xE0\x00\x10JFIF":             "image/jpeg",
		"RIFF\x24\x00\x00\x00WEBPVP8L":             "image/webp",
		"GIF89a\x01\x00\x01\x00":                   "image/gif",
		"\x00\x00\x00\x10ftypheic\x00\x00\x00\x00": "image/heic",
		"%PDF-1.7":                     "",
		"":                             "",
		"PK\x03\x04":                   "",
		"RIFF\x24\x00\x00\x00WAVEfmt ": "",
	} {
		r := year2023(t)[:6].with(file{oldGiven + ".dat", body}).read(t)
		got := ""
		for _, i := range r.Images {
			got = i.MediaType
		}
		if !r.Complete() || got != want || len(r.Images) > 1 {
			t.Errorf("%q: %q, want %q; %v", body, got, want, r.Problems)
		}
	}
}

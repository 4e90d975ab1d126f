package fingerprint

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sweepd/sweepd/fingerprint/c2pa/c2patest"
)

// tool is a program that people use on their pictures. IN and OUT in a command stand for the files; a command without
// OUT changes IN.
type tool struct {
	what, in, out string // in and out are extensions
	command       []string
}

var tools = []tool{
	{"none: the download itself", "png", "png", []string{"cp", "IN", "OUT"}},
	{"exiftool, a comment", "png", "png", []string{"exiftool", "-q", "-overwrite_original", "-Comment=mine", "IN"}},
	{"exiftool, five stars", "png", "png", []string{"exiftool", "-q", "-overwrite_original", "-XMP:Rating=5", "IN"}},
	{"exiftool, all metadata removed", "png", "png", []string{"exiftool", "-q", "-overwrite_original", "-all=", "IN"}},
	{"exiv2, an EXIF comment", "png", "png", []string{"exiv2", "-Mset Exif.Image.ImageDescription mine", "IN"}},
	{"exiv2, all metadata removed", "png", "png", []string{"exiv2", "rm", "IN"}},
	{"webpmux, XMP set", "webp", "webp", []string{"webpmux", "-set", "xmp", "NOTE", "IN", "-o", "OUT"}},
	{
		"exiftool, a comment in a JPEG", "jpg", "jpg",
		[]string{"exiftool", "-q", "-overwrite_original", "-Comment=mine", "IN"},
	},
	{"optipng", "png", "png", []string{"optipng", "-quiet", "-force", "-o1", "-out", "OUT", "IN"}},
	{"pngquant", "png", "png", []string{"pngquant", "--force", "--output", "OUT", "IN"}},
	{"ImageMagick, saved anew", "png", "png", []string{"convert-im6.q16", "IN", "OUT"}},
	{"ImageMagick, half the size", "png", "png", []string{"convert-im6.q16", "IN", "-resize", "50%", "OUT"}},
	{"ImageMagick, JPEG", "png", "jpg", []string{"convert-im6.q16", "IN", "OUT"}},
	{"cwebp", "png", "webp", []string{"cwebp", "-quiet", "IN", "-o", "OUT"}},
	{
		"Pillow, saved anew", "png", "png",
		[]string{"/usr/bin/python3", "-c", "import PIL.Image; PIL.Image.open('IN').save('OUT')"},
	},
	{"sharp, saved anew", "png", "png", []string{"node", "-e", "require('sharp')('IN').toFile('OUT')"}},
}

// run makes a file of the tool's kind with the tool and returns its bytes.
func (x tool) run(t *testing.T, modules string, original []byte) []byte {
	t.Helper()
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in."+x.in), filepath.Join(dir, "out."+x.out)
	note := filepath.Join(dir, "note.xmp")
	for path, b := range map[string][]byte{in: original, note: []byte("<x:xmpmeta xmlns:x='adobe:ns:meta/'/>")} {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var args []string
	for _, arg := range x.command {
		args = append(args, strings.NewReplacer("IN", in, "OUT", out, "NOTE", note).Replace(arg))
	}
	if _, err := exec.LookPath(args[0]); err != nil {
		lacking(t, args[0])
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = modules
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", x.what, err, text)
	}
	if !strings.Contains(strings.Join(x.command, " "), "OUT") {
		out = in
	}
	b, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// lacking leaves the test out where a tool is missing, but not in CI.
func lacking(t *testing.T, name string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is missing", name)
	}
	t.Skipf("%s is missing", name)
}

// sharp returns a folder with the npm package sharp.
func sharp(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"package.json", "package-lock.json"} {
		b, err := os.ReadFile(filepath.Join("testdata", "sharp", name))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := exec.LookPath("npm"); err != nil {
		lacking(t, "npm")
	}
	cmd := exec.Command("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("npm ci: %v\n%s", err, out)
	}
	return dir
}

// Every tool is used on an own picture with a credential that names no product, as ChatGPT has written it since April
// 2026. The table says what a person gets told of the result, under the download name and under another.
func TestWhatToolsLeaveIsWhatTheDocumentSays(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it runs other programs")
	}
	s, c := signing(t)
	o := c2patest.Options{Generator: unstatedGenerator, StampedAt: madeThen}
	originals := map[string][]byte{
		"png":  s.Sign(c2patest.PlainPNG(64, 64, 1), o),
		"jpg":  s.Sign(c2patest.PlainJPEG(64, 64, 1), o),
		"webp": s.WebP(o),
	}
	modules := sharp(t)
	var table strings.Builder
	table.WriteString("| tool | the credential | under the download name | renamed |\n|---|---|---|---|\n")
	for _, x := range tools {
		b := x.run(t, modules, originals[x.in])
		name := strings.TrimSuffix(downloadName, "png")
		own, err := c.Classify(aFile(name+x.out, b))
		if err != nil {
			t.Fatal(err)
		}
		renamed, err := c.Classify(aFile("harbour."+x.out, b))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&table, "| %s | %s | %s | %s |\n", x.what, left(renamed), level(own), level(renamed))
		if own.Confidence < Likely || own.Product != ChatGPT {
			t.Errorf("%s: %v, product %q, want at least likely, ChatGPT", x.what, own, own.Product)
		}
	}
	inPage(t, "tools", table.String())
}

func aFile(name string, b []byte) File {
	f, _ := fileOf(name, b)
	return f
}

// left returns what is left of the credential.
func left(v Verdict) string {
	switch d := detectors(v); {
	case v.Tagged():
		return "as signed, tag added"
	case strings.Contains(d, "c2pa.verified"):
		return "as signed"
	case strings.Contains(d, "c2pa.broken"):
		return "for other bytes"
	}
	return "gone"
}

func level(v Verdict) string {
	if v.Derived {
		return v.Confidence.String() + ", derived"
	}
	return v.Confidence.String()
}

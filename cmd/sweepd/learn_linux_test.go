package main

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/draw"
	"image/png"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sweepd/sweepd/fingerprint/c2pa/c2patest"
)

// BenchmarkLearn lets the program learn from an export of SWEEPD_BENCH_BYTES that it makes up: half of it are
// conversations, and half pictures of 1024 by 1536 pixels. peak-MB is the most memory that the process had.
func BenchmarkLearn(b *testing.B) {
	size := int64(64 << 20)
	if text := os.Getenv("SWEEPD_BENCH_BYTES"); text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			b.Fatal(err)
		}
		size = n
	}
	dir := b.TempDir()
	path := filepath.Join(dir, "export.zip")
	pictures := writeExport(b, path, size)
	b.SetBytes(size)
	var peak, cpu float64
	n := 0
	for b.Loop() {
		cmd := exec.Command("sweepd", "learn", path)
		cmd.Env = []string{"HOME=" + filepath.Join(dir, strconv.Itoa(n))}
		peak = max(peak, float64(peakOf(b, cmd, fmt.Sprintf("learnt %d images that ChatGPT made", pictures)))/1e6)
		cpu += (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()
		n++
	}
	b.ReportMetric(peak, "peak-MB")
	b.ReportMetric(cpu/float64(n), "cpu-s")
	b.ReportMetric(float64(pictures), "images")
}

// peakOf runs a command that must print want, without commas, and returns the most bytes of memory that it
// had, as seen 100 times a second.
func peakOf(b *testing.B, cmd *exec.Cmd, want string) (peak int64) {
	b.Helper()
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	for {
		status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", cmd.Process.Pid)) // empty after its end
		if _, rest, ok := strings.Cut(string(status), "VmHWM:"); ok {
			kilobytes, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			peak = kilobytes << 10
		}
		select {
		case err := <-done:
			if err != nil || !strings.Contains(strings.ReplaceAll(out.String(), ",", ""), want) || peak == 0 {
				b.Fatalf("%v, %d bytes of memory: %s", err, peak, out.String())
			}
			return peak
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// writeExport writes an export of about size bytes, and returns the number of its pictures.
func writeExport(b *testing.B, path string, size int64) (pictures int) {
	b.Helper()
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	z := zip.NewWriter(f)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, flate.BestSpeed)
	})
	entry := func(name string, method uint16) io.Writer {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: method})
		if err != nil {
			b.Fatal(err)
		}
		return w
	}
	var scenes [8][]byte
	total := int64(0)
	for i := range scenes {
		scenes[i] = grainy(b, uint64(i))
		total += int64(len(scenes[i]))
	}
	each := total / int64(len(scenes)) // bytes of a picture, and of its conversation
	pictures = max(1, int(size/2/each))
	perFile := max(1, int(32<<20/each))
	for first := 0; first < pictures; first += perFile {
		w := entry(fmt.Sprintf("conversations-%03d.json", first/perFile), zip.Deflate)
		io.WriteString(w, "[")
		for i := first; i < min(first+perFile, pictures); i++ {
			io.WriteString(w, strings.Repeat(",", min(1, i-first)))
			writeConversation(w, i, each)
		}
		io.WriteString(w, "]")
	}
	for i := range pictures {
		if _, err := entry(exportID(i)+".dat", zip.Store).Write(numbered(scenes[i%len(scenes)], i)); err != nil {
			b.Fatal(err)
		}
	}
	if err := z.Close(); err != nil { // any error of writing before, too
		b.Fatal(err)
	}
	return pictures
}

// grainy returns a PNG of 2 MB, with the grain that makes real ones large.
func grainy(b *testing.B, seed uint64) []byte {
	b.Helper()
	m := image.NewNRGBA(image.Rect(0, 0, 1024, 1536))
	draw.Draw(m, m.Bounds(), c2patest.Scene(seed, 1024, 1536), image.Point{}, draw.Src)
	random := rand.New(rand.NewPCG(2, seed))
	for i := range m.Pix {
		if i%4 < 3 {
			m.Pix[i] ^= byte(random.Uint32() & 7)
		}
	}
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&out, m); err != nil {
		b.Fatal(err)
	}
	return out.Bytes()
}

func exportID(i int) string { return fmt.Sprintf("file_00000000%024x", i) }

// writeConversation writes the conversation of a picture, with about size bytes of text: messages of 10 kB, and in one
// conversation of 50 a message of 4 MB.
func writeConversation(w io.Writer, i int, size int64) {
	random := rand.New(rand.NewPCG(1, uint64(i)))
	words := make([]byte, 64<<10)
	for n := range words {
		words[n] = "etaoin shrdlu    "[random.IntN(17)]
	}
	fmt.Fprintf(w, `{"id":"%036d","title":"A scene","create_time":1760000000,"mapping":{`, i)
	for n := range int(size / 10_000) {
		text := string(words[n%5*10_000:][:10_000])
		if n == 0 && i%50 == 0 {
			text = strings.Repeat(string(words), 64)
		}
		fmt.Fprintf(w, `"%d":{"message":{"author":{"role":"assistant"},`+
			`"content":{"content_type":"text","parts":["%s"]}}},`, n, text)
	}
	fmt.Fprintf(w, `"p":{"message":{"author":{"role":"tool"},"content":{"content_type":"multimodal_text","parts":[{
		"content_type":"image_asset_pointer","asset_pointer":"sediment://%s","metadata":{
		"dalle":{"gen_id":"g"}}}]}}}}}`,
		exportID(i))
}

// numbered returns the PNG with its number in a chunk after the header, so that each is a picture of its own.
func numbered(picture []byte, n int) []byte {
	const header = 8 + 25 // the signature and IHDR
	body := fmt.Appendf(nil, "tEXtComment\x00%010d", n)
	chunk := append(binary.BigEndian.AppendUint32(nil, uint32(len(body)-4)), body...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(body))
	return append(append(append([]byte{}, picture[:header]...), chunk...), picture[header:]...)
}

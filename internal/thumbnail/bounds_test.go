package thumbnail_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"image/jpeg"
	"io"
	"math/rand"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sweepd/sweepd/internal/thumbnail"
)

// segment returns a segment of a JPEG file.
func segment(marker byte, data ...byte) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(len(data)+2)), data...)
}

// frame returns the header of a progressive JPEG of 4096 x 4096 pixels with so many colours.
func frame(colours byte) []byte {
	data := []byte{8, 0x10, 0, 0x10, 0, colours}
	for i := range colours {
		data = append(data, i+1, 0x11, 0)
	}
	return segment(0xc2, data...)
}

// passes returns a progressive JPEG of so many colours with so many passes over 262,144 blocks, each of which says in
// 30 bytes that it changes none.
func passes(colours byte, n int) []byte {
	out := append([]byte{0xff, 0xd8}, frame(colours)...)
	huffman := append([]byte{0x10, 1}, make([]byte, 15)...)
	out = append(out, segment(0xc4, append(huffman, 0xe0)...)...) // 0 and 14 bits: so many blocks end here
	pass := segment(0xda, 1, 1, 0, 1, 63, 0)
	var bits [160]byte
	for i := range bits[:150] {
		bits[i] = byte(i % 15 % 2) // ten times 0 and 14 bits, which are 27,306 blocks
	}
	for i := 0; i < len(bits); i += 8 {
		b := byte(0)
		for _, bit := range bits[i : i+8] {
			b = b<<1 | bit
		}
		pass = append(pass, b)
	}
	return append(append(out, bytes.Repeat(pass, n)...), 0xff, 0xd9)
}

func TestAPictureThatTakesLongIsGivenUp(t *testing.T) {
	content := passes(1, 20_000)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	left := 0
	p := thumbnail.Picture{Size: int64(len(content)), Open: func() (io.ReadCloser, error) {
		r := bytes.NewReader(content)
		return closing{r, func() { left = r.Len() }}, nil
	}}
	_, err := thumbnail.NewMaker().Make(ctx, p)
	if !errors.Is(err, context.DeadlineExceeded) || left < len(content)/2 {
		t.Errorf("got %v with %d of %d bytes left", err, left, len(content))
	}
}

// A picture that took too long is told from one that cannot be shown: another time may do.
func TestAPictureHasItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		content := passes(1, 20)
		p := thumbnail.Picture{Size: int64(len(content)), Open: func() (io.ReadCloser, error) {
			from := bytes.NewReader(content)
			return io.NopCloser(readerFunc(func(p []byte) (int, error) {
				time.Sleep(time.Second)
				return from.Read(p[:min(len(p), 64)])
			})), nil
		}}
		_, err := thumbnail.NewMaker().Make(t.Context(), p)
		if !errors.Is(err, thumbnail.ErrNoPicture) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
}

// closing calls a function when it is closed.
type closing struct {
	io.Reader
	closed func()
}

func (c closing) Close() error { c.closed(); return nil }

func TestAPictureThatTakesTooMuchMemoryIsNotDecoded(t *testing.T) {
	webp := unbase64(t, lossy)
	binary.LittleEndian.PutUint32(webp[4:], 1<<24)
	binary.LittleEndian.PutUint32(webp[16:], 1<<24-100)
	for name, content := range map[string][]byte{
		"four colours":               passes(4, 1),
		"more bytes than it has":     webp,
		"more pixels than it states": claims(1<<13, 1<<12),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := small(content)
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; !errors.Is(err, thumbnail.ErrNoPicture) || used > 4<<20 {
			t.Errorf("%s: got %v after %d bytes", name, err, used)
		}
	}
}

func TestDecodersShareTheMemory(t *testing.T) {
	m, began, end := thumbnail.NewMaker(), make(chan bool), make(chan bool)
	opened := 0
	first := thumbnail.Picture{Size: 1000, Open: func() (io.ReadCloser, error) {
		if opened++; opened == 2 {
			began <- true
			<-end
			return nil, io.ErrUnexpectedEOF
		}
		return io.NopCloser(bytes.NewReader(passes(3, 1))), nil
	}}
	done := make(chan error)
	go func() { _, err := m.Make(t.Context(), first); done <- err }()
	<-began
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	var others int
	second := thumbnail.Picture{Size: 1000, Open: func() (io.ReadCloser, error) {
		others++
		return io.NopCloser(bytes.NewReader(passes(3, 1))), nil
	}}
	if _, err := m.Make(ctx, second); !errors.Is(err, context.DeadlineExceeded) || others != 1 {
		t.Errorf("got %v, opened %d times; want it to wait with its header read", err, others)
	}
	end <- true
	if err := <-done; !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error(err)
	}
}

func TestADecoderThatPanicsMakesNoThumbnail(t *testing.T) {
	p := thumbnail.Picture{Size: 100, Open: func() (io.ReadCloser, error) {
		return io.NopCloser(readerFunc(func([]byte) (int, error) { panic("index out of range") })), nil
	}}
	if _, err := thumbnail.NewMaker().Make(t.Context(), p); !errors.Is(err, thumbnail.ErrNoPicture) {
		t.Errorf("got %v, want ErrNoPicture", err)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// The error of a file that changes while it is read must not look like one of its content.
func TestTheErrorOfTheFileIsNotOneOfThePicture(t *testing.T) {
	broken := errors.New("the disk is broken")
	p := thumbnail.Picture{Size: 100, Open: func() (io.ReadCloser, error) {
		whole := encoded(t, 64, 64, asPNG)
		return io.NopCloser(io.MultiReader(bytes.NewReader(whole[:len(whole)/2]),
			readerFunc(func([]byte) (int, error) { return 0, broken }))), nil
	}}
	if _, err := thumbnail.NewMaker().Make(t.Context(), p); !errors.Is(err, broken) ||
		errors.Is(err, thumbnail.ErrNoPicture) {
		t.Errorf("got %v, want the error of the disk alone", err)
	}
}

func TestAThumbnailIsBoundedWhateverItShows(t *testing.T) {
	noise := image.NewRGBA(image.Rect(0, 0, 256, 256))
	r := rand.New(rand.NewSource(1))
	for i := range noise.Pix {
		noise.Pix[i] = byte(r.Int()) | byte(i%4/3*255)
	}
	thumb, err := small(encoded(t, 0, 0, func(out *bytes.Buffer, _ image.Image) error { return asPNG(out, noise) }))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := jpeg.Decode(bytes.NewReader(thumb)); err != nil || len(thumb) > thumbnail.MaxSize {
		t.Errorf("got %d bytes, %v; want at most %d", len(thumb), err, thumbnail.MaxSize)
	}
}

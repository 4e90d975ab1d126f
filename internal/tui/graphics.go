package tui

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/png"
	"strings"

	"github.com/charmbracelet/x/ansi/sixel"
	"golang.org/x/image/draw"
)

// protocol is a way to show a picture on a terminal. probe finds out which one a terminal has; "" shows the list
// without pictures.
type protocol string

// The protocols, in the order of preference.
const (
	noPictures protocol = ""
	kitty      protocol = "kitty" // https://sw.kovidgoyal.net/kitty/graphics-protocol/
	iterm      protocol = "iterm" // https://iterm2.com/documentation-images.html
	sixels     protocol = "sixel" // https://vt100.net/docs/vt3xx-gp/chapter14.html
)

// cell is the size of a cell in pixels.
type cell struct{ width, height int }

// usual is the size of a cell of a terminal that does not report it.
func usual() cell { return cell{8, 16} }

// fit returns the part of the area, in cells, that a picture of that size takes when it is as large as possible, but at
// most twice its size. The proportions stay, up to the rounding to whole cells. The result is empty if either is.
func (c cell) fit(size image.Point, in area) area {
	if size.X <= 0 || size.Y <= 0 || in.width <= 0 || in.height <= 0 {
		return area{in.x, in.y, 0, 0}
	}
	scale := min(float64(in.width*c.width)/float64(size.X), float64(in.height*c.height)/float64(size.Y), 2)
	in.width = max(int(float64(size.X)*scale)/c.width, 1)
	in.height = max(int(float64(size.Y)*scale)/c.height, 1)
	return in
}

// show returns the sequence that shows a picture in the area, with the cursor where it was before. It saves and
// restores the cursor (DECSC, DECRC), since tcell believes it to be where it has put it.
func (p protocol) show(img image.Image, c cell, in area) (string, error) {
	at := c.fit(img.Bounds().Size(), in)
	if at.width == 0 {
		return "", nil
	}
	var out string
	var err error
	switch p {
	case kitty:
		out, err = kittyImage(img, at)
	case iterm:
		out, err = itermImage(img, at)
	case sixels:
		out, err = sixelImage(img, c, at)
	}
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("\x1b7\x1b[%d;%dH%s\x1b8", at.y+1, at.x+1, out), nil
}

// erase returns the sequence that removes what was shown in the area. A terminal without kitty's protocol removes a
// picture with the cells that it is in.
func (p protocol) erase(in area) string {
	if p == kitty {
		return "\x1b_Ga=d,d=A,q=2\x1b\\"
	}
	var b strings.Builder
	b.WriteString("\x1b7")
	for y := range in.height {
		fmt.Fprintf(&b, "\x1b[%d;%dH\x1b[%dX", in.y+y+1, in.x+1, in.width)
	}
	b.WriteString("\x1b8")
	return b.String()
}

// kittyImage returns the picture as a PNG in chunks: q=2 asks for no answer, and C=1 leaves the cursor. A chunk has at
// most 4096 bytes of base64, as the protocol demands; m=1 announces another one.
func kittyImage(img image.Image, at area) (string, error) {
	var content bytes.Buffer
	if err := png.Encode(&content, img); err != nil {
		return "", err
	}
	const chunk = 4096
	rest := base64.StdEncoding.EncodeToString(content.Bytes())
	keys := fmt.Sprintf("a=T,f=100,q=2,C=1,c=%d,r=%d,", at.width, at.height)
	var b strings.Builder
	for more := 1; more == 1; keys = "" {
		part := rest[:min(chunk, len(rest))]
		if rest = rest[len(part):]; rest == "" {
			more = 0
		}
		fmt.Fprintf(&b, "\x1b_G%sm=%d;%s\x1b\\", keys, more, part)
	}
	return b.String(), nil
}

// itermImage returns the picture as an inline file. Width and height are in cells.
func itermImage(img image.Image, at area) (string, error) {
	var content bytes.Buffer
	if err := png.Encode(&content, img); err != nil {
		return "", err
	}
	return fmt.Sprintf("\x1b]1337;File=inline=1;size=%d;width=%d;height=%d;preserveAspectRatio=1:%s\a", content.Len(),
		at.width, at.height, base64.StdEncoding.EncodeToString(content.Bytes())), nil
}

// sixelImage returns the picture in the size of the area. Sixels are pixels of the terminal, so the picture is scaled
// here. P2=1 leaves pixels that are not set as they are.
func sixelImage(img image.Image, c cell, at area) (string, error) {
	scaled := image.NewRGBA(image.Rect(0, 0, at.width*c.width, at.height*c.height))
	draw.ApproxBiLinear.Scale(scaled, scaled.Bounds(), img, img.Bounds(), draw.Src, nil)
	var content bytes.Buffer
	if err := new(sixel.Encoder).Encode(&content, scaled); err != nil {
		return "", err
	}
	return "\x1bP0;1q" + content.String() + "\x1b\\", nil
}

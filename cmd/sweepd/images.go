package main

import (
	"context"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/sweeper"
)

// jsonImage is one picture with its places. SHA256 and ContentHash (Dropbox's) are null if no file of the picture has
// one; Places has the files as scan --json does.
type jsonImage struct {
	Type        string                 `json:"type"` // "image"
	Size        int64                  `json:"size"`
	SHA256      *string                `json:"sha256"`
	ContentHash *string                `json:"content_hash"`
	Confidence  fingerprint.Confidence `json:"confidence"` // the surest
	Places      []jsonFile             `json:"places"`
}

// imageLine returns the line of a picture for --json. img has at least one place; its confidence is that of the
// first, which is the surest.
func imageLine(img sweeper.Image) jsonImage {
	first := img.Places[0]
	line := jsonImage{
		Type: "image", Size: first.Entry.Size, Confidence: first.Verdict.Confidence,
		SHA256: sumText(img.Hashes.SHA256), ContentHash: sumText(img.Hashes.ContentHash),
	}
	for _, f := range img.Places {
		line.Places = append(line.Places, fileLine(f))
	}
	return line
}

// sumText returns a hash in hexadecimal, nil if it is not known. All zeroes mean not known, as everywhere in
// providers.Hashes.
func sumText(sum [32]byte) *string {
	if sum == (providers.Hashes{}.SHA256) {
		return nil
	}
	text := hex.EncodeToString(sum[:])
	return &text
}

// showImages scans as show does, and prints each picture once. It returns the files and the numbers of pictures. Files
// are compared by the hashes that the record and the services have; a local file without one is hashed, and nothing is
// downloaded. The order of the places is that of Sweeper.Images, the surest first. With --sort a picture is where its
// first place would be.
func (p *program) showImages(
	ctx context.Context, o scanOptions, a *app.App, scan func(sweeper.ScanOptions) (*sweeper.Summary, error),
) (found []sweeper.Found, by *jsonByImage, sum *sweeper.Summary, err error) {
	sum, err = scan(p.looking(o.listing, o.only(func(f sweeper.Found) { found = append(found, f) })))
	var images []sweeper.Image
	if err == nil {
		images, err = a.Sweeper.Images(ctx, found)
	}
	p.term.settle()
	if err != nil {
		return nil, nil, sum, err
	}
	if o.order.word != "" {
		slices.SortStableFunc(images, func(x, y sweeper.Image) int { return o.compare(x.Places[0], y.Places[0]) })
	}
	if len(images) > 0 && !o.json {
		p.heading("places and reason")
	}
	for _, img := range images {
		if o.json {
			p.json(imageLine(img))
		} else {
			p.image(img)
		}
	}
	return found, &jsonByImage{len(images), places(images)}, sum, nil
}

// image prints a line for each place of a picture, and the reason once. The later lines have the action and the name
// only, because size, age and verdict are those of the bytes, which are the same.
func (p *program) image(img sweeper.Image) {
	for i, f := range img.Places {
		if i == 0 {
			p.file(f)
			continue
		}
		p.term.printf("%s%s  %s\n", strings.Repeat(" ", 28), p.action(f.Decision.Action),
			p.listed(f.Storage, f.Entry.Path, 36))
	}
	p.why(img.Places[0])
}

// places returns the number of files that have the pictures: at least one for each picture.
func places(images []sweeper.Image) (n int) {
	for _, img := range images {
		n += len(img.Places)
	}
	return n
}

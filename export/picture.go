package export

import (
	"crypto/md5"
	"crypto/sha1"
	"errors"
	"hash/crc32"
	"io"
	"path"
	"strings"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/fingerprint/perceptual"
	"github.com/sweepd/sweepd/internal/thumbnail"
	"github.com/sweepd/sweepd/providers"
)

// pictures reads all pictures.
func (x *reader) pictures(members []member) {
	for _, m := range members {
		if x.ctx.Err() != nil || !candidate(m.path) {
			continue
		}
		if len(x.report.Images) >= x.limits.Images {
			x.problem(m.path, ErrTooMany)
			return
		}
		x.visit(m, x.limits.Image, func(r io.Reader) error { return x.picture(m, r) })
	}
}

// candidate reports whether the file at that path can be a picture. The extension alone does not show it, because all
// files of 2026 are .dat.
func candidate(at string) bool {
	switch strings.ToLower(path.Ext(at)) {
	case ".json", ".html", ".zip":
		return false
	}
	return true
}

// picture reads m if it is a picture.
func (x *reader) picture(m member, r io.Reader) error {
	n, err := io.ReadFull(r, x.head[:])
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	head := x.head[:n]
	media := fingerprint.MediaType(head)
	if media == "" {
		return nil
	}
	if m.size > x.limits.Image {
		return ErrTooLarge
	}
	i := x.image(m, media)
	pixels := fingerprint.NewPixelHasher()
	pixels.Write(head)
	if i.Size, i.Sums, err = x.sum(head, io.TeeReader(r, pixels)); err != nil {
		return err
	}
	i.Pixels, _ = pixels.Sum()
	if x.o.Looks && i.Origin != Unknown {
		x.look(m, &i)
	}
	x.report.Images = append(x.report.Images, i)
	return nil
}

// look adds what the picture m looks like. One that cannot be decoded has no look, which is no problem: it is known by
// its bytes.
func (x *reader) look(m member, i *Image) {
	gray, size, err := x.decoder.Gray(x.ctx, thumbnail.Picture{Size: i.Size, Open: m.open})
	switch {
	case err == nil:
		i.Look, i.Width, i.Height = perceptual.Of(perceptual.Gray(gray)), size.X, size.Y
		i.Look.Ratio = float64(size.X) / float64(size.Y)
	case errors.Is(err, thumbnail.ErrNoPicture) && !thumbnail.IsFinal(err):
		x.report.Unlooked++
	}
}

// image returns the picture m with what was claimed about it.
func (x *reader) image(m member, media string) Image {
	i := Image{Path: m.path, ID: idIn(path.Base(m.path)), MediaType: media}
	c := x.claims[i.ID]
	if c == nil {
		return i
	}
	c.present = true
	i.Origin, i.Created = c.origin(), c.created
	if c.conversation != nil {
		i.Conversation = *c.conversation
	}
	return i
}

// sum returns the size and the hashes of head and the rest together.
func (x *reader) sum(head []byte, rest io.Reader) (size int64, s Sums, err error) {
	hashes, sha, md, crc := providers.NewHasher(), sha1.New(), md5.New(), crc32.NewIEEE()
	w := io.MultiWriter(hashes, sha, md, crc)
	if _, err := w.Write(head); err != nil {
		return 0, s, err
	}
	n, err := io.CopyBuffer(w, rest, x.buffer[:])
	s.Hashes = hashes.Sum()
	sha.Sum(s.SHA1[:0])
	md.Sum(s.MD5[:0])
	s.CRC32 = crc.Sum32()
	return int64(len(head)) + n, s, err
}

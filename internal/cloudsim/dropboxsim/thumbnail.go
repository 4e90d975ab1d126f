package dropboxsim

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image/jpeg"
	"image/png"
	"path"
	"slices"
	"strings"

	"github.com/sweepd/sweepd/internal/cloudsim/content"
)

// The maximum size of a picture in bytes, and the maximum number in a batch:
// https://www.dropbox.com/developers/documentation/http/documentation#files-get_thumbnail_batch
const (
	maxPicture = 20 << 20
	maxBatch   = 25
)

// thumbnailArg holds the size and the form; for get_thumbnail_v2 the path is in a separate union.
type thumbnailArg struct {
	Path         string `json:"path"`
	Format       tag    `json:"format"`
	Size         tag    `json:"size"`
	Mode         tag    `json:"mode"`
	Quality      tag    `json:"quality"`
	NoMedia      bool   `json:"exclude_media_info"`
	Transparency bool   `json:"preserve_transparency"`
}

// fill sets the defaults and returns the size; it returns an error for an unknown tag.
func (in *thumbnailArg) fill() (width, height int, err error) {
	for _, f := range []struct {
		t            *tag
		name, values string // the first is the default
	}{
		{&in.Format, "format", "jpeg png webp"},
		{&in.Size, "size", "w64h64 w32h32 w128h128 w256h256 w480h320 w640h480 w960h640 w1024h768 w2048h1536"},
		{&in.Mode, "mode", "strict bestfit fitone_bestfit original"},
		{&in.Quality, "quality", "quality_80 quality_90"},
	} {
		values := strings.Fields(f.values)
		if *f.t == "" {
			*f.t = tag(values[0])
		}
		if !slices.Contains(values, string(*f.t)) {
			return 0, 0, badInput("%s: unknown tag %q", f.name, *f.t)
		}
	}
	_, err = fmt.Sscanf(string(in.Size), "w%dh%d", &width, &height)
	return width, height, err
}

// thumbnail returns the metadata and the content of a picture; err is a ThumbnailError. The caller holds the lock.
func (c *call) thumbnail(in thumbnailArg) (*fileMeta, *content.Content, error) {
	p, ver, err := c.readPath(in.Path)
	ext := strings.ToLower(strings.TrimPrefix(path.Ext(p.display), "."))
	switch {
	case err != nil:
		return nil, nil, err
	case p.node.folder:
		return nil, nil, "path/" + notFile
	case !slices.Contains(strings.Fields("jpg jpeg png tiff tif gif webp ppm bmp"), ext):
		return nil, nil, union("unsupported_extension")
	case ver.content.Size() > maxPicture:
		return nil, nil, union("unsupported_image")
	}
	v := view{d: c.d, a: c.a, media: !in.NoMedia}
	return v.file(p.t, p.lower, p.display, p.node, ver), ver.content, nil
}

// encode returns the bytes of a thumbnail of at most width by height pixels. It supports only the pictures that
// the standard library decodes: no TIFF, WebP, PPM or BMP. It never writes WebP. Both are conversion_error.
func encode(from *content.Content, in thumbnailArg, width, height int) ([]byte, error) {
	img, err := from.Picture(width, height)
	if err != nil {
		return nil, union("conversion_error")
	}
	var out bytes.Buffer
	switch in.Format {
	case "png":
		err = png.Encode(&out, img)
	case "jpeg":
		err = jpeg.Encode(&out, img, nil)
	default:
		return nil, union("conversion_error")
	}
	return out.Bytes(), err
}

// getThumbnail serves files/get_thumbnail_v2: the metadata in the header Dropbox-API-Result, the picture in the
// body.
func getThumbnail(c *call) (any, error) {
	var in struct {
		Resource json.RawMessage `json:"resource"`
		thumbnailArg
	}
	if err := c.args(&in); err != nil {
		return nil, err
	}
	var resource struct {
		Tag  string `json:".tag"`
		Path string `json:"path"`
	}
	if json.Unmarshal(in.Resource, &resource) != nil || resource.Tag != "path" || in.Path != "" {
		return nil, badInput("resource: only a path is part of this rehearsal")
	}
	in.Path = resource.Path
	width, height, err := in.fill()
	if err != nil {
		return nil, err
	}
	c.d.mu.Lock()
	meta, from, err := c.thumbnail(in.thumbnailArg)
	c.d.mu.Unlock()
	if err != nil {
		return nil, err
	}
	out, err := encode(from, in.thumbnailArg, width, height)
	if err != nil {
		return nil, err
	}
	c.sent = true
	c.w.Header().Set("Dropbox-API-Result", asciiJSON(map[string]any{"file_metadata": meta}))
	sendContent(c.w, c.r, content.Bytes(out))
	return nil, nil
}

// thumbnailBatch serves files/get_thumbnail_batch: each separately, in order, with the picture as base64 in the
// JSON. A picture that cannot be made is a failure in its place; an argument of a wrong form refuses the whole
// batch.
func thumbnailBatch(c *call) (any, error) {
	var in struct {
		Entries []thumbnailArg `json:"entries"`
	}
	if err := c.args(&in); err != nil {
		return nil, err
	}
	if len(in.Entries) > maxBatch {
		return nil, union("too_many_files")
	}
	entries := []any{}
	for _, e := range in.Entries {
		out, err := c.oneThumbnail(e)
		u, known := err.(union)
		switch {
		case err == nil:
			entries = append(entries, out)
		case known:
			entries = append(entries, map[string]any{".tag": "failure", "failure": nested(string(u), nil)})
		default:
			return nil, err
		}
	}
	return map[string]any{"entries": entries}, nil
}

// oneThumbnail returns the entry of one picture. An error that is a union concerns this picture only. It takes
// the lock, but not while it decodes.
func (c *call) oneThumbnail(in thumbnailArg) (any, error) {
	width, height, err := in.fill()
	if err != nil {
		return nil, err
	}
	c.d.mu.Lock()
	meta, from, err := c.thumbnail(in)
	c.d.mu.Unlock()
	if err != nil {
		return nil, err
	}
	out, err := encode(from, in, width, height)
	if err != nil {
		return nil, err
	}
	return map[string]any{".tag": "success", "metadata": meta, "thumbnail": base64.StdEncoding.EncodeToString(out)}, nil
}

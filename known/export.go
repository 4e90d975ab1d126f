package known

import (
	"errors"

	"github.com/sweepd/sweepd/export"
	"github.com/sweepd/sweepd/fingerprint"
)

// FromExport returns the pictures of an export that may be known, with the source that they are from. Only the uploads
// may be known of an export that is not complete: what shows that a picture is an upload may be in the missing part.
func FromExport(path string, r *export.Report) (Source, []Picture) {
	from := Source{Kind: Export, Path: path, Complete: r.Complete(), Absent: r.Absent}
	for _, p := range r.Problems {
		from.Problems = append(from.Problems, p.Error())
	}
	var pictures []Picture
	for _, i := range r.Images {
		p := Picture{
			Size: i.Size, Hashes: i.Hashes, SHA1: i.SHA1, MD5: i.MD5, CRC32: i.CRC32, Pixels: i.Pixels,
			MediaType: i.MediaType, Conversation: i.Conversation.ID, Title: i.Conversation.Title, Made: i.Created,
		}
		if i.Width > 0 {
			p.Quality, p.Width, p.Height = i.Look.Quality, i.Width, i.Height
			b, _ := i.Look.Hash.AppendBinary(nil) // never fails
			copy(p.Perceptual[:], b)
		}
		switch {
		case i.Origin == export.Uploaded:
			p.Origin = Uploaded
			from.Uploaded++
		case i.Origin == export.Generated && from.Complete:
			p.Origin, p.Product = Generated, fingerprint.ChatGPT
			from.Generated++
		default:
			continue
		}
		pictures = append(pictures, p)
	}
	return from, pictures
}

// NoExport reports whether the report is of something other than an export, from which nothing may be learnt.
func NoExport(r *export.Report) bool {
	for _, i := range r.Images {
		if i.Origin == export.Uploaded {
			return false
		}
	}
	for _, p := range r.Problems {
		if p.Path == "" && (errors.Is(p, export.ErrNotZip) || errors.Is(p, export.ErrNoConversations)) {
			return true
		}
	}
	return false
}

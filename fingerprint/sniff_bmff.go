package fingerprint

import (
	"encoding/binary"
	"iter"
)

// heifBrands maps the still-image brands of ISO 14496-12 files to media types (ISO 23008-12 and the AVIF
// specification).
var heifBrands = map[string]string{
	"avif": "image/avif", "avis": "image/avif",
	"heic": "image/heic", "heix": "image/heic", "heim": "image/heic", "heis": "image/heic", "hevc": "image/heic",
	"hevx": "image/heic",
	"mif1": "image/heif", "mif2": "image/heif", "mif3": "image/heif", "msf1": "image/heif", "j2ki": "image/heif",
}

// videoBrands maps the brands of videos to media types (https://mp4ra.org/registered-types/brands).
var videoBrands = map[string]string{
	"isom": "video/mp4", "iso2": "video/mp4", "iso3": "video/mp4", "iso4": "video/mp4", "iso5": "video/mp4",
	"iso6": "video/mp4", "iso7": "video/mp4", "iso8": "video/mp4", "iso9": "video/mp4", "mp41": "video/mp4",
	"mp42": "video/mp4", "avc1": "video/mp4", "M4V ": "video/mp4", "dash": "video/mp4", "qt  ": "video/quicktime",
}

// provenance is the user type of the box with a Content Credential (C2PA 2.2, A.5.1).
const provenance = "\xd8\xfe\xc3\xd6\x1b\x0e\x48\x3c\x92\x97\x58\x28\x87\x7e\xc4\x81"

// sniffBMFF walks the boxes that begin in the first read, up to the pixels. Writers put the credential directly behind
// the file's type. One that begins later is not seen, so that a photo with much metadata costs no second read.
func sniffBMFF(w *window) header {
	first := w.at(0, firstRead)
	h := brandOf(first)
	if h.mediaType == "" && h.video == "" {
		return h
	}
	behind := int64(-1) // the end of the credential, if the box with the picture's size may be there
	for off := int64(0); off+8 <= int64(len(first)); {
		b := first[off:]
		n := int64(binary.BigEndian.Uint32(b))
		switch {
		case n == 1 && len(b) >= 16:
			n = int64(binary.BigEndian.Uint64(b[8:]) & (1<<62 - 1))
		case n == 0: // up to the end of the file
			n = w.size - off
		}
		if n < 8 {
			break
		}
		h.cut = n > w.size-off
		switch string(b[4:8]) {
		case "mdat":
			return h
		case "meta":
			if h.mediaType != "" {
				h.width, h.height = pictureSize(b[8:min(n, int64(len(b)))])
			}
		case "uuid":
			if len(b) < 24 || string(b[8:24]) != provenance {
				break
			}
			h.credential = true
			w.expect(off, n+headerBehind)
			if n+headerBehind+firstRead <= headerBytes {
				behind = off + n
			}
		}
		off += n
	}
	if h.mediaType != "" && behind >= int64(len(first)) {
		if b := w.at(behind, firstRead); len(b) > 8 && string(b[4:8]) == "meta" {
			h.width, h.height = pictureSize(b[8:])
		}
	}
	return h
}

// brandOf returns a header with the type by the major brand. If that is a general one of pictures, the compatible
// brands decide.
func brandOf(b []byte) header {
	// The brands end with the box, or with the bytes that were read.
	end := min(uint64(binary.BigEndian.Uint32(b)), uint64(len(b)))
	h := header{mediaType: heifBrands[string(b[8:12])], video: videoBrands[string(b[8:12])]}
	for i := uint64(16); i+4 <= end && h.mediaType == "image/heif"; i += 4 {
		if t := heifBrands[string(b[i:i+4])]; t != "" {
			h.mediaType = t
		}
	}
	return h
}

// boxesIn returns the kinds and contents of the boxes in b, the last one perhaps only in part.
func boxesIn(b []byte) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		for len(b) >= 8 {
			n := int(min(uint64(binary.BigEndian.Uint32(b)), uint64(len(b))))
			if n < 8 || !yield(string(b[4:8]), b[8:n]) {
				return
			}
			b = b[n:]
		}
	}
}

// pictureSize returns the dimensions in pixels of the primary picture, before it is rotated, from the content of a meta
// box (ISO 23008-12, 6.5.3 and 9.3.1). They are 0 if b, which may end early, does not state them.
func pictureSize(b []byte) (width, height int) {
	var primary, properties, links []byte
	for kind, content := range boxesIn(b[min(4, len(b)):]) {
		switch kind {
		case "pitm":
			primary = content
		case "iprp":
			for kind, content := range boxesIn(content) {
				switch kind {
				case "ipco":
					properties = content
				case "ipma":
					links = content
				}
			}
		}
	}
	for number := range propertiesOf(primary, links) {
		for kind, p := range boxesIn(properties) {
			if number--; number > 0 {
				continue
			}
			if kind != "ispe" || len(p) < 12 {
				break
			}
			const most = 0x7FFFFFFF
			return int(binary.BigEndian.Uint32(p[4:]) & most), int(binary.BigEndian.Uint32(p[8:]) & most)
		}
	}
	return 0, 0
}

// propertiesOf returns the numbers, from 1 on, of the properties that links (ipma) gives to the primary item (pitm). At
// most 16 are returned, because each is looked for among all properties.
func propertiesOf(primary, links []byte) iter.Seq[int] {
	return func(yield func(int) bool) {
		if len(primary) < 6 || len(links) < 8 {
			return
		}
		item := uint32(binary.BigEndian.Uint16(primary[4:]))
		if primary[0] > 0 && len(primary) >= 8 {
			item = binary.BigEndian.Uint32(primary[4:])
		}
		left, wide := 16, links[0] > 0
		head, digits := 3, 1+int(links[3]&1) // bytes of an item's id and its count, and of a number
		if wide {
			head = 5
		}
		for b := links[8:]; len(b) >= head; {
			id := uint32(binary.BigEndian.Uint16(b))
			if b = b[2:]; wide {
				id, b = id<<16|uint32(binary.BigEndian.Uint16(b)), b[2:]
			}
			n := int(b[0])
			b = b[1:]
			for ; n > 0 && len(b) >= digits; n-- {
				number := int(b[0] & 0x7F) // the highest bit says whether a reader must know the property
				if digits == 2 {
					number = number<<8 | int(b[1])
				}
				b = b[digits:]
				if id != item || number == 0 {
					continue
				}
				if left--; left < 0 || !yield(number) {
					return
				}
			}
		}
	}
}

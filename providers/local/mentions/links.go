package mentions

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path"
	"strings"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// The bounds on what an office document takes, in bytes.
const (
	maxUnpacked  = 256 << 20 // of all its parts that are read
	maxDirectory = 16 << 20  // of the zip's directory
	maxToken     = 8 << 20   // of one element, comment or text
	maxLinks     = 16 << 20  // of all its links
)

// Links returns the links to the outside of an office document, a zip archive of size bytes, one on each line:
// external relationships of Office Open XML (ECMA-376-2, TargetMode="External"), the xlink:href of OpenDocument, and
// whatever else there names no part of the package. It omits pictures in the document, which the document contains
// and does not name.
//
// An archive that is no office document has no links. An error means that the document may have more: it is damaged,
// encrypted or too large, or the source returned an error.
func Links(name []byte, r io.ReaderAt, size int64) (io.Reader, error) {
	x := &linkReader{source: source{r: r, left: maxDirectory}, left: maxUnpacked, parts: map[string]bool{}}
	archive, err := zip.NewReader(&x.source, size)
	switch {
	case x.source.err != nil:
		return nil, x.source.err
	case err != nil && (isOffice(name) || beginsLikeOffice(r)):
		return nil, fmt.Errorf("its directory: %w", err)
	case err != nil:
		return &x.found, nil
	}
	x.source.unlimited = true
	for _, f := range archive.File {
		x.parts[partName(f)] = true
	}
	for _, f := range archive.File {
		if err := x.part(f); err != nil {
			return nil, err
		}
	}
	return &x.found, nil
}

// officeExtensions are those of documents that are zip archives.
var officeExtensions = map[string]bool{
	"docx": true, "docm": true, "dotx": true, "dotm": true,
	"xlsx": true, "xlsm": true, "xltx": true, "xltm": true, "xlsb": true,
	"pptx": true, "pptm": true, "potx": true, "potm": true, "ppsx": true, "ppsm": true, "vsdx": true, "vsdm": true,
	"odt": true, "ott": true, "odm": true, "ods": true, "ots": true, "odp": true, "otp": true, "odg": true,
	"otg": true, "odf": true, "odc": true, "odb": true, "odi": true, "sxw": true, "sxc": true, "sxi": true, "sxd": true,
}

// isOffice reports whether a file of that name is an office document.
func isOffice(name []byte) bool {
	ext, ok := lowerExtension(name)
	return ok && officeExtensions[string(bytes.TrimRight(ext[:], "\x00"))]
}

// beginsLikeOffice reports whether the first part of an archive is one that office documents begin with, so that a
// damaged one is known by any name.
func beginsLikeOffice(r io.ReaderAt) bool {
	const nameAt = 30 // in a local file header: APPNOTE.TXT, 4.3.7
	head := make([]byte, 128)
	n, _ := r.ReadAt(head, 0)
	for _, first := range []string{"[Content_Types].xml", "_rels/.rels", "mimetypeapplication/vnd."} {
		if n > nameAt && bytes.HasPrefix(head[nameAt:n], []byte(first)) {
			return true
		}
	}
	return false
}

// partName returns the name of a part, in which a few writers have backslashes.
func partName(f *zip.File) string { return strings.ReplaceAll(f.Name, `\`, "/") }

// linkReader reads the links of one document.
type linkReader struct {
	source source
	left   uint64          // bytes that may still be unpacked
	parts  map[string]bool // the names of all parts
	found  bytes.Buffer
}

// part reads the links of a part, if it is one that has links to pictures.
func (x *linkReader) part(f *zip.File) error {
	name := partName(f)
	var link func(name string, e xml.StartElement) string
	switch base := strings.ToLower(path.Base(name)); {
	case strings.HasSuffix(base, ".rels"):
		link = x.relationship
	case base == "content.xml", base == "styles.xml":
		link = x.href
	default:
		return nil
	}
	if f.Flags&1 != 0 { // APPNOTE.TXT, 4.4.4
		return fmt.Errorf("%s is encrypted", name)
	}
	if f.UncompressedSize64 > x.left {
		return fmt.Errorf("its text has more than %d MiB", maxUnpacked>>20)
	}
	part, err := f.Open()
	if err == nil {
		err = x.links(part, func(e xml.StartElement) string { return link(name, e) })
		err = errors.Join(err, part.Close())
	}
	switch {
	case x.source.err != nil:
		return x.source.err
	case err != nil: // also of an OpenDocument under a password, whose parts are no XML
		return fmt.Errorf("%s is damaged or encrypted: %w", name, err)
	}
	return nil
}

// links adds the results of link for all elements of a part.
func (x *linkReader) links(part io.Reader, link func(xml.StartElement) string) error {
	in := &allowance{r: part, all: &x.left}
	d := xml.NewDecoder(transform.NewReader(in, unicode.BOMOverride(transform.Nop)))
	d.Strict = false
	d.CharsetReader = charset
	for {
		in.left = maxToken
		token, err := d.RawToken()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if to := link(e); to != "" {
			x.found.WriteString(to)
			x.found.WriteByte('\n')
		}
		if x.found.Len() > maxLinks {
			return fmt.Errorf("its links have more than %d MiB", maxLinks>>20)
		}
	}
}

// charset decodes the encodings that XML in an office document can have besides UTF-8.
func charset(label string, r io.Reader) (io.Reader, error) {
	switch strings.ToLower(label) {
	case "utf-16", "utf-16le", "utf-16be":
		return r, nil // decoded by its byte order mark
	case "iso-8859-1", "windows-1252", "us-ascii":
		return charmap.Windows1252.NewDecoder().Reader(r), nil
	}
	return nil, fmt.Errorf("the encoding %q is not known", label)
}

// relationship returns the target of a relationship to the outside, of the part of that name; "" if e is none.
func (x *linkReader) relationship(name string, e xml.StartElement) string {
	if e.Name.Local != "Relationship" {
		return ""
	}
	to := attribute(e, "Target")
	// Relative to the part that the relationships are of: word/_rels/document.xml.rels is in word/.
	if strings.EqualFold(attribute(e, "TargetMode"), "External") || x.leadsOut(path.Dir(path.Dir(name)), to) {
		return to
	}
	return ""
}

// href returns a link of OpenDocument that leads out of the package; "" if e has none. The package counts as a folder,
// so that "../" is the document's own folder (OpenDocument 1.3, part 2, 3.7). The picture of a form's control is in an
// attribute of its own (part 3, 19.250).
func (x *linkReader) href(name string, e xml.StartElement) string {
	for _, local := range []string{"href", "image-data"} {
		if to := attribute(e, local); x.leadsOut(path.Dir(name), to) {
			return to
		}
	}
	return ""
}

// leadsOut reports whether a link in a part in the folder is no fragment and names no part of the package.
func (x *linkReader) leadsOut(folder, to string) bool {
	to, _, _ = strings.Cut(to, "#")
	if to == "" {
		return false
	}
	if strings.HasPrefix(to, "../") {
		return true
	}
	plain, err := url.PathUnescape(to)
	if err != nil {
		plain = to
	}
	for _, at := range []string{to, plain} {
		if x.parts[path.Join(folder, at)] || x.parts[strings.TrimPrefix(path.Clean(at), "/")] {
			return false
		}
	}
	return true
}

// attribute returns the value of the attribute with that local name, in whichever namespace; "" if there is none.
func attribute(e xml.StartElement, local string) string {
	for _, a := range e.Attr {
		if a.Name.Local == local {
			return a.Value
		}
	}
	return ""
}

// allowance reads at most left bytes, until more is allowed, and no more than all.
type allowance struct {
	r    io.Reader
	left int
	all  *uint64
}

func (a *allowance) Read(p []byte) (int, error) {
	if a.left <= 0 {
		return 0, fmt.Errorf("an element has more than %d MiB", maxToken>>20)
	}
	n, err := a.r.Read(p[:min(len(p), a.left)])
	if uint64(n) > *a.all {
		return 0, fmt.Errorf("its text has more than %d MiB", maxUnpacked>>20)
	}
	a.left, *a.all = a.left-n, *a.all-uint64(n)
	return n, err
}

// source reads at most left bytes until it is unlimited. It keeps the first error, because the zip reader replaces it
// by errors of its own.
type source struct {
	r         io.ReaderAt
	left      int64
	unlimited bool
	err       error
}

func (s *source) ReadAt(p []byte, off int64) (int, error) {
	n, err := s.r.ReadAt(p, off)
	if err != nil && err != io.EOF && s.err == nil {
		s.err = err
	}
	if s.left -= int64(n); s.left < 0 && !s.unlimited {
		return 0, fmt.Errorf("it has more than %d MiB", maxDirectory>>20)
	}
	return n, err
}

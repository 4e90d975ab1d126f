package mentions

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

// maxLinks is how many bytes of an office document are unpacked at most.
const maxLinks = 256 << 20

// Links returns the links to the outside of an office document, a zip archive of size bytes, one on each line:
// external relationships of Office Open XML (ECMA-376-2, TargetMode="External") and the xlink:href of OpenDocument
// that lead out of the package. It omits pictures in the document, which the document contains and does not name. A
// file that is no such archive, or a part that is not well-formed, has no links that its own program could find. The
// error is that of the source, or that the document is too large.
func Links(r io.ReaderAt, size int64) (io.Reader, error) {
	source := &noting{r: r}
	archive, err := zip.NewReader(source, size)
	if err != nil {
		return &bytes.Buffer{}, source.err
	}
	var links bytes.Buffer
	left := uint64(maxLinks)
	for _, f := range archive.File {
		var link func(xml.StartElement) string
		switch name := path.Base(f.Name); {
		case strings.HasSuffix(name, ".rels"):
			link = externalTarget
		case name == "content.xml", name == "styles.xml":
			link = hrefOutside
		default:
			continue
		}
		if f.UncompressedSize64 > left {
			return nil, fmt.Errorf("its text has more than %d MiB", maxLinks>>20)
		}
		left -= f.UncompressedSize64
		part, err := f.Open()
		if err == nil {
			// The size in an archive may be false; no more is read than was counted.
			readLinks(&links, io.LimitReader(part, int64(f.UncompressedSize64)), link)
			err = part.Close()
		}
		if source.err != nil {
			return nil, errors.Join(source.err, err)
		}
	}
	return &links, nil
}

// readLinks writes the results of link for the elements, up to the first that is not well-formed.
func readLinks(links *bytes.Buffer, part io.Reader, link func(xml.StartElement) string) {
	d := xml.NewDecoder(part)
	d.Strict = false
	for {
		token, err := d.RawToken()
		if err != nil {
			return
		}
		if e, ok := token.(xml.StartElement); ok {
			if to := link(e); to != "" {
				links.WriteString(to)
				links.WriteByte('\n')
			}
		}
	}
}

// externalTarget returns the target of a relationship to the outside; "" if e is none.
func externalTarget(e xml.StartElement) string {
	if e.Name.Local != "Relationship" || !strings.EqualFold(attribute(e, "TargetMode"), "External") {
		return ""
	}
	return attribute(e, "Target")
}

// hrefOutside returns a link that leads out of an OpenDocument package; "" if e has none. The package counts as a
// folder, so that "../" is the document's own folder (OpenDocument 1.3, part 2, 3.7).
func hrefOutside(e xml.StartElement) string {
	to := attribute(e, "href")
	if strings.HasPrefix(to, "../") || strings.HasPrefix(to, "/") || strings.Contains(to, ":") {
		return to
	}
	return ""
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

// noting keeps the first error of a source, because the zip reader replaces it by errors of its own.
type noting struct {
	r   io.ReaderAt
	err error
}

func (n *noting) ReadAt(p []byte, off int64) (int, error) {
	read, err := n.r.ReadAt(p, off)
	if err != nil && err != io.EOF && n.err == nil {
		n.err = err
	}
	return read, err
}

package documents

import (
	"path"
	"strings"
)

// kind is how pictures are stored in a document.
type kind uint8

const (
	other  kind = iota
	zipped      // as parts of a zip
	text        // as base64
	pdf
)

// kindOf returns the kind of a document by the extension of its name.
func kindOf(name string) kind {
	switch strings.ToLower(strings.TrimPrefix(path.Ext(name), ".")) {
	case "docx", "docm", "dotx", "dotm", "pptx", "pptm", "ppsx", "potx", "xlsx", "xlsm", "xltx", // Office Open XML
		"odt", "ott", "ods", "ots", "odp", "otp", "odg", "otg", // OpenDocument
		"epub":
		return zipped
	case "html", "htm", "xhtml", "ipynb", "fb2", "eml", "mbox", "mht", "mhtml", "svg", "fodt", "fods", "fodp", "fodg",
		"enex":
		return text
	case "pdf":
		return pdf
	}
	return other
}

// Interesting reports whether a file of that name is a document in which pictures are looked for.
func Interesting(name string) bool { return kindOf(name) != other }

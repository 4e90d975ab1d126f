package mentions

import "bytes"

// Manner is how a file is read for mentions.
type Manner byte

// The manners of reading.
const (
	NotRead    Manner = iota // a picture, a video, an archive or a program: no text, or not worth reading
	Read                     // a document by its name
	ReadAsItIs               // any other: its first bytes decide, see IsText and IsZip
)

// MannerOf returns the manner in which a file of that name is read. It allocates nothing.
func MannerOf(name []byte) Manner {
	if kindOf(name) != kindNone {
		return Read
	}
	ext, ok := lowerExtension(name)
	if !ok {
		return ReadAsItIs
	}
	switch string(bytes.TrimRight(ext[:], "\x00")) {
	case "png", "jpg", "jpeg", "jpe", "jfif", "webp", "avif", "gif", "heic", "heif", "bmp", "tif", "tiff", "ico", "jxl",
		"jp2", "psd", "xcf",
		"cr2", "cr3", "nef", "arw", "dng", "orf", "rw2", "raf", // pictures
		"mp4", "m4v", "mov", "mkv", "webm", "avi", "mpg", "mpeg", "wmv", "flv", "3gp", "m2ts", // videos
		"mp3", "m4a", "aac", "flac", "ogg", "oga", "opus", "wav", "aif", "aiff", "wma", // sound
		// archives, disks
		"zip", "gz", "tgz", "bz2", "xz", "zst", "lz4", "7z", "rar", "tar", "jar", "whl", "deb", "rpm", "apk", "iso",
		"qcow2", "vmdk", "vdi",
		"exe", "dll", "so", "o", "pyc", "class", "wasm", // programs
		"ttf", "otf", "woff", "woff2", "pdf", "epub", "sqlite": // fonts and what has a form of its own
		return NotRead
	}
	return ReadAsItIs
}

// Beginning is how many bytes of a file IsText and IsZip need; of a shorter file, all of them.
const Beginning = 4096

// IsZip reports whether a file that begins with these bytes is a zip archive that is not empty, as office documents
// are.
func IsZip(begin []byte) bool { return bytes.HasPrefix(begin, []byte("PK\x03\x04")) }

// IsText reports whether a file that begins with these bytes is a text: without a NUL byte, as Git and grep define
// it, or with a byte order mark of UTF-16. A PDF begins like a text but is not one.
func IsText(begin []byte) bool {
	if bytes.HasPrefix(begin, []byte("\xff\xfe")) || bytes.HasPrefix(begin, []byte("\xfe\xff")) {
		return true
	}
	return len(begin) > 0 && bytes.IndexByte(begin, 0) < 0 && !bytes.HasPrefix(begin, []byte("%PDF-"))
}

// kind is the kind of a document, by the extension of its name.
type kind byte

const (
	kindNone kind = iota
	kindText
	kindTeX // \includegraphics{stem} leaves the extension out
)

// longestExtension is the length of the longest extension in kindOf, in bytes.
const longestExtension = 11

// lowerExtension returns the extension of the name in lower case, padded with zeroes. ok is false if there is none,
// or it is longer than longestExtension.
func lowerExtension(name []byte) (lower [longestExtension]byte, ok bool) {
	dot := bytes.LastIndexByte(name, '.')
	if dot <= 0 || len(name)-dot-1 > longestExtension {
		return lower, false
	}
	n := copy(lower[:], name[dot+1:])
	for i := range lower[:n] {
		if c := lower[i]; 'A' <= c && c <= 'Z' {
			lower[i] = c + 'a' - 'A'
		}
	}
	return lower, true
}

// kindOf returns the kind of a document; kindNone for every other file.
func kindOf(name []byte) kind {
	lower, ok := lowerExtension(name)
	if !ok {
		return kindNone
	}
	switch string(bytes.TrimRight(lower[:], "\x00")) {
	case "tex", "ltx", "latex", "sty", "cls", "dtx", "rnw", "lytex": // TeX and what is woven into it
		return kindTeX
	case "md", "markdown", "mdown", "mkd", "mdx", "qmd", "rmd", "mdc", // Markdown: notes, books, sites
		// other notes and manuscripts
		"txt", "text", "org", "rst", "adoc", "asciidoc", "asc", "textile", "wiki", "mediawiki", "zim", "typ", "lyx",
		"norg", "fountain",
		// web pages; a saved page names the pictures in the folder beside it
		"html", "htm", "xhtml", "shtml", "xht", "mht", "mhtml",
		"css", "scss", "sass", "less", "styl", // backgrounds
		"json", "jsonc", "json5", "jsonl", "ndjson", "geojson", "webmanifest", "map", // data and manifests
		"ipynb", "canvas", "excalidraw", "drawio", "lottie", // notebooks and drawings that link pictures
		// the XML family
		"xml", "svg", "opf", "ncx", "plist", "xaml", "xsl", "xslt", "rss", "atom", "opml", "enex", "fodt", "fods",
		"fodp", "kml", "gpx", "xmp",
		// settings: wallpapers, themes, front matter
		"yaml", "yml", "toml", "ini", "cfg", "conf", "properties", "desktop", "theme", "env",
		// lists of files
		"csv", "tsv", "bib", "ris", "srt", "vtt", "m3u", "m3u8", "pls", "xspf", "cue", "lst", "list", "log", "sha256",
		"md5",
		// scenes that name their textures
		"ps", "eps", "mtl", "gltf", "usda", "dae", "fbx", "wrl", "pov", "tscn", "tres", "godot", "unity", "prefab",
		"meta",
		"js", "mjs", "cjs", "ts", "mts", "cts", "jsx", "tsx", "vue", "svelte", "astro", "coffee", // web programs
		// templates
		"php", "phtml", "erb", "haml", "slim", "pug", "jade", "ejs", "hbs", "handlebars", "mustache", "twig", "liquid",
		"njk", "j2", "jinja", "jinja2", "tmpl", "gotmpl", "tpl", "jsp", "aspx", "cshtml", "razor", "heex", "eex",
		// programs
		"py", "pyi", "pyw", "rb", "pl", "pm", "lua", "tcl", "r", "jl", "m", "mm", "dart", "gd", "nim", "el", "lisp",
		"clj", "cljs", "edn", "ex", "exs", "erl", "hs", "ml", "fs", "rkt", "scm",
		// compiled programs and their resources
		"go", "rs", "c", "h", "cc", "cpp", "cxx", "hpp", "hh", "cs", "vb", "java", "kt", "kts", "scala", "groovy",
		"swift", "zig", "d", "pas", "qml", "ui", "qrc", "rc", "pro",
		// scripts, builds and what calls them
		"sh", "bash", "zsh", "fish", "ps1", "bat", "cmd", "awk", "sed", "mk", "mak", "cmake", "gradle", "bazel", "nix",
		"tf", "sql", "graphql", "proto", "dockerfile", "service":
		return kindText
	}
	return kindNone
}

// extension is a picture's, as a small number; 0 stands for any, as in TeX.
type extension byte

const (
	anyExtension extension = iota
	extPNG
	extJPG
	extJPEG
	extJPE
	extJFIF
	extWebP
	extAVIF
	extGIF
	extHEIC
	extHEIF
	extBMP
	extTIF
	extTIFF
)

// extensionAt returns the longest extension that b, which follows a dot, begins with, and its length; 0 for none. It
// knows the extensions that the sweep looks at; names with another one, or none, are searched by their terms; see
// Words.
func extensionAt(b []byte) (extension, int) {
	if len(b) < 3 {
		return 0, 0
	}
	var l [4]byte
	for i := range copy(l[:], b) {
		l[i] = b[i] | 0x20 // lower case for letters; other bytes become no letter of an extension
	}
	switch string(l[:]) {
	case "jpeg":
		return extJPEG, 4
	case "jfif":
		return extJFIF, 4
	case "webp":
		return extWebP, 4
	case "avif":
		return extAVIF, 4
	case "heic":
		return extHEIC, 4
	case "heif":
		return extHEIF, 4
	case "tiff":
		return extTIFF, 4
	}
	switch string(l[:3]) {
	case "png":
		return extPNG, 3
	case "jpg":
		return extJPG, 3
	case "jpe":
		return extJPE, 3
	case "gif":
		return extGIF, 3
	case "bmp":
		return extBMP, 3
	case "tif":
		return extTIF, 3
	}
	return 0, 0
}

// split splits a file's name; ok is false if it has no picture's extension.
func split(name string) (stem string, e extension, ok bool) {
	// An extension is a dot and at most four letters.
	for i := len(name) - 1; i >= 0 && len(name)-i <= 5; i-- {
		if name[i] == '.' {
			e, n := extensionAt([]byte(name[i+1:]))
			return name[:i], e, e != 0 && i+1+n == len(name)
		}
	}
	return "", 0, false
}

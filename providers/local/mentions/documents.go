package mentions

import "bytes"

// IsDocument reports whether a file of that name is read for mentions. It
// allocates nothing.
func IsDocument(name []byte) bool { return kindOf(name) != kindNone }

type kind byte

const (
	kindNone kind = iota
	kindText
	kindTeX // \includegraphics{stem} leaves the extension out
)

// longestExtension is that of the extensions in kindOf.
const longestExtension = 11

func kindOf(name []byte) kind {
	dot := bytes.LastIndexByte(name, '.')
	if dot <= 0 || len(name)-dot-1 > longestExtension {
		return kindNone
	}
	var lower [longestExtension]byte
	n := copy(lower[:], name[dot+1:])
	for i := range lower[:n] {
		if c := lower[i]; 'A' <= c && c <= 'Z' {
			lower[i] = c + 'a' - 'A'
		}
	}
	switch string(lower[:n]) {
	case "tex", "ltx", "latex", "sty", "cls", "dtx", "rnw", "lytex": // TeX and what is woven into it
		return kindTeX
	case "md", "markdown", "mdown", "mkd", "mdx", "qmd", "rmd", "mdc", // Markdown: notes, books, sites
		"txt", "text", "org", "rst", "adoc", "asciidoc", "asc", "textile", "wiki", "mediawiki", "zim", "typ", "lyx", "norg", "fountain", // other notes and manuscripts
		"html", "htm", "xhtml", "shtml", "xht", "mht", "mhtml", // web pages; a saved page names the pictures in the folder beside it
		"css", "scss", "sass", "less", "styl", // backgrounds
		"json", "jsonc", "json5", "jsonl", "ndjson", "geojson", "webmanifest", "map", // data and manifests
		"ipynb", "canvas", "excalidraw", "drawio", "lottie", // notebooks and drawings that link pictures
		"xml", "svg", "opf", "ncx", "plist", "xaml", "xsl", "xslt", "rss", "atom", "opml", "enex", "fodt", "fods", "fodp", "kml", "gpx", "xmp", // the XML family
		"yaml", "yml", "toml", "ini", "cfg", "conf", "properties", "desktop", "theme", "env", // settings: wallpapers, themes, front matter
		"csv", "tsv", "bib", "ris", "srt", "vtt", "m3u", "m3u8", "pls", "xspf", "cue", "lst", "list", "log", "sha256", "md5", // lists of files
		"ps", "eps", "mtl", "gltf", "usda", "dae", "fbx", "wrl", "pov", "tscn", "tres", "godot", "unity", "prefab", "meta", // scenes that name their textures
		"js", "mjs", "cjs", "ts", "mts", "cts", "jsx", "tsx", "vue", "svelte", "astro", "coffee", // web programs
		"php", "phtml", "erb", "haml", "slim", "pug", "jade", "ejs", "hbs", "handlebars", "mustache", "twig", "liquid", "njk", "j2", "jinja", "jinja2", "tmpl", "gotmpl", "tpl", "jsp", "aspx", "cshtml", "razor", "heex", "eex", // templates
		"py", "pyi", "pyw", "rb", "pl", "pm", "lua", "tcl", "r", "jl", "m", "mm", "dart", "gd", "nim", "el", "lisp", "clj", "cljs", "edn", "ex", "exs", "erl", "hs", "ml", "fs", "rkt", "scm", // programs
		"go", "rs", "c", "h", "cc", "cpp", "cxx", "hpp", "hh", "cs", "vb", "java", "kt", "kts", "scala", "groovy", "swift", "zig", "d", "pas", "qml", "ui", "qrc", "rc", "pro", // compiled programs and their resources
		"sh", "bash", "zsh", "fish", "ps1", "bat", "cmd", "awk", "sed", "mk", "mak", "cmake", "gradle", "bazel", "nix", "tf", "sql", "graphql", "proto", "dockerfile", "service": // scripts, builds and what calls them
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

// extensionAt tells which extension b begins with, after the dot, the longest
// that fits; 0 for none. They are those that the sweep looks at: what has
// another, or none, is looked for by its words.
func extensionAt(b []byte) (extension, int) {
	if len(b) < 3 {
		return 0, 0
	}
	var l [4]byte
	for i := range copy(l[:], b) {
		l[i] = b[i] | 0x20 // of letters the lower case, of the rest no letter that matters
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

// split takes a file's name apart; false when it has no picture's extension.
func split(name string) (stem string, e extension, ok bool) {
	for i := len(name) - 1; i >= 0 && len(name)-i <= 5; i-- {
		if name[i] == '.' {
			e, n := extensionAt([]byte(name[i+1:]))
			return name[:i], e, e != 0 && i+1+n == len(name)
		}
	}
	return "", 0, false
}

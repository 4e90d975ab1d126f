package fingerprint

import "strings"

// Interesting reports whether a file of that name can be an image: it has an image's extension, or none. Drivers list
// only such files. It allocates nothing.
//
// A name whose apparent extension is the end of a sentence or of a date has no extension: "ChatGPT Image 25 sept
// 2025, 04_07_34 p.m.", "DALL·E 2024-11-19 05.35.03".
func Interesting(name string) bool {
	dot := strings.LastIndexByte(name, '.')
	// There is no dot, or only that of a hidden file.
	if dot <= 0 {
		return true
	}
	ext := name[dot+1:]
	if len(ext) == 0 || len(ext) > 5 {
		return true
	}
	var lower [5]byte
	digits := 0
	for i := range len(ext) {
		c := ext[i]
		switch {
		case 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		case '0' <= c && c <= '9':
			digits++
		// An extension has letters and digits only, so this is the end of a sentence.
		case c < 'a' || 'z' < c:
			return true
		}
		lower[i] = c
	}
	return digits == len(ext) || imageExtension(string(lower[:len(ext)]))
}

// imageExtension reports whether ext, in lower case, is an image's. Later the bytes decide whether the file is
// one.
func imageExtension(ext string) bool {
	switch ext {
	case "png", "jpg", "jpeg", "jpe", "jfif", "webp", "avif", "gif", "heic", "heif", "bmp", "tif", "tiff":
		return true
	}
	return false
}

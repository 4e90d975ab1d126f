package fingerprint

import "bytes"

// lookAtEnd reports in h.cut whether the file stops before its format's end mark (PNG, 5.6; JPEG, ITU-T T.81,
// B.1.1.3), as a partial download does. Bytes that a tool appended after the mark are ignored. WebP is not checked
// here: its header states the length, and sniff has compared it.
//
// It costs a read at the end of the file and is called only if the name is of a known family. If a header-only reading
// does not have the whole file, lookAtEnd sets h.endOpen instead.
func (h *header) lookAtEnd(w *window) {
	marks := map[string]string{"image/png": "IEND\xae\x42\x60\x82", "image/jpeg": "\xff\xd9"}
	mark, ok := marks[h.mediaType]
	switch {
	case !ok:
	case w.headerOnly != nil && w.size > firstRead:
		h.endOpen = true
	default:
		h.cut = !bytes.Contains(w.at(max(0, w.size-firstRead), firstRead), []byte(mark))
	}
}

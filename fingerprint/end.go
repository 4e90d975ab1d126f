package fingerprint

import "bytes"

// lookAtEnd finds out whether the file stops before its format's end mark (PNG,
// 5.6; JPEG, ITU-T T.81, B.1.1.3), as a partial download does. Bytes that a
// tool put after the mark are no matter. WebP says its length up front, and
// sniff has looked.
//
// It costs a read at the end of the file, and is only asked of the few whose
// name speaks for them. A skim leaves it open, unless it has all of the file.
func (h *header) lookAtEnd(w *window) {
	marks := map[string]string{"image/png": "IEND\xae\x42\x60\x82", "image/jpeg": "\xff\xd9"}
	mark, ok := marks[h.mediaType]
	switch {
	case !ok:
	case w.skim != nil && w.size > firstRead:
		h.endOpen = true
	default:
		h.cut = !bytes.Contains(w.at(max(0, w.size-firstRead), firstRead), []byte(mark))
	}
}

package fingerprint

import "bytes"

// endMissing reports whether the file stops before its format's end mark (PNG,
// 5.6; JPEG, ITU-T T.81, B.1.1.3), as a partial download does. Bytes that a
// tool put after the mark are no matter. WebP says its length up front, and
// sniff has looked.
//
// It costs a read at the end of the file, and is only asked of the few whose
// name speaks for them.
func endMissing(w *window, mediaType string) bool {
	marks := map[string]string{"image/png": "IEND\xae\x42\x60\x82", "image/jpeg": "\xff\xd9"}
	mark, ok := marks[mediaType]
	return ok && !bytes.Contains(w.at(max(0, w.size-firstRead), firstRead), []byte(mark))
}

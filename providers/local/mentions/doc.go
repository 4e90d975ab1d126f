// Package mentions knows which pictures are named in documents: in notes, web
// pages, source files and lists, by the base name of the picture's file, in
// whatever spelling the kind of document has for it.
//
// A name is reduced to its letters and digits before it is compared, folded to
// one case and one Unicode form: "My%20Pic_1.PNG", "My\_Pic\_1.png" and, with a
// line's end in it, "My Pic 1.png" are the same name here. That errs toward
// finding a mention: so does that a text which only ends with the name counts
// ("tree.png" is named by "apple tree.png"), and that of a name's stem only the
// last 27 bytes are compared.
//
// Percent signs (RFC 3986), character references (HTML 13.5) and backslashes
// (JSON, JavaScript, C) are undone one after the other and twice over, and
// every stage counts as a spelling: which of them the document means need not
// be known.
//
// Not seen: a dot or an extension that is itself written as an escape; a name
// put together by a program from pieces, or from a name without its extension
// (but for TeX); CSS's hexadecimal escapes, quoted-printable and base64; what
// is in an archive, a database or a compressed document (PDF, EPUB; of DOCX, ODT
// and their like all but links to the outside); and UTF-16 without a byte order
// mark, unless the name is ASCII.
//
// Nothing here opens a file.
package mentions

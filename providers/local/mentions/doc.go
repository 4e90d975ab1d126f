// Package mentions knows which pictures are named in documents: in notes, web pages, source files and lists, by the
// base name of the picture's file, in the spelling that the kind of document has for it.
//
// A name is reduced to its letters and digits, in one case and one Unicode form, before it is compared:
// "My%20Pic_1.PNG", "My\_Pic\_1.png" and, with a line break in it, "My Pic 1.png" are the same name here. The
// comparison errs toward finding a mention: a text that only ends with the name counts ("tree.png" is named by "apple
// tree.png"), and only the last 27 bytes of a stem are compared.
//
// Percent signs (RFC 3986), character references (HTML 13.5) and backslashes (JSON, JavaScript, C) are undone one
// after the other and twice, and every stage counts as a spelling, so the package need not know which of them the
// document uses.
//
// Not found: a dot or an extension that is itself escaped; a name that a program composes from pieces, or from a name
// without its extension (except in TeX, and the IDs that notes of Joplin link); CSS's hexadecimal escapes,
// quoted-printable and base64; names in an archive, a database or a compressed document (PDF, EPUB; in DOCX, ODT and
// the like all but links to the outside: no fields of Word, and no formulas); and UTF-16 without a byte order mark,
// unless the name is ASCII.
//
// The package opens no file.
package mentions

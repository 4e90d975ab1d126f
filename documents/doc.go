// Package documents finds the pictures in documents: in office documents and e-books, in web pages, notebooks and
// mails, and in PDF. It reads, and changes nothing.
//
//	docx pptx xlsx, odt ods odp odg, epub    a zip (zip.go). The directory has the size and the CRC-32 of
//	                                         each part, so that known pictures cost no byte; of the others
//	                                         only the beginning is unpacked, unless that has a credential
//	html ipynb fb2 eml mbox svg fodt enex    pictures as base64, found by the first bytes of their formats,
//	                                         in whichever notation (base64.go)
//	pdf                                      JPEG files, and the pixels of PNG files as these have them
//	                                         (pdf.go): no PDF keeps a credential
//
// A picture is judged like a file of its own (package fingerprint), and compared with the known ones by its hash.
//
// Not found: pictures that were packed anew, as LibreOffice and browsers do on the way into a PDF; those of a document
// under a password; pictures with percent signs or in quoted-printable; RTF; and pictures that a document only links.
package documents

// Package filename knows what OpenAI's products call the images that people
// save from them, in every language they do it, and tells such a name from
// its look-alikes.
//
// The names are data (names.yaml): prefixes by language, families of names,
// and what each is worth. A name proves nothing: whoever edits an image and
// saves it over the old file keeps the name, and anyone can type one. The
// package looks at names only, never at bytes, and never changes a name: the
// normalised form is for matching and for nothing else.
package filename

// Package filename recognises the names that OpenAI's products give to saved images, in every known language, and
// distinguishes them from similar names.
//
// The names are data (names.yaml): prefixes by language, families of names, and the worth of each family. A name
// proves nothing: a person who edits an image and saves it over the old file keeps the name, and anyone can type one.
// The package looks at names only, never at bytes. It does not change names: the normalised form is used for matching
// only.
package filename

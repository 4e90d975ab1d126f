// Package lookalikes measures how well copies of pictures are recognised by what they look like: how many copies, made
// by what people do to pictures, are within a distance of their originals, and how many unrelated pictures are.
package lookalikes

// Package provenance asks OpenAI whether a picture has the watermark of OpenAI's tools, through its Content Provenance
// API (https://developers.openai.com/api/docs/guides/content-provenance). It is the only package that uploads a
// picture.
//
// A request has the bytes of one picture, its media type and the API key, and no name of a file. The API keeps what is
// uploaded by OpenAI's terms; it is not eligible for zero data retention.
package provenance

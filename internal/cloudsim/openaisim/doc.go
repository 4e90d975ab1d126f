// Package openaisim is OpenAI's Content Provenance API, in memory: a Service of internal/cloudsim with the one endpoint
// POST /v1/content_provenance_checks. Its source is the API's reference, at
// https://developers.openai.com/api/reference/resources/content_provenance_checks, and the guide "Content provenance"
// beside it.
//
// It has state: keys, which may be revoked or without access, and the uploads of each key, which are limited in a
// minute and which a test can read. An answer depends on the content alone: a file that contains the bytes of Watermark
// has the watermark. Real watermarks are in the pixels and outlast another compression; this one does not.
//
// The documentation does not state the status of a file that is too large (413 here), the rate (Options.Rate) and the
// order of the checks.
package openaisim

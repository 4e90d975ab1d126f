// Package fields parses the parameter fields of Google's APIs, a partial response mask:
// https://developers.google.com/workspace/drive/api/guides/fields-parameter ("kind,files(id,owners/emailAddress)"),
// and checks its names against a schema. A name that the schema does not have is an error: the service refuses it,
// and a client that got nothing instead would conclude that the file lacks it.
package fields

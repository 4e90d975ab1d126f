// Package fields reads the parameter fields of Google's APIs, a partial
// response mask: https://developers.google.com/workspace/drive/api/guides/fields-parameter
// ("kind,files(id,owners/emailAddress)"), and says whether a schema has what it
// names. A name that the schema does not have is an error: the service refuses
// it, and a client that got nothing instead would take the file to lack it.
package fields

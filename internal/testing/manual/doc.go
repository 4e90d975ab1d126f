// Package manual writes the reference of the policy file from its JSON Schema, as a page of docs and as the man page
// sweepd-policy(5), and the man page sweepd(8) from its Markdown source. Its tests fail while a page is out of date.
package manual

// Package query reads the search language of Drive's files.list and drives.list
// (the parameter q): https://developers.google.com/workspace/drive/api/guides/ref-search-terms
//
// The one idea: a term, an operator or a value that is not known is an error,
// never a match. Where the page leaves a meaning open, the query is refused
// rather than guessed at: "and" and "or" side by side need parentheses, and
// fullText is not to be had here.
package query

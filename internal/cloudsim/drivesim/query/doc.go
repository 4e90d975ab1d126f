// Package query parses the search language of Drive's files.list (the parameter q):
// https://developers.google.com/workspace/drive/api/guides/ref-search-terms
//
// An unknown term, operator or value is an error, never a match. If the page leaves a meaning open, the query is
// refused rather than guessed at: "and" and "or" side by side need parentheses, and fullText is not supported.
package query

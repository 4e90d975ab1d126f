// Package policy says what becomes of a file that package fingerprint matched.
//
// Parse turns a YAML file into a Policy, or into every mistake in it with its
// place. Policy.Decide is a pure function of Facts and a time: no clock, no
// disk, no log. Rules are tried in order and the first that matches decides; a
// file that no rule matches is kept.
//
// Whatever is not known is not guessed: a condition on an unknown width or on
// a time in the future is neither true nor false. A rule that trashes needs
// certainty; a rule that keeps or asks does not, so doubt always keeps.
//
// It does not look for files, deletes none and remembers nothing: when
// a grace began is told to it in Facts.
package policy

//go:generate go test . -run TestTheSchemaIsFresh -update

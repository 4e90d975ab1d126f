// Package policy decides what happens to a file that package fingerprint matched.
//
// Policy.Decide is a pure function of Facts and a time: it uses no clock, no disk and no log. It tries the rules in
// order, and the first that matches decides; it keeps a file that no rule matches. Package policyfile reads a Policy
// from a file.
//
// Unknown facts are not guessed: a condition on an unknown width or on a time in the future is neither true nor
// false. A rule that trashes does not match then; a rule that keeps or reviews does. So a file is kept in case of
// doubt.
//
// Decide applies each rule's Condition as a list of clauses. A clause has its text, for String and Explain, and a
// function that returns one of three truth values with the observation that gave it. Explain shows the same results.
//
// The package does not look for files, deletes none and has no state: the caller passes the beginning of a grace in
// Facts.
package policy

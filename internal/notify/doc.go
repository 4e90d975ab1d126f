// Package notify sends messages to the places where the user reads them: mail, a chat, a phone, the desktop. A
// message is news, not the record: the journal and the log have the record before a message is made, so a late or
// lost message costs no file.
//
// Each sink has its own queue and goroutine, so that a slow or dead one delays neither another nor the sender. A
// message may arrive twice (the answer was lost) or not at all (the sink was dead for a day, or sweepd was ended):
// then the next message has the number of missing ones.
//
// The address of a sink is a secret, because it contains a token. No error and no log record of this package contains
// any part of it.
package notify

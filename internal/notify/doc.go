// Package notify carries messages to where a person reads them: mail, a chat, a
// phone, the desktop. A message is news, not the record: the record is in the
// journal and in the log before a message is made, so one that is late or lost
// costs nobody a file.
//
// Each sink has a queue and a goroutine of its own, so that one that is slow or
// dead delays neither another nor the one who sends. What is sent may arrive
// twice (an answer was lost) and may not arrive at all (the sink was dead for a
// day, or sweepd was ended): then the next message says how many are missing.
//
// The address of a sink is a secret, because a token is a part of it. No error
// and no log record of this package has any of it.
package notify

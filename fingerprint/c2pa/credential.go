package c2pa

import (
	"fmt"
	"time"
)

// Class is what a credential amounts to. The zero value is the worst.
type Class uint8

// The classes. A file without a credential has none of them: Read gives nil.
const (
	// Broken: it is unreadable, or does not belong to these bytes - they were
	// cut, edited, or the credential was taken from another file.
	Broken Class = iota
	// Other: somebody else's, and no part of it is OpenAI's. Its binding to the
	// file was not checked.
	Other
	// Unproven: it says OpenAI, but its certificate leads to no pinned
	// authority, or it uses what this package does not know.
	Unproven
	// Derived: OpenAI's work had a part in it, and so had others': another
	// tool's credential over an OpenAI ingredient, or OpenAI's over a picture
	// that OpenAI did not make. Intact says whether the bytes are as signed.
	Derived
	// Verified: OpenAI signed exactly these bytes and says it generated them.
	Verified
)

// String is the class as a word.
func (c Class) String() string {
	names := [...]string{"broken", "other", "unproven", "derived", "verified"}
	if int(c) < len(names) {
		return names[c]
	}
	return fmt.Sprintf("Class(%d)", uint8(c))
}

// Answer is yes, no, or not found out.
type Answer uint8

// The answers.
const (
	Unknown Answer = iota
	Yes
	No
)

// Finding is one of the three questions, answered, and why.
type Finding struct {
	Answer Answer
	Why    string // a clause a person can read
}

// Step is one check, for a person who asks why.
type Step struct {
	Check  string
	OK     bool
	Detail string
}

// Credential is what a file's Content Credential says and what of it is true.
// Its texts come from the file: they are claims unless Class is Verified.
type Credential struct {
	Class  Class
	Reason string // why it is of that class, a clause

	Offset, Length int64 // the container's own bytes: chunk or segments with their headers
	Manifests      int

	Generator    string // active claim's generator: "ChatGPT", "OpenAI Media Service API"
	Agent        string // what the creating action names: "GPT-4o", "gpt-image 2.0"
	Signer       string // leaf certificate's common name
	Organization string // leaf certificate's organisation
	Issuer       string // common name of the authority that issued it
	Alg          string // "ES256"
	Product      string // "chatgpt", "sora", "api"; "" when it names none

	// Open: whether these are the bytes that were signed was left open, by Skim.
	// Class is then what it is if they are, and Broken if they are not.
	Open bool

	Intact   Finding // signature, hashes, binding
	Anchored Finding // Yes: OpenAI by a pinned authority. No: somebody else, or unknown
	Time     Finding // Yes: a verified timestamp. No: one that contradicts. Unknown: none, or by an unlisted authority

	Pinned    bool      // the leaf certificate itself is listed, which is what an untimestamped file rests on
	Expires   time.Time // the leaf certificate's end
	Generated bool      // OpenAI's part says created, trainedAlgorithmicMedia (IPTC digital source type)
	Made      time.Time // UTC; zero when unknown
	MadeBy    string    // where Made is from: "token" (verified), "action" (signed claim)

	MentionsOpenAI bool // some text in it says OpenAI or ChatGPT, whoever signed

	Steps []Step // in the order taken
}

func (c *Credential) step(check string, err error, detail string) bool {
	if err != nil {
		detail = err.Error()
	}
	c.Steps = append(c.Steps, Step{Check: check, OK: err == nil, Detail: detail})
	return err == nil
}

func (c *Credential) conclude(class Class, why string) *Credential {
	c.Class, c.Reason = class, why
	return c
}

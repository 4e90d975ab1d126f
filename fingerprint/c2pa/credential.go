package c2pa

import (
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/sweepd/sweepd/internal/language"
)

// Class is the overall result for a credential. The zero value is the worst.
type Class uint8

// The classes. A file without a credential has no class: Read returns nil.
const (
	// Broken means that the credential is unreadable, or does not belong to these bytes: they were cut or edited, or
	// the credential was taken from another file.
	Broken Class = iota
	// Other means that no part of the credential is OpenAI's. Its binding to the file was not checked.
	Other
	// Unproven means that the credential mentions OpenAI, but its certificate leads to no pinned authority, or it
	// uses a feature that this package does not support.
	Unproven
	// Derived means that OpenAI made only a part of the picture: another tool's credential covers an OpenAI
	// ingredient, or OpenAI's covers a picture that OpenAI did not make. Intact shows whether the bytes are as
	// signed.
	Derived
	// Verified means that OpenAI signed exactly these bytes and claims to have generated them.
	Verified
)

// String returns the name of the class.
func (c Class) String() string {
	names := [...]string{"broken", "other", "unproven", "derived", "verified"}
	if int(c) < len(names) {
		return names[c]
	}
	return fmt.Sprintf("Class(%d)", uint8(c))
}

// Answer is yes, no, or unknown.
type Answer uint8

// The answers.
const (
	Unknown Answer = iota
	Yes
	No
)

// Finding is the answer to one of the three questions, with a reason.
type Finding struct {
	Answer Answer
	Why    string // a clause for the user
}

// Step is one check, recorded to explain the result to the user.
type Step struct {
	Check  string
	OK     bool
	Detail language.Message
}

// Credential is the content of a file's Content Credential and the result of its verification. Its texts come from
// the file: they are unverified claims unless Class is Verified.
type Credential struct {
	Class  Class
	Reason string // a clause that explains Class

	Offset, Length int64 // the container's own bytes: chunk or segments with their headers
	Manifests      int

	Generator    string // active claim's generator: "ChatGPT", "OpenAI Media Service API"
	Agent        string // software named by the creating action: "GPT-4o", "gpt-image 2.0"
	Signer       string // leaf certificate's common name
	Organization string // leaf certificate's organisation
	Issuer       string // common name of the authority that issued it
	Alg          string // "ES256"
	Product      string // "chatgpt", "sora", "api"; "" if none is named

	// Open means that ReadHeader did not compare these bytes with the signed ones. Class holds if they are equal;
	// otherwise the credential is Broken.
	Open bool

	// Tagged means that the bytes are as signed except for a rating, a comment or other metadata that a program added
	// since, in parts of the file that do not change the pixels.
	Tagged bool

	// Twin is known if Class is Verified, and the bytes were compared with the signed ones and are not tagged.
	Twin Twin

	// SHA256 is that of the whole file, if ReadHashed has computed it; else zero.
	SHA256 [sha256.Size]byte

	// OtherBytes means that the credential is Broken because OpenAI signed it for other bytes. Its time and its
	// ingredients were not checked.
	OtherBytes bool

	Intact Finding // signature, hashes, binding
	// Anchored is Yes if OpenAI signed by a pinned authority, even if it signed other bytes (Broken), and No for
	// another or an unknown signer.
	Anchored Finding
	Time     Finding // Yes: a verified timestamp. No: a contradicting one. Unknown: none, or by an unlisted authority

	Pinned    bool      // the leaf certificate itself is listed, as is needed if there is no timestamp
	Expires   time.Time // end of the leaf certificate's validity
	Generated bool      // OpenAI claims creation by a model (IPTC source type trainedAlgorithmicMedia)
	Made      time.Time // UTC; zero when unknown
	MadeBy    string    // source of Made: "token" (verified), "action" (signed claim)

	MentionsOpenAI bool // some text in it contains OpenAI or ChatGPT, regardless of the signer

	Steps []Step // in the order of the checks
}

// step records a check, and reports whether it passed. detail describes a check that did.
func (c *Credential) step(check string, err error, detail language.Message) bool {
	if err != nil {
		detail = language.Verbatim(err.Error())
	}
	c.Steps = append(c.Steps, Step{Check: check, OK: err == nil, Detail: detail})
	return err == nil
}

// conclude sets the class and the reason for it.
func (c *Credential) conclude(class Class, why string) *Credential {
	c.Class, c.Reason = class, why
	return c
}

package c2pa

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"github.com/sweepd/sweepd/internal/language"
)

// describe copies the credential's texts, verified or not.
func (c *Credential) describe(e *exam, active *node, store []byte) {
	c.Manifests = len(e.manifests)
	c.Generator = active.claim.generator()
	c.Product = product(c.Generator)
	c.Signer, c.Organization, c.Issuer = active.who.commonName(), active.who.organization(), active.who.issuer()
	c.Alg, c.Pinned = active.who.alg.name, active.who.pinned
	if active.who.leaf != nil {
		c.Expires = active.who.leaf.NotAfter.UTC()
	}
	for _, n := range e.nodes {
		c.MentionsOpenAI = c.MentionsOpenAI || n.mentions()
	}
	// If the signature cannot be read, neither can its names, and any mention in the bytes counts.
	if active.sig == nil {
		c.MentionsOpenAI = mentionsOpenAI(store)
	}
}

// mentionsOpenAI reports whether one of the names is anywhere in the bytes of a store.
func mentionsOpenAI(store []byte) bool {
	return bytes.Contains(store, []byte("OpenAI")) || bytes.Contains(store, []byte("ChatGPT"))
}

// stranger concludes on a credential that does not mention OpenAI.
func (c *Credential) stranger(active *node) {
	if !c.holds(active) {
		return
	}
	c.Anchored = Finding{No, "nothing in it is OpenAI's"}
	c.Intact.Answer, c.Intact.Why = Unknown, "its binding to the file was not checked"
	c.conclude(Other, fmt.Sprintf("signed by %s", nameOr(c.Signer, "somebody else")))
}

// holds records the checks of the active manifest itself and reports whether they passed. If one failed, it also
// concludes.
func (c *Credential) holds(active *node) bool {
	err := active.err
	// There is one for each of the checks.
	details := [...]language.Message{
		language.Verbatim(c.Generator), language.Verbatim(c.Alg),
		language.Messagef("%d assertions", len(active.m.assertions)), language.Verbatim(c.Signer),
	}
	for at, name := range checks[:active.at] {
		c.step(string(name), nil, details[at])
	}
	c.step(string(checks[active.at]), err, details[active.at])
	switch {
	case err == nil:
		return true
	case errors.Is(err, errUnsupported):
		c.Intact = Finding{Unknown, err.Error()}
		c.conclude(Other, err.Error())
		if c.MentionsOpenAI {
			c.conclude(Unproven, err.Error())
		}
	default:
		c.Intact = Finding{No, err.Error()}
		c.conclude(Broken, err.Error())
	}
	return false
}

// judge concludes on a credential that mentions OpenAI.
func (c *Credential) judge(e *exam, active *node, t trial) {
	if !c.holds(active) {
		return
	}
	c.Tagged, c.SHA256 = t.is.tagged, t.is.sum
	bound := language.Messagef("these are the bytes that were signed")
	if c.Tagged {
		bound = language.Messagef("without the tags that were added since, %s", bound)
	}
	c.step("binding to the file", t.bound, bound)
	switch {
	case t.bound == errOpen:
		c.Open = true
		c.Intact = Finding{Unknown, errOpen.Error()}
	case t.bound == nil && c.Tagged:
		c.Intact = Finding{Yes, "signature, assertions and pixels are as signed; tags were added since"}
	case t.bound == nil:
		c.Intact = Finding{Yes, "signature, assertions and file are as signed"}
	case errors.Is(t.bound, errUnsupported):
		c.Intact = Finding{Unknown, t.bound.Error()}
	default:
		c.Intact = Finding{No, t.bound.Error()}
		c.conclude(Broken, t.bound.Error())
		if !errors.Is(t.bound, errTwo) { // of two, neither is the file's
			c.OtherBytes = c.issuer(active)
		}
		return
	}
	if !c.issuer(active) {
		c.notOpenAI(e, active)
		return
	}
	c.judgeOpenAI(e, active, t)
}

// issuer records who signed the active manifest, and reports whether that is OpenAI by a pinned authority.
func (c *Credential) issuer(active *node) bool {
	by := language.Messagef("%s of %s, by %s", c.Signer, c.Organization, c.Issuer)
	c.step("issuer", active.who.why, by)
	if active.who.anchor == nil {
		c.Anchored = Finding{No, active.who.why.Error()}
		return false
	}
	c.step("chain to a pinned authority", nil, language.Verbatim(active.who.path))
	c.Anchored = Finding{Yes, by.String()}
	return true
}

// notOpenAI concludes if the active manifest is not OpenAI's own.
func (c *Credential) notOpenAI(e *exam, active *node) {
	for _, n := range e.nodes[1:] {
		if n.openAI() && e.reaches(n) {
			c.Generated = e.creation().generated
			c.conclude(Derived,
				fmt.Sprintf("signed by %s, made from a picture of OpenAI's", nameOr(c.Signer, "somebody else")))
			return
		}
	}
	if active.mentions() {
		c.conclude(Unproven, "says OpenAI, but "+active.who.why.Error())
		return
	}
	c.conclude(Other, fmt.Sprintf("signed by %s", nameOr(c.Signer, "somebody else")))
}

// judgeOpenAI concludes if the active manifest is OpenAI's.
func (c *Credential) judgeOpenAI(e *exam, active *node, t trial) {
	made := e.creation()
	c.Generated, c.Agent = made.generated, made.agent
	c.judgeTime(active, t, made.when)
	whole := e.wholly()
	c.step("ingredients", whole, ingredientsText(len(e.nodes)))
	switch {
	case whole != nil && !errors.Is(whole, errForeign):
		c.Intact = Finding{No, whole.Error()}
		c.conclude(Broken, whole.Error())
	// The token is valid, but its time is not within the certificate's validity.
	case c.Time.Answer == No && !t.at.IsZero():
		c.conclude(Unproven, c.Time.Why)
	// The token itself is not valid.
	case c.Time.Answer == No:
		c.conclude(Broken, c.Time.Why)
	case c.Intact.Answer != Yes && !c.Open:
		c.conclude(Unproven, c.Intact.Why)
	case whole != nil:
		c.conclude(Derived, whole.Error())
	case made.composite != "":
		c.conclude(Derived, "it names a source that is not a model's work: "+made.composite)
	case !made.generated:
		c.conclude(Derived, "OpenAI signed it but does not say that it made all of it")
	default:
		c.Twin = t.is.twin
		c.conclude(Verified, "signed by "+c.Anchored.Why)
	}
}

// judgeTime sets Time, and Made with its source. The time is unknown without a token, or with one that cannot be
// judged; only a token that is wrong contradicts it. when is the time that a signed action states, which counts
// for Made without a token.
func (c *Credential) judgeTime(active *node, t trial, when time.Time) {
	leaf := active.who.leaf
	valid := language.Messagef("the certificate is valid from %s to %s",
		leaf.NotBefore.UTC().Format(time.DateOnly), leaf.NotAfter.UTC().Format(time.DateOnly))
	c.Made, c.MadeBy = when, "action"
	if when.IsZero() {
		c.MadeBy = ""
	}
	var why language.Message
	at := t.at.Format(time.RFC3339)
	switch err := t.stamped; {
	case errors.Is(err, errNoToken), errors.Is(err, errUnlisted), errors.Is(err, errUnsupported):
		c.Time.Answer, why = Unknown, language.Messagef("%s; %s", err.Error(), valid)
	case err != nil:
		c.Time.Answer, why = No, language.Verbatim(err.Error())
	case t.at.Before(leaf.NotBefore), t.at.After(leaf.NotAfter):
		c.Time.Answer, why = No, language.Messagef("timestamp %s, but %s", at, valid)
	default:
		c.Time.Answer, why = Yes, language.Messagef("timestamp %s by %s", at, t.by)
		c.Made, c.MadeBy = t.at, "token"
	}
	c.Time.Why = why.String()
	c.Steps = append(c.Steps, Step{Check: "time", OK: c.Time.Answer != No, Detail: why})
}

// ingredientsText returns the detail of the check of the ingredients.
func ingredientsText(manifests int) language.Message {
	if manifests == 1 {
		return language.Messagef("it names nothing that it was made from")
	}
	return language.Messagef("%d manifests, all OpenAI's", manifests)
}

func nameOr(name, otherwise string) string {
	if name == "" {
		return otherwise
	}
	return name
}

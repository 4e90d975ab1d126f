package fingerprint

import (
	"strings"
	"time"

	"sweepd/internal/language"
)

// signed returns a clause that names the signer, the product and the date, as far as they are known.
func signed(by Product, made time.Time) language.Message {
	clause := language.Messagef("signed by OpenAI")
	if by.name() != "" {
		clause = language.Messagef("%s for %s", clause, by.text())
	}
	if !made.IsZero() {
		clause = language.Messagef("%s on %s", clause, made.UTC().Format(time.DateOnly))
	}
	return clause
}

func unchanged(clause language.Message) language.Message {
	return language.Messagef("%s, unchanged since", clause)
}

func pixelsUnchanged(clause language.Message) language.Message {
	return language.Messagef("%s, its pixels unchanged since", clause)
}

// text returns the product's name for use in a sentence: only that of the API is not a proper name.
func (p Product) text() language.Message {
	if p == API {
		return language.Messagef("the API")
	}
	return language.Verbatim(p.name())
}

// sentences returns the texts that evidence may have, without a reason in parentheses.
func (v Verdict) sentences() []language.Message {
	clause := signed(v.Product, v.Made)
	return []language.Message{
		unchanged(clause), pixelsUnchanged(clause), clause,
		language.Messagef("OpenAI's credential does not match these bytes"),
		language.Messagef("its credential does not match these bytes"),
		language.Messagef("its credential is not OpenAI's"),
		language.Messagef("its credential is signed by an unknown issuer"),
		language.Messagef("OpenAI made only a part of it"),
		language.Messagef("a rating, a comment or the like was added to it since"),
		language.Messagef("no time stamp says when it was signed"),
		language.Messagef("no time stamp says when it was signed, by a certificate not seen before"),
		language.Messagef("it is too large to examine fully"),
		language.Messagef("the end of the file is missing"),
		language.Messagef("its EXIF says that it was made with OpenAI Labs"),
		language.Messagef("its EXIF mentions OpenAI"),
		language.Messagef("ChatGPT download name"),
		language.Messagef("download name of %s", Sora.text()),
		language.Messagef("download name of %s", API.text()),
		language.Messagef("download name of %s", Labs.text()),
		language.Messagef("download name"),
		language.Messagef("changed download name"),
		language.Messagef("without the credential that ChatGPT writes"),
		language.Messagef("name similar to a download"),
		language.Messagef("your data export has exactly this picture, as made by ChatGPT"),
		language.Messagef("a picture that OpenAI signed, without its credential"),
		language.Messagef("you said that it is from ChatGPT"),
		language.Messagef("you gave it to ChatGPT"),
		language.Messagef("a video, which no rule moves"),
	}
}

// said returns what was found as a text in any language. Evidence is kept as its English text, in which a reason in
// parentheses stays English.
func (v Verdict) said(e Evidence) language.Message {
	if dates, ok := strings.CutPrefix(e.Found, "its name is another picture's: of "); ok {
		name, signed, _ := strings.Cut(dates, ", and this one was signed on ")
		return language.Messagef("its name is another picture's: of %s, and this one was signed on %s", name, signed)
	}
	head, reason, _ := strings.Cut(e.Found, " (")
	for _, sentence := range v.sentences() {
		switch {
		case sentence.String() != head:
		case reason == "":
			return sentence
		default:
			return language.Messagef("%s (%s", sentence, reason)
		}
	}
	return language.Verbatim(e.Found)
}

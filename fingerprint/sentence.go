package fingerprint

import (
	"strings"
	"time"

	"github.com/sweepd/sweepd/internal/language"
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

// downloadOf returns the clause about a download name of another product than ChatGPT.
func downloadOf(product language.Text) language.Message {
	return language.Messagef("download name of %s", product)
}

// otherPicture returns the clause about a name that is older than the signature, with both dates.
func otherPicture(named, signed string) language.Message {
	return language.Messagef("its name is another picture's: of %s, and this one was signed on %s", named, signed)
}

// Clause returns what was found as a text in any language. Evidence is kept as its English text, from which the clauses
// with arguments are made again. A reason in parentheses stays English.
func (v Verdict) Clause(e Evidence) language.Text {
	if copied, ok := saidOfCopy(e.Found); ok {
		return copied
	}
	head, reason, _ := strings.Cut(e.Found, " (")
	product, named := strings.CutPrefix(head, "download name of ")
	dates, foreign := strings.CutPrefix(head, "its name is another picture's: of ")
	date, recognised := strings.CutPrefix(head, synthIDFound)
	switch {
	case reason != "":
		return language.Messagef("%s (%s", v.Clause(Evidence{Found: head}), reason)
	case named:
		return downloadOf(language.Phrase(product))
	case recognised:
		return language.Messagef("OpenAI found its watermark in it on %s", date)
	case foreign:
		name, signed, _ := strings.Cut(dates, ", and this one was signed on ")
		return otherPicture(name, signed)
	}
	clause := signed(v.Product, v.Made)
	for _, whole := range []language.Message{clause, unchanged(clause), pixelsUnchanged(clause)} {
		if whole.String() == head {
			return whole
		}
	}
	return language.Phrase(head)
}

package sweeper

import "github.com/sweepd/sweepd/internal/language"

// String returns a short description of what executing the plan would do.
func (p *Plan) String() string { return p.In(language.Printer{}) }

// In returns the same in the Printer's language.
func (p *Plan) In(pr language.Printer) string {
	var parts []language.Message
	if len(p.Trash) > 0 {
		parts = append(parts, language.Messagef("move %s to the trash", amount(p.Trash)))
	}
	if len(p.Mark) > 0 {
		parts = append(parts, language.Messagef("start the grace of %s", amount(p.Mark)))
	}
	if len(p.Purge) > 0 {
		parts = append(parts, language.Messagef("permanently delete %s from the trash", amount(p.Purge)))
	}
	if len(parts) == 0 {
		return pr.Sprintf("nothing")
	}
	return language.Join(parts, ", ").In(pr)
}

// amount returns the number and the size of the files, and how many of them would be purged only because they are in
// the trash.
func amount(items []Item) language.Message {
	others := int64(0)
	for _, it := range items {
		if it.PurgeReason == PurgeReasonEverything {
			others++
		}
	}
	files, size := language.Count(int64(len(items)), "file"), language.Size(sizeOf(items))
	if others == 0 {
		return language.Messagef("%s (%s)", files, size)
	}
	return language.Messagef("%s (%s, %s of them not identified as ChatGPT images)", files, size,
		language.Number(others))
}

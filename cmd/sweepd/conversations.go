package main

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/sweepd/sweepd/internal/conversations"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/report"
)

// conversationsOptions are the flags of conversations.
type conversationsOptions struct {
	page outputFile
	json bool
}

// newConversationsCmd returns the verb conversations. It reads the record only: neither ChatGPT nor a storage is asked.
func newConversationsCmd(p *program) *cobra.Command {
	o := conversationsOptions{page: newSheetFile()}
	cmd := &cobra.Command{
		Use:   "conversations [--html FILE]",
		Short: "list the conversations in ChatGPT in which your pictures were made",
		Long: `conversations lists the conversations in which ChatGPT made pictures, according to
the data exports that were learnt, as a checklist: title, date, number of pictures,
the copies of them that scans found and sweepd moved to the trash, and the link.

sweepd does not log in to ChatGPT and deletes nothing there. To delete a
conversation, open its link. ChatGPT's library keeps pictures of its own: look
there too.

--html writes the list as one web page with boxes to tick. It replaces other kinds
of files only with --force; - is standard output.

Exit status: 3 if the record is damaged or incomplete.`,
		Example: "  sweepd conversations\n  sweepd conversations --html conversations.html",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runConversations(cmd.Context(), p, o)
		},
	}
	cmd.Flags().BoolVar(&o.json, "json", false, "print one JSON object per line")
	cmd.Flags().StringVar(&o.page.named, "html", "",
		"write the conversations to `FILE` as a web page; - is standard output")
	cmd.Flags().BoolVar(&o.page.force, "force", false, "replace the --html file even if it is not a sweepd page")
	cmd.MarkFlagsMutuallyExclusive("html", "json")
	return cmd
}

// jsonConversationLine is a line of conversations --json. Found has the copies that are in a storage as of the last
// scan, Swept those that sweepd moved to the trash, both in the order of the record.
type jsonConversationLine struct {
	Type   string     `json:"type"` // "conversation"
	ID     string     `json:"id"`
	Title  string     `json:"title"`
	Link   string     `json:"link"`
	Made   *time.Time `json:"made"`
	Images int        `json:"images"`
	Found  []jsonCopy `json:"found"`
	Swept  []jsonCopy `json:"swept"`
}

// jsonCopy is a file with the bytes of a picture. The last three are those of one that was swept.
type jsonCopy struct {
	Storage  string     `json:"storage"`
	Path     string     `json:"path"`
	Ref      string     `json:"ref,omitempty"`
	Size     int64      `json:"size"`
	Run      int64      `json:"run,omitempty"`
	At       *time.Time `json:"at,omitempty"`
	Resolved string     `json:"resolved,omitempty"`
}

// jsonConversations is the last line of conversations --json. Unplaced pictures are known to be generated, but the
// export names no conversation for them.
type jsonConversations struct {
	Type          string `json:"type"` // "summary"
	Conversations int    `json:"conversations"`
	Images        int    `json:"images"`
	Unplaced      int    `json:"unplaced"`
}

// runConversations prints the conversations, as text, as JSON, or as a page. It checks the page's file before it reads
// the record, so that a refusal costs no time. A record without any export is no error: the text names the verb learn.
func runConversations(ctx context.Context, p *program, o conversationsOptions) error {
	if o.page.named != "" {
		if err := o.page.check(); err != nil {
			return err
		}
	}
	j, err := p.journal(ctx)
	if err != nil {
		return err
	}
	defer j.Close()
	all, unplaced, err := conversations.All(ctx, j)
	if err != nil {
		return err
	}
	images := 0
	for _, c := range all {
		images += c.Images
	}
	switch {
	case o.json:
		for _, c := range all {
			p.json(conversationLine(c))
		}
		p.json(jsonConversations{"summary", len(all), images, unplaced})
		return nil
	case o.page.named != "":
		return p.checklist(o.page, all, images, unplaced)
	}
	for _, c := range all {
		p.conversation(c)
	}
	p.term.printf("%s\n", p.term.text(conversationsTotal(len(all), images)))
	if unplaced > 0 {
		p.term.printf("%s\n", p.term.text(unplacedText(unplaced)))
	}
	if len(all) == 0 {
		p.term.printf("to learn them from a data export: sweepd learn EXPORT.zip\n")
		return nil
	}
	p.term.printf("%s\n", p.term.text(notDeleted()))
	return nil
}

// notDeleted returns what is left to the user. Each list ends with it, because a user who has ticked off the files may
// expect that the conversations are gone too.
func notDeleted() language.Message {
	return language.Messagef(
		"sweepd deletes nothing in ChatGPT: open a link to delete the conversation, and look into the library")
}

// conversationsTotal returns the counts of all conversations.
func conversationsTotal(total, images int) language.Message {
	return language.Messagef("%s with %s", count(int64(total), "conversation"), count(int64(images), "image"))
}

// unplacedText returns the number of pictures whose conversation is not known.
func unplacedText(n int) language.Message {
	return language.Messagef("%s more, of which the export names no conversation", count(int64(n), "image"))
}

// conversationLine returns the line of a conversation for --json.
func conversationLine(c conversations.Conversation) jsonConversationLine {
	line := jsonConversationLine{
		"conversation", c.ID, c.Title, c.Link(), moment(c.Made), c.Images, []jsonCopy{}, []jsonCopy{},
	}
	for _, f := range c.Found {
		line.Found = append(line.Found, copyLine(f))
	}
	for _, f := range c.Swept {
		one := copyLine(f)
		one.Run, one.At, one.Resolved = f.Run, moment(f.At), string(f.Resolved)
		line.Swept = append(line.Swept, one)
	}
	return line
}

// copyLine returns a copy that is in a storage; conversationLine adds the rest for one in the trash.
func copyLine(f conversations.Copy) jsonCopy {
	return jsonCopy{Storage: f.Storage, Path: f.Entry.Path, Ref: refOf(f.Entry), Size: f.Entry.Size}
}

// conversation prints one conversation.
func (p *program) conversation(c conversations.Conversation) {
	t := p.term
	t.printf("[ ] %s  %s\n", madeOn(c.Made), t.bold(p.titleOf(c)))
	t.printf("      %s\n", t.text(copiesText(c)))
	t.printf("      %s\n", safe(c.Link()))
}

// madeOn returns the day of a time on this machine. An unknown day has the width of a known one, so that the column
// stays aligned.
func madeOn(at time.Time) string {
	if at.IsZero() {
		return "????-??-??"
	}
	return at.Local().Format(time.DateOnly)
}

// titleOf returns the title of a conversation.
func (p *program) titleOf(c conversations.Conversation) string {
	return safe(cmp.Or(c.Title, p.term.in.Sprintf("without a title")))
}

// copiesText returns how many pictures a conversation has, and how many copies were found and swept, by storage.
func copiesText(c conversations.Conversation) language.Message {
	text := language.Messagef("%s", count(int64(c.Images), "image"))
	for _, part := range []struct {
		copies []conversations.Copy
		format func(language.Text) language.Message
	}{
		{c.Found, func(by language.Text) language.Message { return language.Messagef("found: %s", by) }},
		{c.Swept, func(by language.Text) language.Message { return language.Messagef("moved to the trash: %s", by) }},
	} {
		if len(part.copies) > 0 {
			text = language.Messagef("%s; %s", text, part.format(byStorage(part.copies)))
		}
	}
	return text
}

// byStorage returns the number of copies in each storage.
func byStorage(copies []conversations.Copy) language.Text {
	counts := map[string]int{}
	var names []string
	for _, f := range copies {
		if counts[f.Storage]++; counts[f.Storage] == 1 {
			names = append(names, f.Storage)
		}
	}
	slices.Sort(names)
	var parts []language.Message
	for _, name := range names {
		parts = append(parts, language.Messagef("%d in %s", counts[name], language.Verbatim(safe(name))))
	}
	return language.Join(parts, ", ")
}

// checklist writes the conversations as a page. The texts are escaped for a terminal first and for HTML by package
// report, because titles come from the export.
func (p *program) checklist(to outputFile, all []conversations.Conversation, images, unplaced int) error {
	page := report.Checklist{Made: p.now(), Language: p.term.in}
	page.Lead = append(page.Lead, report.Sentence(p.term.text(conversationsTotal(len(all), images))))
	if unplaced > 0 {
		page.Lead = append(page.Lead, report.Sentence(p.term.text(unplacedText(unplaced))))
	}
	page.Lead = append(page.Lead, report.Sentence(p.term.text(notDeleted())))
	for _, c := range all {
		one := report.Checked{
			Title: p.titleOf(c), Made: madeOn(c.Made), Link: c.Link(),
			Note: report.Sentence(p.term.text(copiesText(c))),
		}
		for _, f := range c.Found {
			one.Found = append(one.Found, p.place(f.Storage, f.Entry.Path))
		}
		for _, f := range c.Swept {
			one.Swept = append(one.Swept, p.place(f.Storage, f.Entry.Path))
		}
		page.Items = append(page.Items, one)
	}
	if err := to.write(p.term.out, page.Write); err != nil || to.stdout() {
		return err
	}
	p.term.printf("%s in %s\n", count(int64(len(all)), "conversation"), safe(to.named))
	return nil
}

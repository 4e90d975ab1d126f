package main

import (
	"context"
	"crypto/sha256"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/internal/app"
	"github.com/sweepd/sweepd/internal/language"
	"github.com/sweepd/sweepd/internal/report"
	"github.com/sweepd/sweepd/journal"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/sweeper"
)

// jsonDocument is a document with pictures from ChatGPT in it, or one that was not read as a whole.
type jsonDocument struct {
	Type       string       `json:"type"` // "document"
	Storage    string       `json:"storage"`
	Path       string       `json:"path"`
	PathBytes  []byte       `json:"path_base64,omitempty"` // if the path is not UTF-8
	Size       int64        `json:"size"`
	Modified   time.Time    `json:"modified"`
	Pictures   []jsonMember `json:"pictures"`
	Repacked   int          `json:"repacked"`             // pictures of a PDF that cannot be compared
	Incomplete string       `json:"incomplete,omitempty"` // why a part of it was not looked at
}

// jsonMember is one of these pictures. Member is its name inside the document, such as word/media/image1.png. File and
// Pixels are of a picture that was recognised by a file that the same scan found.
type jsonMember struct {
	Member       string                 `json:"member"`
	Size         int64                  `json:"size"`
	SHA256       *string                `json:"sha256"`
	MediaType    string                 `json:"media_type"`
	Confidence   fingerprint.Confidence `json:"confidence"`
	Product      fingerprint.Product    `json:"product"`
	Made         *time.Time             `json:"made"`
	Derived      bool                   `json:"derived"`
	Evidence     []fingerprint.Evidence `json:"evidence"`
	File         string                 `json:"file,omitempty"`   // a file with the same picture
	Pixels       bool                   `json:"pixels,omitempty"` // the verdict is on the known picture
	Conversation *jsonConversation      `json:"conversation"`
}

// jsonConversation is a conversation in ChatGPT.
type jsonConversation struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	URL   string `json:"url"`
}

// jsonDocuments are the totals of the documents. Seen documents without pictures count too. Repacked pictures are those
// of a PDF whose pixels were stored in PDF's own form, so that no byte of the original is left to compare.
type jsonDocuments struct {
	Documents int      `json:"documents"`
	Images    int      `json:"images"`
	Matched   int      `json:"matched"`
	Repacked  int      `json:"repacked"`
	Skipped   []string `json:"skipped,omitempty"` // storages that were not looked into
}

// documentLine returns a document for --json. Lists are empty and not null; a path that is not UTF-8 is there twice,
// once readable and once exact.
func documentLine(d app.Document) jsonDocument {
	line := jsonDocument{
		Type: "document", Storage: d.Storage, Path: d.Entry.Path, Size: d.Entry.Size, Modified: d.Entry.Modified.UTC(),
		Pictures: []jsonMember{}, Repacked: d.Repacked,
	}
	if !utf8.ValidString(d.Entry.Path) {
		line.PathBytes = []byte(d.Entry.Path)
	}
	if d.Incomplete != nil {
		line.Incomplete = d.Incomplete.Error()
	}
	for _, p := range d.Pictures {
		v := p.Verdict
		m := jsonMember{
			Member: p.Member, Size: p.Size, SHA256: sumText(p.SHA256), MediaType: v.MediaType, Confidence: v.Confidence,
			Product: v.Product, Made: moment(v.Made), Derived: v.Derived, Evidence: v.Evidence, File: p.File,
			Pixels: p.Pixels,
		}
		if m.Evidence == nil {
			m.Evidence = []fingerprint.Evidence{}
		}
		if p.Conversation != "" {
			m.Conversation = &jsonConversation{p.Conversation, p.Title, p.Link()}
		}
		line.Pictures = append(line.Pictures, m)
	}
	return line
}

// lookIntoDocuments looks into the documents of the folders that were scanned, prints those with pictures from ChatGPT
// unless they are for a page, and adds what failed to the summary. found are the files that the scan has found. A
// document is never changed or moved: the result is for the user's eyes. Documents in accounts are skipped, since each
// would have to be downloaded as a whole.
func (p *program) lookIntoDocuments(
	ctx context.Context, o scanOptions, a *app.App, found []sweeper.Found, sum *sweeper.Summary,
) (*app.Documents, error) {
	all, err := p.documents(ctx, a, found)
	if err != nil {
		return nil, err
	}
	for _, pr := range all.Problems {
		// A folder that the scan could not list is named once.
		if !slices.ContainsFunc(sum.Problems, func(x sweeper.Problem) bool { return x.Path == pr.Path }) {
			sum.Problems = append(sum.Problems, documentProblem(pr))
			sum.Errors++
		}
	}
	switch {
	case o.json:
		for _, d := range all.Found {
			p.json(documentLine(d))
		}
	case len(all.Found) > 0 && o.page.named == "":
		p.printDocuments(all.Found)
	}
	return all, nil
}

// documents looks into the documents of the open storages, with progress on the terminal.
func (p *program) documents(ctx context.Context, a *app.App, found []sweeper.Found) (*app.Documents, error) {
	defer p.term.settle()
	return a.Documents(ctx, found, func(seen, matched int) {
		p.term.progress("looking: %s, %d found", count(int64(seen), "document"), matched)
	})
}

// documentProblem returns a problem with a document as one of a scan.
func documentProblem(pr app.DocumentProblem) sweeper.Problem {
	return sweeper.Problem{Storage: pr.Storage, Path: pr.Path, Doing: "read", Err: pr.Err, Text: pr.Err.Error()}
}

// pageDocuments looks into the documents of the policy's storages for a page of history, and adds them to the page. It
// scans no pictures: those of documents are compared with the files that were moved to the trash, and with what is
// known. It returns errTrouble, after a warning for each, if a document or folder could not be read.
func (p *program) pageDocuments(ctx context.Context, j *journal.Journal, page *report.Page) (*app.Documents, error) {
	o := p.options()
	o.WholeHome = true
	a, err := p.openApp(ctx, o)
	if err != nil {
		return nil, err
	}
	defer a.Close()
	var ops []journal.Operation
	last := map[[sha256.Size]byte]journal.Operation{} // the latest move of the same bytes
	for op, err := range j.Operations(ctx, journal.Filter{}) {
		if err != nil {
			return nil, err
		}
		if op.Op.Kind == providers.OpTrash && op.State() == "done" {
			ops, last[op.Sums.SHA256] = append(ops, op), op
		}
	}
	moved, err := a.Moved(ctx, ops)
	if err != nil {
		return nil, err
	}
	all, err := p.documents(ctx, a, moved)
	if err != nil {
		return nil, err
	}
	page.Documents = p.listedDocuments(all.Found, func(m app.DocumentPicture) language.Message {
		if op, ok := last[m.SHA256]; ok && m.File != "" {
			return language.Messagef("%s; %s", whyMember(m), movedBy(op))
		}
		return whyMember(m)
	})
	for _, pr := range all.Problems {
		p.warn("%s", report.Cannot(documentProblem(pr), p.place))
		err = errTrouble
	}
	return all, err
}

// movedBy returns the run that moved a file to the trash, and what became of the file since.
func movedBy(op journal.Operation) language.Message {
	by := language.Messagef("moved to the trash by run %d", op.Op.Cause.Run)
	if op.Resolved != "" {
		return language.Messagef("%s, %s", by, report.Since(op.Resolved))
	}
	return by
}

// printDocuments prints each document, and below it its pictures with the reasons.
func (p *program) printDocuments(all []app.Document) {
	p.term.printf("\n%s\n", p.term.dim(p.term.in.Text("documents, with the pictures in them that are from ChatGPT")))
	for _, d := range all {
		p.term.printf("%s\n", p.listed(d.Storage, d.Entry.Path, 0))
		for _, m := range d.Pictures {
			p.term.printf("  %s  %s  %s\n", p.term.level(m.Verdict.Confidence), p.term.right(size(m.Size), 8),
				p.term.fit(safe(m.Member), 22))
			p.term.note(safe(tildes(whyMember(m).In(p.term.in), p.home())), 22)
		}
		if d.Incomplete != nil {
			p.term.note(safe(p.term.in.Sprintf("a part of it was not looked at: %v", d.Incomplete)), 2)
		}
	}
}

// listedDocuments returns the documents with their pictures for a page. why returns what is said of a picture.
func (p *program) listedDocuments(
	all []app.Document, why func(app.DocumentPicture) language.Message,
) (listed []report.ListedDocument) {
	for _, d := range all {
		line := report.ListedDocument{Path: p.place(d.Storage, d.Entry.Path)}
		if d.Incomplete != nil {
			line.Note = p.sentence("a part of it was not looked at: %v", d.Incomplete)
		}
		for _, m := range d.Pictures {
			line.Pictures = append(line.Pictures, report.ListedMember{
				Confidence: m.Verdict.Confidence.String(), Place: safe(m.Member), Why: p.sentence("%s", why(m)),
			})
		}
		listed = append(listed, line)
	}
	return listed
}

// whyMember returns the evidence of a picture in a document, and where else it is. The title of a conversation comes
// from the export and is quoted, so that it cannot be taken for a part of the sentence.
func whyMember(m app.DocumentPicture) language.Message {
	why := m.Verdict.Brief()
	switch {
	case m.Pixels && m.File == "":
		why = language.Messagef("only the pixels are compared: %s", why)
	case m.Pixels:
		why = language.Messagef("the pixels of %s: %s", m.File, why)
	case m.File != "":
		why = language.Messagef("%s; the same as %s", why, m.File)
	}
	switch {
	case m.Conversation == "":
	case m.Title == "":
		why = language.Messagef("%s; conversation %s", why, m.Link())
	default:
		why = language.Messagef("%s; conversation %q, %s", why, m.Title, m.Link())
	}
	return why
}

// documentTotals prints how many documents there are, and what could not be looked at.
func (p *program) documentTotals(all *app.Documents) {
	p.term.printf("%s, %s in them, %d from ChatGPT\n", count(int64(all.Seen), "document"),
		count(int64(all.Images), "image"), all.Matched)
	if all.Repacked > 0 {
		p.term.printf("%s in PDF files cannot be compared: they were packed anew\n",
			count(int64(all.Repacked), "image"))
	}
	for _, storage := range all.Skipped {
		p.term.printf("documents in %s were not looked into: they would be downloaded\n", safe(storage))
	}
}

// documentsLine returns the totals for --json; nil if documents were not looked into.
func documentsLine(all *app.Documents) *jsonDocuments {
	if all == nil {
		return nil
	}
	return &jsonDocuments{all.Seen, all.Images, all.Matched, all.Repacked, all.Skipped}
}

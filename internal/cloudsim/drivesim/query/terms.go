package query

// kind is the kind of values that a term has; it decides how they are written and compared.
type kind int

// The kinds; 0 is that of an unknown term.
const (
	kindText kind = iota + 1
	kindFlag
	kindTime
	kindSet
	kindProps
)

// rule is the syntax of conditions on one term.
type rule struct {
	kind kind
	ops  []string
	bare bool // may stand alone, meaning "= true"
}

// The operators of several terms.
var (
	textOps = []string{"=", "!="}
	timeOps = []string{"<", "<=", "=", "!=", ">", ">="}
)

// terms are the supported file terms of the page. fullText, labels and the terms of drives.list are not supported.
var terms = map[string]rule{
	"name":                     {kind: kindText, ops: []string{"contains", "=", "!="}},
	"mimeType":                 {kind: kindText, ops: []string{"contains", "=", "!="}},
	"visibility":               {kind: kindText, ops: textOps},
	"shortcutDetails.targetId": {kind: kindText, ops: textOps},
	"trashed":                  {kind: kindFlag, ops: textOps},
	"starred":                  {kind: kindFlag, ops: textOps},
	"sharedWithMe":             {kind: kindFlag, ops: textOps, bare: true},
	"createdTime":              {kind: kindTime, ops: timeOps},
	"modifiedTime":             {kind: kindTime, ops: timeOps},
	"viewedByMeTime":           {kind: kindTime, ops: timeOps},
	"sharedWithMeTime":         {kind: kindTime, ops: timeOps},
	"parents":                  {kind: kindSet, ops: []string{"in"}},
	"owners":                   {kind: kindSet, ops: []string{"in"}},
	"writers":                  {kind: kindSet, ops: []string{"in"}},
	"readers":                  {kind: kindSet, ops: []string{"in"}},
	"properties":               {kind: kindProps, ops: []string{"has"}},
	"appProperties":            {kind: kindProps, ops: []string{"has"}},
}

// visibilities are the values of visibility.
var visibilities = []string{"anyoneCanFind", "anyoneWithLink", "domainCanFind", "domainWithLink", "limited"}

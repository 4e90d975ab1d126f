package providertest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/sweepd/sweepd/providers"
)

// abilities are the bits of providers.Can, with a description of each for users. The order is that of the table; a new
// bit of providers.Can needs a line here.
var abilities = []struct {
	can  providers.Can
	name string
	says string
}{
	{providers.CanTrash, "CanTrash", "moves a file to the storage's own trash, if it is still what was examined"},
	{providers.CanRestore, "CanRestore", "puts it back under its old name, over nothing"},
	{providers.CanPurge, "CanPurge", "deletes for good one file that is in the trash"},
	{providers.CanListTrash, "CanListTrash", "lists the trash, what others put there too"},
	{providers.CanEmptyTrash, "CanEmptyTrash", "deletes for good all that is in the trash (sweepd never asks for it)"},
	{providers.CanFollow, "CanFollow", "names what changed since a scan, and what is gone"},
	{providers.CanWait, "CanWait", "says when something changes"},
	{providers.CanThumbnail, "CanThumbnail", "makes small pictures"},
	{providers.CanReadWhole, "CanReadWhole", "reading files to their ends is cheap"},
}

// Table returns the tables of providers/README.md, in Markdown: for each kind of account its abilities, and the
// promises that are tested on it.
func Table() string {
	var b strings.Builder
	b.WriteString("| it can | |")
	rule := "|---|---|"
	for _, k := range AccountKinds {
		b.WriteString(" " + k.Name + " |")
		rule += ":-:|"
	}
	b.WriteString("\n" + rule + "\n")
	for _, a := range abilities {
		fmt.Fprintf(&b, "| `%s` | %s |", a.name, a.says)
		row(&b, a.can)
	}
	b.WriteString("\n| it can be held by | |")
	for _, k := range AccountKinds {
		b.WriteString(" " + k.Name + " |")
	}
	b.WriteString("\n" + rule + "\n")
	for _, g := range providers.AllGuards() {
		fmt.Fprintf(&b, "| `%s` | |", g)
		marks(&b, func(k AccountKind) bool { return slices.Contains(k.Guards, g) })
	}
	b.WriteString("\n| promise | needs |")
	for _, k := range AccountKinds {
		b.WriteString(" " + k.Name + " |")
	}
	b.WriteString("\n" + rule + "\n")
	for _, group := range promises() {
		for _, p := range group {
			fmt.Fprintf(&b, "| %s | %s |", words(p.name), needs(p.needs))
			row(&b, p.needs)
		}
	}
	b.WriteString("| *held to it by* | |")
	for _, k := range AccountKinds {
		fmt.Fprintf(&b, " `%s` |", k.Test)
	}
	return b.String() + "\n"
}

// row ends a row with a mark for each kind of account that has the abilities.
func row(b *strings.Builder, needs providers.Can) {
	marks(b, func(k AccountKind) bool { return k.Can.Has(needs) })
}

// marks ends a row with yes or no for each kind of account.
func marks(b *strings.Builder, yes func(AccountKind) bool) {
	for _, k := range AccountKinds {
		if yes(k) {
			b.WriteString(" yes |")
		} else {
			b.WriteString(" – |")
		}
	}
	b.WriteString("\n")
}

// needs returns the names of the abilities that a promise needs. They are in the order of abilities, separated by
// commas; "" if it needs none.
func needs(can providers.Can) string {
	var all []string
	for _, a := range abilities {
		if can.Has(a.can) {
			all = append(all, strings.ToLower(strings.TrimPrefix(a.name, "Can")))
		}
	}
	return strings.Join(all, ", ")
}

// wordForm matches one part of a test's name: the name of an error, or a capital letter with what follows it.
var wordForm = regexp.MustCompile(`Err[A-Z][a-z]+|[A-Z][a-z0-9]*`)

// words returns a test's name as a sentence: "a file in the trash is not listed".
func words(name string) string {
	all := wordForm.FindAllString(name, -1)
	for i, w := range all {
		if all[i] = strings.ToLower(w); strings.HasPrefix(w, "Err") {
			all[i] = "`" + w + "`"
		}
	}
	return strings.Join(all, " ")
}

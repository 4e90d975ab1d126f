package language

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"golang.org/x/text/number"
)

// Number is a number of things: "2,000".
type Number int64

func (n Number) String() string { return humanize.Comma(int64(n)) }

// In returns the number with the separators of the language.
func (n Number) In(p Printer) string {
	if p.catalog == nil {
		return n.String()
	}
	return p.catalog.numbers.Sprint(number.Decimal(int64(n)))
}

// Decimal is a number with one digit after the point: "1.5".
type Decimal float64

func (d Decimal) String() string { return strconv.FormatFloat(float64(d), 'f', 1, 64) }

// In returns the number with the decimal separator of the language.
func (d Decimal) In(p Printer) string { return p.point(d.String()) }

// point returns a number in Go's form with the decimal separator of the language.
func (p Printer) point(amount string) string {
	if p.catalog == nil || !strings.Contains(amount, ".") {
		return amount
	}
	sample := p.catalog.numbers.Sprint(number.Decimal(0.5)) // "0,5"
	return strings.Replace(amount, ".", strings.Trim(sample, "05"), 1)
}

// Counted is a number with its noun.
type Counted struct {
	n     int64
	noun  string
	plain bool // the number is without separators
}

// Count returns a number with its noun: "1 file", "2,000 files".
func Count(n int64, noun string) Counted { return Counted{n, noun, false} }

// CountPlainly returns the same without separators in the number: "2000 files".
func CountPlainly(n int64, noun string) Counted { return Counted{n, noun, true} }

func (c Counted) String() string {
	number := Number(c.n).String()
	if c.plain {
		number = strconv.FormatInt(c.n, 10)
	}
	if c.n == 1 {
		return number + " " + c.noun
	}
	return number + " " + c.noun + "s"
}

// In returns the number with its noun in the language.
func (c Counted) In(p Printer) string {
	if p.catalog == nil {
		return c.String()
	}
	return fmt.Sprintf(p.catalog.form("%s "+c.noun, []any{c}), Number(c.n).In(p))
}

// Size is a number of bytes in powers of ten, as disks are sold: "1.2 MB".
type Size int64

func (s Size) String() string { return humanize.Bytes(uint64(max(s, 0))) }

// In returns the size in the language.
func (s Size) In(p Printer) string {
	amount, unit, _ := strings.Cut(s.String(), " ")
	return p.point(amount) + " " + p.unit(unit)
}

// unit returns the symbol of a unit of bytes.
func (p Printer) unit(symbol string) string {
	switch symbol {
	case "B":
		return p.Text("B")
	case "kB":
		return p.Text("kB")
	case "MB":
		return p.Text("MB")
	case "GB":
		return p.Text("GB")
	case "TB":
		return p.Text("TB")
	case "PB":
		return p.Text("PB")
	case "KiB":
		return p.Text("KiB")
	case "MiB":
		return p.Text("MiB")
	case "GiB":
		return p.Text("GiB")
	case "TiB":
		return p.Text("TiB")
	}
	return symbol
}

// ExactSize is a number of bytes, exactly, in the largest unit that leaves no fraction: "5 GB".
type ExactSize int64

func (s ExactSize) String() string { return s.In(Printer{}) }

// In returns the size in the language.
func (s ExactSize) In(p Printer) string {
	for _, u := range []struct {
		bytes  ExactSize
		symbol string
	}{
		{1e12, "TB"},
		{1 << 40, "TiB"},
		{1e9, "GB"},
		{1 << 30, "GiB"},
		{1e6, "MB"},
		{1 << 20, "MiB"},
		{1e3, "kB"},
		{1 << 10, "KiB"},
	} {
		if s >= u.bytes && s%u.bytes == 0 {
			return fmt.Sprintf("%d %s", s/u.bytes, p.unit(u.symbol))
		}
	}
	return CountPlainly(int64(s), "byte").In(p)
}

// Percent is a share of 0 to 1: "50%".
type Percent float64

func (s Percent) String() string { return s.In(Printer{}) }

// In returns the share as the language writes it: "50 %".
func (s Percent) In(p Printer) string {
	if p.catalog == nil {
		return strconv.FormatFloat(float64(s)*100, 'g', 10, 64) + "%"
	}
	return p.catalog.numbers.Sprint(number.Percent(float64(s), number.MaxFractionDigits(10)))
}

// Moment is a time in UTC, for use in a sentence. It is the same in all languages, so that times can be compared.
func Moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

package main

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/width"

	"github.com/sweepd/sweepd/internal/language"
)

// narrow is the width of a terminal below which no line is broken: it would not be readable either.
const narrow = 40

// printf prints text. On a terminal, each line that is wider is broken between words, as fold does. The text is not
// translated; terminal.printf does that.
func (s stream) printf(format string, args ...any) {
	s.print(fmt.Sprintf(format, args...), hang)
}

// print prints text, whose broken lines go on at the column that hang returns for them. A pipe gets every line as it
// is, so that grep and cut see whole lines.
func (s stream) print(text string, hang func(line string) int) {
	if s.width < narrow {
		fmt.Fprint(s, text)
		return
	}
	for line := range strings.Lines(text) {
		text := strings.TrimSuffix(line, "\n")
		fmt.Fprint(s, s.fold(text, hang(text)), strings.Repeat("\n", len(line)-len(text)))
	}
}

// printf prints a text in the user's language.
func (t *terminal) printf(format string, args ...any) {
	t.out.print(t.in.Sprintf(format, args...), hang)
}

// item prints a line whose later lines, if it is broken, begin after that many columns.
func (t *terminal) item(after int, format string, args ...any) {
	t.out.print(t.in.Sprintf(format, args...), func(string) int { return after })
}

// fold returns the line as lines of the terminal, broken between words, of which all but the first begin after that
// many columns. A longer word, and a command, is not broken: it must be possible to copy it.
func (s stream) fold(line string, after int) string {
	if cells(line) <= s.width {
		return line
	}
	indent := line[:len(line)-len(strings.TrimLeft(line, " "))]
	first := s.width - len(indent)
	all := wrapped(line[len(indent):], first, s.width-after)
	return indent + strings.Join(all, "\n"+strings.Repeat(" ", after))
}

// hang returns the column at which a broken line goes on: that of its second column, if it has columns, else that of
// the line, and two further if the line begins at the edge. A second column is text after a gap of two spaces, at most
// 20 columns from the edge.
func hang(line string) int {
	plain := sequence.ReplaceAllString(line, "")
	text := strings.TrimLeft(plain, " ")
	begin := len(plain) - len(text)
	if gap := strings.Index(text, "  "); gap >= 0 {
		rest := strings.TrimLeft(text[gap:], " ")
		if at := span([]rune(plain[:len(plain)-len(rest)])); rest != "" && at <= 20 {
			return at
		}
	}
	if begin == 0 || begin > 20 {
		return 2
	}
	return begin
}

// wrapped returns text in lines of at most that many columns, for the first and for the others, broken between words.
func wrapped(text string, first, others int) (all []string) {
	line, used, room := "", 0, first
	for _, word := range words(text) {
		n := cells(word)
		switch {
		case line == "":
			line, used = word, n
		case used+1+n <= room:
			line, used = line+" "+word, used+1+n
		default:
			all, room = append(all, strings.TrimRight(line, " ")), others
			line, used = word, n
		}
	}
	return append(all, line)
}

// shellWords matches the rest of a command line up to punctuation of the sentence around it.
const shellWords = `(?: (?:'(?:[^']|'\\'')*'|\$'(?:[^'\\]|\\.)*'|[^\s;()']*[^\s;,()']))*`

// command matches a command in a sentence, which follows a colon or the like.
var command = regexp.MustCompile(`(?:: |then |run |\(|e\.g\. |^)((?:\x1b\[[0-9;]*m)?(?:sweepd (?:--?\w|` + verbs +
	`)\S*|systemctl)` + shellWords + `)`)

// verbs are the commands of sweepd as alternatives of a regular expression.
const verbs = `(?:apply|approve|check|completion|conversations|demo|doctor|explain|fleet|forget|help|history|init|` +
	`journal|keep|learn|login|logout|notify|pause|plan|reload|resume|review|run|scan|status|sweep|trash|undo|version)\b`

// words returns the parts of text between which a line may be broken: at a space that is not inside a command. A
// command that is broken over two lines could not be copied with the mouse.
func words(text string) (all []string) {
	whole := command.FindAllStringSubmatchIndex(text, -1)
	begin := 0
	for i := range len(text) {
		// Behind the end of a command, the next one counts.
		for len(whole) > 0 && i >= whole[0][3] {
			whole = whole[1:]
		}
		if text[i] == ' ' && (len(whole) == 0 || i < whole[0][2]) {
			all, begin = append(all, text[begin:i]), i+1
		}
	}
	return append(all, text[begin:])
}

// lastColumn returns the name in the last column of a list, which begins after that many columns, with what comes
// before it: a new line if the name would get less than 40 columns and is longer. The name is cut as cut does.
func (t *terminal) lastColumn(name string, after int) (before, fitting string) {
	if room := t.out.width - after; t.out.width >= narrow && room < narrow && cells(name) > room {
		return "\n    ", cut(name, t.out.width-4)
	} else if t.out.width >= narrow {
		name = cut(name, room)
	}
	return "", name
}

// fit returns the name as lastColumn does, with what comes before it.
func (t *terminal) fit(name string, after int) string {
	before, fitting := t.lastColumn(name, after)
	return before + fitting
}

// cut returns a name in at most room columns: a longer one loses its middle. The middle goes because the beginning
// names the folder and the end has the number and the extension, by which files from ChatGPT differ.
func cut(name string, room int) string {
	letters := []rune(name)
	if span(letters) <= room {
		return name
	}
	head, tail := 0, len(letters)
	for used := 1; head < tail; { // 1: the ellipsis
		next := letters[head : head+1]
		if head > len(letters)-tail {
			next = letters[tail-1 : tail]
		}
		if used += span(next); used > room {
			break
		}
		if head > len(letters)-tail {
			tail--
		} else {
			head++
		}
	}
	return string(letters[:head]) + "…" + string(letters[tail:])
}

// note prints a text below a name that begins after the given number of columns. In a pipe it is one line. On a
// terminal it is as many lines as it takes, and further left if it would get less than 40 columns.
func (t *terminal) note(text string, after int) {
	if t.out.width > 0 && t.out.width-after < narrow {
		after = 4
	}
	lines := []string{text}
	if t.out.width >= narrow {
		lines = wrapped(text, t.out.width-after, t.out.width-after)
	}
	for _, line := range lines {
		fmt.Fprintf(t.out, "%s%s\n", strings.Repeat(" ", after), t.dim(line))
	}
}

// pad returns the text with spaces up to that many columns.
func pad(text string, columns int) string {
	return text + strings.Repeat(" ", max(0, columns-cells(text)))
}

// right returns the text with spaces before it, in that many columns.
func (t *terminal) right(text language.Text, columns int) string {
	said := text.In(t.in)
	return strings.Repeat(" ", max(0, columns-cells(said))) + said
}

// left returns the translation of a text with spaces after it, in that many columns.
func (t *terminal) left(english string, columns int) string { return pad(t.in.Text(english), columns) }

// sequence matches the sequences that the program itself writes: colours and links, which take no column.
var sequence = regexp.MustCompile(`\x1b\[[0-9;]*m|\x1b\]8;;[^\x1b]*\x1b\\`)

// cells returns the number of columns that the text takes, without the sequences in it.
func cells(text string) int {
	if strings.Contains(text, "\x1b") {
		text = sequence.ReplaceAllString(text, "")
	}
	return span([]rune(text))
}

// span returns the number of columns that the letters take: 2 for each wide one of East Asia (UAX #11). Combining marks
// (category Mn) take none.
func span(letters []rune) (n int) {
	for _, r := range letters {
		switch k := width.LookupRune(r).Kind(); {
		case k == width.EastAsianWide || k == width.EastAsianFullwidth:
			n += 2
		case !unicode.Is(unicode.Mn, r):
			n++
		}
	}
	return n
}

package sweeper

import (
	"fmt"
	"strings"

	"github.com/dustin/go-humanize"
)

// String returns a short description of what executing the plan would do.
func (p *Plan) String() string {
	var parts []string
	for _, part := range []struct {
		items []Item
		text  string
	}{
		{p.Trash, "move %s to the trash"},
		{p.Mark, "start the grace of %s"},
		{p.Purge, "permanently delete %s from the trash"},
	} {
		if n := len(part.items); n > 0 {
			files := fmt.Sprintf("%s files (%s%s)", humanize.Comma(int64(n)),
				humanize.Bytes(uint64(max(Bytes(part.items), 0))), others(part.items))
			if n == 1 {
				files = strings.Replace(files, "files", "file", 1)
			}
			parts = append(parts, fmt.Sprintf(part.text, files))
		}
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, ", ")
}

// others returns how many of the files would be purged only because they are in the trash, as text; "" if there are
// none.
func others(items []Item) string {
	n := 0
	for _, it := range items {
		if it.PurgeReason == PurgeReasonEverything {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(", %s of them not identified as ChatGPT images", humanize.Comma(int64(n)))
}

package cloudstorage

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// Digest returns 24 hexadecimal digits that differ wherever the parts do: "a", "b" and "ab", "" too. A revision
// contains them.
func Digest(parts ...string) string {
	h := sha256.New()
	for _, part := range parts {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

package journal

import (
	"encoding/binary"
	"fmt"
)

// appendFields appends the encoding of columns as SQLite stores them, each with its type and its length, so that no
// two lists have the same encoding. Columns are nil, an int64, an int, a bool (stored as 0 or 1), a string or bytes.
func appendFields(b []byte, columns ...any) []byte {
	for _, c := range columns {
		switch c := c.(type) {
		case nil:
			b = append(b, 'n')
		case int64:
			b = binary.BigEndian.AppendUint64(append(b, 'i'), uint64(c))
		case int:
			b = binary.BigEndian.AppendUint64(append(b, 'i'), uint64(c))
		case bool:
			b = appendFields(b, bit(c))
		case string:
			b = append(binary.AppendUvarint(append(b, 't'), uint64(len(c))), c...)
		case []byte:
			b = append(binary.AppendUvarint(append(b, 'b'), uint64(len(c))), c...)
		// No column of the journal has another type, so its encoding must differ from all others.
		default:
			s := fmt.Sprintf("%T %v", c, c)
			b = append(binary.AppendUvarint(append(b, '?'), uint64(len(s))), s...)
		}
	}
	return b
}

package dropboxsim

import (
	"encoding/base64"
	"encoding/binary"
	"path"
	"strconv"
	"strings"

	"github.com/sweepd/sweepd/internal/cloudsim/content"
)

// node is a file or a folder: the object of an id. It exists once, in its namespace, and is in the tree of every
// account that has the namespace mounted. After its deletion it stays in Dropbox.nodes, with gone set.
type node struct {
	key        uint64 // from which its id is made
	folder     bool
	paper      bool       // has no bytes that can be downloaded
	gone       bool       // deleted
	ns         *namespace // the namespace that it is in
	rel        string     // its path there, in lower case
	display    string     // its path there, as it was written
	by         *Account   // the author of the newest revision
	shares     *namespace // of a folder: the namespace that is mounted here
	version               // of a file: the newest
	past       []version  // of a file: older ones
	superseded bool       // purged: nothing of it can be restored
}

// version is one revision of a file. Times are in Unix seconds. ns and rel are where the file was when it had the
// rev: a path can be restored only to the versions that it had.
type version struct {
	rev     uint64
	content *content.Content
	client  int64 // client_modified
	server  int64 // server_modified
	ns      *namespace
	rel     string // where it was
	until   int64  // when it was replaced or deleted; 0: it is the current one
}

// id returns the id of n on the wire.
func (n *node) id() string { return nodeID(n.key) }

// nodeID returns the id of a key: 16 bytes in base64, of which the second half is computed from the first, so
// that keyOf can refuse ids that were never given.
func nodeID(key uint64) string {
	b := binary.BigEndian.AppendUint64(nil, key)
	b = binary.BigEndian.AppendUint64(b, content.Mix(key))
	return "id:" + base64.RawURLEncoding.EncodeToString(b)
}

// keyOf returns the key of an id. ok is false if it is not a valid id.
func keyOf(id string) (key uint64, ok bool) {
	b, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(id, "id:"))
	if err != nil || len(b) != 16 {
		return 0, false
	}
	key = binary.BigEndian.Uint64(b)
	return key, nodeID(key) == id
}

// revBase makes revs 16 digits long, as the service's are today.
const revBase = 0x065f000000000000

// revName returns a rev in the form of the wire: at least 9 hexadecimal digits.
func revName(rev uint64) string { return "0" + strconv.FormatUint(rev, 16) }

// revOf parses a rev. If it is not valid, it returns 0, which no file has.
func revOf(s string) uint64 {
	rev, err := strconv.ParseUint(s, 16, 64)
	if err != nil || revName(rev) != s {
		return 0
	}
	return rev
}

// name returns the last part of the path.
func (n *node) name() string { return path.Base(n.display) }

// size returns the size of its current bytes; 0 for a folder, and for a nil node.
func (n *node) size() int64 {
	if n == nil || n.content == nil {
		return 0
	}
	return n.content.Size()
}

// versions returns all versions of n, oldest first; none of a folder or of a file that was purged.
func (n *node) versions() []version {
	if n.folder || n.superseded {
		return nil
	}
	return append(n.past[:len(n.past):len(n.past)], n.version)
}

// newNode returns a node that is nowhere yet. Its id is settled and found by Dropbox.node; insert gives it a
// place.
func (d *Dropbox) newNode(folder bool) *node {
	d.made++
	n := &node{key: content.Mix(d.made), folder: folder}
	d.nodes[n.key] = n
	return n
}

// revise gives n a new rev, higher than all before it. The old rev still leads to n.
func (d *Dropbox) revise(n *node) {
	d.revised++
	n.rev = revBase + d.revised
	d.revs[n.rev] = n
}

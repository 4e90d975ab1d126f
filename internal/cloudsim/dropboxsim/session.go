package dropboxsim

import (
	"net/http"

	"github.com/sweepd/sweepd/internal/cloudsim/content"
)

// maxSession is the maximum size of one session here, in bytes.
const maxSession = 512 << 20

// session is an upload in several requests. data has the bytes so far. closed means that no more may be appended.
type session struct {
	a      *Account
	data   []byte
	closed bool
}

// sessionCursor is the client's view of a session's progress: its offset must be the number of bytes that are
// there.
type sessionCursor struct {
	ID     string `json:"session_id"`
	Offset int64  `json:"offset"`
}

// finishArg is one session to make a file of.
type finishArg struct {
	Cursor sessionCursor `json:"cursor"`
	Commit commitInfo    `json:"commit"`
	Hash   string        `json:"content_hash"`
}

// sessionStart serves files/upload_session/start. Only sequential sessions are supported.
func sessionStart(c *call) (any, error) {
	in := struct {
		Close bool   `json:"close"`
		Type  tag    `json:"session_type"`
		Hash  string `json:"content_hash"`
	}{Type: "sequential"}
	if err := c.args(&in); err != nil {
		return nil, err
	}
	if in.Type != "sequential" {
		return nil, union("concurrent_session_not_allowed")
	}
	b, err := c.chunk(in.Hash)
	if err != nil {
		return nil, err
	}
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	id := "pid_upload_session:" + c.d.secret()
	c.d.sessions[id] = &session{a: c.a, data: b, closed: in.Close}
	return map[string]any{"session_id": id}, nil
}

// chunk returns the bytes of a request, if they have that content_hash.
func (c *call) chunk(hash string) ([]byte, error) {
	b, err := c.body()
	if err == nil && hash != "" && content.Bytes(b).Blocks() != hash {
		err = union("content_hash_mismatch")
	}
	return b, err
}

// open returns the session of a cursor, if its offset is right. The caller holds the lock. A session that is
// unknown or another account's is not_found; a wrong offset is incorrect_offset with the right one, from which a
// client goes on after a lost answer.
func (c *call) open(at sessionCursor) (*session, error) {
	s := c.d.sessions[at.ID]
	switch {
	case s == nil || s.a != c.a:
		return nil, notFound
	case int64(len(s.data)) != at.Offset:
		return nil, &refusal{http.StatusConflict, "incorrect_offset", map[string]any{"correct_offset": len(s.data)}}
	}
	return s, nil
}

// sessionAppend serves files/upload_session/append_v2.
func sessionAppend(c *call) (any, error) {
	var in struct {
		Cursor sessionCursor `json:"cursor"`
		Close  bool          `json:"close"`
		Hash   string        `json:"content_hash"`
	}
	if err := c.args(&in); err != nil {
		return nil, err
	}
	b, err := c.chunk(in.Hash)
	if err != nil {
		return nil, err
	}
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	s, err := c.open(in.Cursor)
	switch {
	case err != nil:
		return nil, err
	case s.closed:
		return nil, union("closed")
	case len(s.data)+len(b) > maxSession:
		return nil, union("too_large")
	}
	s.data, s.closed = append(s.data, b...), in.Close
	return nil, nil
}

// sessionFinish serves files/upload_session/finish: the last bytes, and the file. The session is used up only if
// the file was made, so that a client can repeat a request that failed.
func sessionFinish(c *call) (any, error) {
	var in finishArg
	if err := c.args(&in); err != nil {
		return nil, err
	}
	if err := in.Commit.check(); err != nil {
		return nil, err
	}
	b, err := c.chunk(in.Hash)
	if err != nil {
		return nil, err
	}
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	s, err := c.open(in.Cursor)
	if f, ok := err.(*refusal); ok {
		f.reason = "lookup_failed/" + f.reason
	}
	if err != nil {
		return nil, under("lookup_failed", err)
	}
	meta, err := c.commit(in.Commit, content.Bytes(append(s.data, b...)))
	if err != nil {
		return nil, under("path", err)
	}
	delete(c.d.sessions, in.Cursor.ID)
	return meta, nil
}

// finishBatch serves files/upload_session/finish_batch_v2: closed sessions, each separately.
func finishBatch(c *call) (any, error) {
	var in struct {
		Entries []finishArg `json:"entries"`
	}
	if err := c.args(&in); err != nil {
		return nil, err
	}
	if len(in.Entries) == 0 || len(in.Entries) > 1000 {
		return nil, badInput("request body: entries: from 1 to 1000 of them")
	}
	for _, e := range in.Entries {
		if err := e.Commit.check(); err != nil {
			return nil, err
		}
	}
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	entries := []any{}
	for _, e := range in.Entries {
		meta, err := c.finishOne(e)
		if err != nil {
			entries = append(entries, map[string]any{".tag": "failure", "failure": nested(err.Error(), nil)})
			continue
		}
		meta.Tag = "success"
		entries = append(entries, meta)
	}
	return map[string]any{"entries": entries}, nil
}

// finishOne makes a file of one session; an error is a union. The session must be closed.
func (c *call) finishOne(e finishArg) (*fileMeta, error) {
	s, err := c.open(e.Cursor)
	if _, wrong := err.(*refusal); wrong {
		return nil, union("lookup_failed/other")
	}
	if err == nil && !s.closed {
		err = union("not_closed")
	}
	if err != nil {
		return nil, under("lookup_failed", err)
	}
	meta, err := c.commit(e.Commit, content.Bytes(s.data))
	if err == nil {
		delete(c.d.sessions, e.Cursor.ID)
	}
	return meta, under("path", err)
}

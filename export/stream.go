package export

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// stream reads a JSON text one value at a time. A value is at most limits.Value bytes long.
type stream struct {
	x    *reader
	path string // of the member, for problems
	dec  *json.Decoder
	in   *allowance
}

func newStream(x *reader, m member, r io.Reader) *stream {
	in := &allowance{r: r}
	return &stream{x: x, path: m.path, dec: json.NewDecoder(in), in: in}
}

// allowance reads at most left bytes; a json.Decoder keeps everything that it reads for one value in memory.
type allowance struct {
	r    io.Reader
	left int64
}

func (a *allowance) Read(p []byte) (int, error) {
	if a.left <= 0 {
		return 0, fmt.Errorf("%w: a single message or entry", ErrTooLarge)
	}
	n, err := a.r.Read(p[:min(int64(len(p)), a.left)])
	a.left -= int64(n)
	return n, err
}

// errForm is the error of a value of a form that is not known. The reading can go on after it.
var errForm = fmt.Errorf("%w: a message or entry", ErrMalformed)

// value decodes the next value. A value of another form is a problem, and not an error: v then has the rest of it.
func (s *stream) value(v any) error {
	s.in.left = s.x.limits.Value
	err := s.dec.Decode(v)
	var form *json.UnmarshalTypeError
	if errors.As(err, &form) || errors.Is(err, errForm) {
		s.x.problem(s.path, fmt.Errorf("%w, before byte %d", errForm, s.dec.InputOffset()))
		return nil
	}
	return syntax(err)
}

// token returns the next token.
func (s *stream) token() (json.Token, error) {
	s.in.left = s.x.limits.Value
	t, err := s.dec.Token()
	return t, syntax(err)
}

// syntax returns an error of the syntax as ErrMalformed. Any other error is that of the reader.
func syntax(err error) error {
	var wrong *json.SyntaxError
	if errors.As(err, &wrong) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return err
}

// array calls element before each element of the array that is next.
func (s *stream) array(element func() error) error {
	if err := s.delim('['); err != nil {
		return err
	}
	for s.more() {
		if err := element(); err != nil {
			return err
		}
	}
	return s.delim(']')
}

// object calls field after each key of the object that is next.
func (s *stream) object(field func(key string) error) error {
	if err := s.delim('{'); err != nil {
		return err
	}
	return s.fields(field)
}

// fields is the rest of object after the brace.
func (s *stream) fields(field func(key string) error) error {
	for s.more() {
		t, err := s.token()
		if err != nil {
			return err
		}
		key, ok := t.(string)
		if !ok {
			return ErrMalformed
		}
		if err := field(key); err != nil {
			return err
		}
	}
	return s.delim('}')
}

func (s *stream) more() bool {
	s.in.left = s.x.limits.Value
	return s.dec.More()
}

// delim reads the delimiter that must be next.
func (s *stream) delim(want json.Delim) error {
	t, err := s.token()
	if err == nil && t != want {
		err = fmt.Errorf("%w: %v before byte %d, want %v", ErrMalformed, t, s.dec.InputOffset(), want)
	}
	return err
}

// skip reads a value and forgets it.
func (s *stream) skip() error {
	var ignored struct{}
	s.in.left = s.x.limits.Value
	err := s.dec.Decode(&ignored)
	var form *json.UnmarshalTypeError // it is not an object
	if errors.As(err, &form) {
		return nil
	}
	return syntax(err)
}

// end checks that nothing follows. In a zip, this reads to the checksum.
func (s *stream) end() error {
	s.in.left = s.x.limits.Value
	_, err := s.dec.Token()
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err == nil {
		return fmt.Errorf("%w: more follows after byte %d", ErrMalformed, s.dec.InputOffset())
	}
	return syntax(err)
}

// kept is a JSON array of which only the elements are held that are wanted: an array of the smallest elements takes
// many times its length.
type kept[T interface{ wanted() bool }] []T

// most is how many pictures or attachments a message has at most.
const most = 10_000

// UnmarshalJSON implements json.Unmarshaler.
func (k *kept[T]) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		return nil
	}
	if b[0] != '[' {
		return errForm
	}
	return k.read(b)
}

// read reads the array b, which is valid JSON.
func (k *kept[T]) read(b []byte) (form error) {
	dec := json.NewDecoder(bytes.NewReader(b))
	if _, err := dec.Token(); err != nil {
		return err
	}
	for dec.More() {
		var v T
		if err := dec.Decode(&v); err != nil {
			form = errForm
		}
		if !v.wanted() {
			continue
		}
		if *k = append(*k, v); len(*k) > most {
			return fmt.Errorf("%w: in one message", ErrTooMany)
		}
	}
	return form
}

package openaisim

import (
	"bytes"
	"crypto/sha256"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/sweepd/sweepd/internal/cloudsim"
)

const (
	// Provider is the name of this service in the record.
	Provider = "openai"
	// Host is the API's host.
	Host = "api.openai.com"
	// Path is the endpoint's path.
	Path = "/v1/content_provenance_checks"
	// Method is the endpoint's name in the record.
	Method = "openai.content_provenance_checks.create"
)

// Watermark are the bytes that stand for the watermark of OpenAI's tools: a file that contains them has it.
const Watermark = "rehearsal of sweepd: SynthID"

// maxFile is the size of the largest file that is examined.
const maxFile = 50 << 20

// Options are the options of an OpenAI.
type Options struct {
	Rate int // the uploads of one key in a minute; 0: 60
}

// Key is an API key.
type Key struct {
	Secret  string
	Owner   string // in the record
	Revoked bool
	Barred  bool // the organisation has no access to the endpoint
}

// Upload is one file that a client sent, whether or not it was examined.
type Upload struct {
	SHA256    [sha256.Size]byte
	Size      int64
	Name      string // of the file, as the client calls it
	MediaType string // as the client calls it
}

// OpenAI is the service. Its methods may be called from several goroutines at once.
type OpenAI struct {
	roof *cloudsim.Cloud
	o    Options

	mu      sync.Mutex
	keys    map[string]*Key        // by secret
	recent  map[string][]time.Time // uploads of a key in the last minute
	uploads []Upload
}

var _ cloudsim.Service = (*OpenAI)(nil)

// New adds an OpenAI without keys to the cloud c.
func New(c *cloudsim.Cloud, o Options) (*OpenAI, error) {
	if o.Rate == 0 {
		o.Rate = 60
	}
	s := &OpenAI{roof: c, o: o, keys: map[string]*Key{}, recent: map[string][]time.Time{}}
	return s, c.Add(s)
}

// SetKey adds a key, or replaces the one with the same secret.
func (s *OpenAI) SetKey(k Key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys[k.Secret] = &k
}

// Uploads returns the files that were sent so far, in order.
func (s *OpenAI) Uploads() []Upload {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.uploads)
}

// Provider implements cloudsim.Service.
func (s *OpenAI) Provider() string { return Provider }

// Hosts implements cloudsim.Service.
func (s *OpenAI) Hosts() []string { return []string{Host} }

// Call implements cloudsim.Service.
func (s *OpenAI) Call(r *http.Request) cloudsim.Call {
	if r.URL.Path != Path {
		return cloudsim.Call{}
	}
	call := cloudsim.Call{Method: Method}
	if k, _ := s.key(r); k != nil {
		call.Account = k.Owner
	}
	return call
}

// Disturb implements cloudsim.Service. The service keeps no files.
func (s *OpenAI) Disturb(*http.Request, cloudsim.Kind) bool { return false }

// key returns the key with which r is signed, or nil, and whether it is signed at all.
func (s *OpenAI) key(r *http.Request) (k *Key, signed bool) {
	secret, signed := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	s.mu.Lock()
	defer s.mu.Unlock()
	if k := s.keys[secret]; k != nil && !k.Revoked {
		return k, true
	}
	return nil, signed && secret != ""
}

// limited counts an upload of a key, and returns how long to wait if there were too many in the last minute.
func (s *OpenAI) limited(k *Key) time.Duration {
	now := s.roof.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	recent := slices.DeleteFunc(s.recent[k.Secret], func(t time.Time) bool { return now.Sub(t) >= time.Minute })
	s.recent[k.Secret] = recent
	if len(recent) >= s.o.Rate {
		return time.Minute - now.Sub(recent[0])
	}
	s.recent[k.Secret] = append(recent, now)
	return 0
}

// received notes an upload.
func (s *OpenAI) received(u Upload) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.uploads = append(s.uploads, u)
}

// c2pa and synthID are the results of the two detectors. A pointer is null if it is nil.
type (
	c2pa struct {
		Type            string  `json:"type"`
		Outcome         string  `json:"outcome"`
		ValidationState string  `json:"validation_state"`
		Issuer          *string `json:"issuer"`
		Model           *string `json:"model"`
		GeneratedAt     *string `json:"generated_at"`
	}
	synthID struct {
		Type        string  `json:"type"`
		Outcome     string  `json:"outcome"`
		Model       *string `json:"model"`
		GeneratedAt *string `json:"generated_at"`
	}
)

// results returns the results for an image. The service verifies no credential: each counts as invalid.
func results(file []byte) []any {
	credential := c2pa{Type: "c2pa", Outcome: "not_detected", ValidationState: "not_present"}
	if bytes.Contains(file, []byte("jumdc2pa")) {
		credential.ValidationState = "invalid"
	}
	watermark := synthID{Type: "synthid", Outcome: "not_detected"}
	if bytes.Contains(file, []byte(Watermark)) {
		watermark.Outcome, watermark.Model = "detected", new("gpt-image")
	}
	return []any{credential, watermark}
}

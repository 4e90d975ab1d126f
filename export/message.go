package export

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"
)

// node is one node of a conversation's tree, of which only the fields are read that concern pictures.
type node struct {
	Message message `json:"message"`
}

type message struct {
	Author struct {
		Role string `json:"role"`
	} `json:"author"`
	Created stamp `json:"create_time"`
	Content struct {
		Parts parts `json:"parts"`
	} `json:"content"`
	Metadata struct {
		Attachments kept[attachment] `json:"attachments"`
	} `json:"metadata"`
}

// parts are the parts of a message's content that are pictures.
type parts kept[part]

// UnmarshalJSON implements json.Unmarshaler. Most messages are a text alone, which it does not read once more.
func (p *parts) UnmarshalJSON(b []byte) error {
	if b[0] == '[' && bytes.IndexByte(b, '{') < 0 {
		return nil
	}
	return (*kept[part])(p).UnmarshalJSON(b)
}

// part is a part of a message's content. Those that are texts stay empty.
type part struct {
	ContentType string `json:"content_type"`
	Pointer     string `json:"asset_pointer"`
	Metadata    struct {
		DALLE      isObject `json:"dalle"`
		Generation isObject `json:"generation"`
		Sanitized  bool     `json:"sanitized"`
	} `json:"metadata"`
}

func (p part) wanted() bool { return p.Pointer != "" }

// UnmarshalJSON implements json.Unmarshaler.
func (p *part) UnmarshalJSON(b []byte) error {
	if b[0] != '{' {
		return nil
	}
	type plain part
	return json.Unmarshal(b, (*plain)(p))
}

// attachment is a file that a person attached to a message.
type attachment struct {
	ID string `json:"id"`
}

func (a attachment) wanted() bool { return a.ID != "" }

// isObject is whether a value is an object. Only its presence matters.
type isObject bool

// UnmarshalJSON implements json.Unmarshaler.
func (o *isObject) UnmarshalJSON(b []byte) error {
	*o = b[0] == '{'
	return nil
}

// sighting is a claim of a message about the picture of one id.
type sighting struct {
	id string
	claim
}

// sightings returns the claims of m about pictures. The name of a tool is not used, because it changes.
func (m message) sightings() (all []sighting) {
	for _, p := range m.Content.Parts {
		if id := p.id(); id != "" {
			all = append(all, sighting{id, claim{
				generated: m.Author.Role == "tool" && p.generated(),
				uploaded:  m.Author.Role == "user" || p.Metadata.Sanitized,
				created:   time.Time(m.Created),
			}})
		}
	}
	for _, a := range m.Metadata.Attachments {
		if id := idIn(a.ID); id != "" {
			all = append(all, sighting{id, claim{uploaded: true, created: time.Time(m.Created)}})
		}
	}
	return all
}

// id returns the id in p's pointer: sediment://file_ID, file-service://file-ID, or sediment://HASH#file_ID#p_1.png.
func (p part) id() string {
	_, rest, _ := strings.Cut(p.Pointer, "://")
	if i := strings.Index(rest, "#file"); i >= 0 {
		rest = rest[i+1:]
	}
	return idIn(rest)
}

// generated reports whether p is a picture with the record of its generation.
func (p part) generated() bool {
	return p.ContentType == "image_asset_pointer" && (bool(p.Metadata.DALLE) || bool(p.Metadata.Generation))
}

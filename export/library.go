package export

import "time"

// entry is an entry of library_files.json, of 2026.
type entry struct {
	FileID       string `json:"file_id"`
	Generation   string `json:"image_gen_generation_id"`
	Conversation string `json:"origination_thread_id"`
	Created      stamp  `json:"created_at"`
}

// library reads a file of the library, an array of entries. An entry without a generation claims nothing.
func (x *reader) library(s *stream) error {
	return s.array(func() error {
		var e entry
		if err := s.value(&e); err != nil {
			return err
		}
		id := idIn(e.FileID)
		if id == "" || e.Generation == "" {
			return nil
		}
		return x.claim(id, claim{
			generated: true, created: time.Time(e.Created), conversation: x.conversation(cut(e.Conversation, 64)),
		})
	})
}

// originalNames reads conversation_asset_file_names.json, an object with the original names of files, by their present
// names. An original name can show that a file is an upload.
func (x *reader) originalNames(s *stream) error {
	return s.object(func(present string) error {
		var original string
		if err := s.value(&original); err != nil {
			return err
		}
		id := idIn(present)
		if id == "" || !uploadByName(original) {
			return nil
		}
		return x.claim(id, claim{uploaded: true})
	})
}

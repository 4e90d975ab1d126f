package fingerprint

import (
	"errors"
	"strings"
)

// video returns the verdict on a video, which has no confidence and no media type, so that no rule applies to it. It
// shows whether OpenAI made the video, as Sora does: by the credential, or by the download name.
func (c *Classifier) video(f File, s findings, r *Report) (Verdict, error) {
	s.name, _ = c.names().Match(asPicture(f.Name))
	if s.header.credential {
		if err := c.readSeal(f, &s, r); err != nil && !errors.Is(err, errHeaderLimit) {
			return Verdict{}, err
		}
	}
	r.name(s)
	r.lower()
	if s.credential.state != sealGenuine && s.name.Product != string(Sora) {
		return Verdict{}, nil
	}
	v := Verdict{
		Product:  s.product(),
		Made:     s.credential.made,
		Partial:  s.credential.open,
		Evidence: append(s.evidence(), Evidence{Detector: "header.video", Found: "a video, which no rule moves"}),
	}
	for i := range v.Evidence {
		v.Evidence[i].Confidence = None
	}
	return v, nil
}

// asPicture returns the name that a picture has in place of a video of that name: Sora names both alike.
func asPicture(name string) string {
	dot := strings.LastIndexByte(name, '.')
	if dot < 0 {
		return name
	}
	switch strings.ToLower(name[dot:]) {
	case ".mp4", ".mov":
		return name[:dot] + ".png"
	}
	return name
}

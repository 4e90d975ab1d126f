package known

import "github.com/sweepd/sweepd/fingerprint"

// Weigh returns the verdict of the detectors on the file, with what is known of its bytes.
func (m Match) Weigh(v fingerprint.Verdict) fingerprint.Verdict {
	switch {
	case m.Uploaded():
		return v.With(fingerprint.Given, fingerprint.NoProduct)
	case m.Generated():
		return v.With(fingerprint.Exported, fingerprint.ChatGPT)
	case m.Twin():
		return v.With(fingerprint.Stripped, m.Product)
	case m.Named():
		return v.With(fingerprint.Named, fingerprint.Unstated)
	}
	return v
}

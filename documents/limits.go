package documents

// limits are the bounds on what reading one document takes. The largest pictures of ChatGPT that are known have 4 MB.
type limits struct {
	Document  int64 // bytes of a document that is read from its beginning to its end
	Directory int64 // bytes of a zip's directory
	Members   int   // parts of a zip
	Pictures  int   // that are looked at
	Picture   int64 // bytes of one picture, unpacked
	Unpacked  int64 // bytes of all of them
	// Of more than Slack bytes, at most Ratio times as many are unpacked as are in the zip: pictures hardly shrink.
	Ratio, Slack int64
	Nesting      int // documents in documents
}

// realistic returns the limits of a real reading.
func realistic() limits {
	return limits{
		Document: 4 << 30, Directory: 8 << 20, Members: 1 << 16, Pictures: 1 << 14, Picture: 32 << 20,
		Unpacked: 512 << 20, Ratio: 50, Slack: 1 << 20, Nesting: 1,
	}
}

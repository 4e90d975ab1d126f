package export

// limits are the bounds on what a reading takes. The largest real exports that are known have 6 GB, 15,439 files,
// 1.1 GB of conversations, and pictures of a few MB.
type limits struct {
	DirectoryBytes int64 // bytes of all central directories of zips
	Members        int   // files
	IDs            int   // ids of pictures in messages and in the library
	Images         int   // pictures

	Value        int64 // bytes of one message, or another JSON value that is read at once
	Conversation int64 // bytes of one conversation
	JSON         int64 // bytes of one JSON file
	Image        int64 // bytes of one picture
	Spool        int64 // bytes of all temporary files
	Total        int64 // bytes that are read, unpacked

	// A file of more than Slack bytes may be at most Ratio times as large as it is in the zip.
	Ratio, Slack int64
	Problems     int
}

// realistic returns the limits of a real reading.
func realistic() limits {
	return limits{
		DirectoryBytes: 16 << 20, Members: 1 << 18, IDs: 1 << 18, Images: 1 << 17,
		Value: 16 << 20, Conversation: 256 << 20, JSON: 4 << 30, Image: 1 << 30, Spool: 64 << 30, Total: 256 << 30,
		Ratio: 200, Slack: 16 << 20, Problems: 100,
	}
}

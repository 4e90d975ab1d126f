package journal

import "context"

func (j *Journal) writeHead(ctx context.Context) error { return nil }

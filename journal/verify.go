package journal

import "context"

func (j *Journal) Verify(ctx context.Context) (lines int64, err error) { return 0, nil }

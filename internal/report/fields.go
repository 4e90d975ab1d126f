package report

import "log/slog"

// LogValue returns the run as a group of attributes for a log, without names: its kind and result, and the figures of
// its summary. err is the part of its error that has no names. A log may be read by others than the owner of the files,
// so an error without a safe part is left out; history has it.
func (r Run) LogValue() slog.Value {
	attrs := []slog.Attr{
		slog.String("kind", r.Kind), slog.String("result", r.Headline().String()), slog.Any("", &r.Summary),
	}
	if r.held != "" {
		attrs = append(attrs, slog.String("err", r.held))
	}
	return slog.GroupValue(attrs...)
}

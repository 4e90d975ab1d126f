package cloudstorage

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
)

var errBroken = errors.New("broken")

// read returns the elements and the errors of a listing, in their order, as text. It stops after most of them.
func read(ctx context.Context, most int, list func(*Sink[int]) error) (got []string) {
	for v, err := range List(ctx, list) {
		if err != nil {
			got = append(got, err.Error())
		} else {
			got = append(got, fmt.Sprint(v))
		}
		if len(got) == most {
			break
		}
	}
	return got
}

func TestAListingGivesItsElementsAndThenItsError(t *testing.T) {
	for name, c := range map[string]struct {
		list func(*Sink[int]) error
		want []string
	}{
		"nothing": {func(*Sink[int]) error { return nil }, nil},
		"whole":   {func(s *Sink[int]) error { return errors.Join(s.Give(1), s.Give(2)) }, []string{"1", "2"}},
		"broken":  {func(s *Sink[int]) error { return errors.Join(s.Give(1), errBroken) }, []string{"1", "broken"}},
		"with a place that cannot be listed": {
			func(s *Sink[int]) error { return errors.Join(s.Give(1), s.GiveError(errBroken), s.Give(3)) },
			[]string{"1", "broken", "3"},
		},
	} {
		seq := List(t.Context(), c.list)
		if got := read(t.Context(), -1, c.list); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
		for range 2 { // a sequence can be read again
			n := 0
			for range seq {
				n++
			}
			if n != len(c.want) {
				t.Errorf("%s: got %d elements, want %d", name, n, len(c.want))
			}
		}
	}
}

// A reader that has left gets nothing more, whatever the listing does: a call after that would panic.
func TestAReaderThatLeftGetsNothingMore(t *testing.T) {
	for name, list := range map[string]func(*Sink[int]) error{
		"heeded":          func(s *Sink[int]) error { return errors.Join(s.Give(1), errBroken) },
		"wrapped":         func(s *Sink[int]) error { return fmt.Errorf("page 1: %w", s.Give(1)) },
		"ignored":         func(s *Sink[int]) error { _ = s.Give(1); return nil },
		"ignored, broken": func(s *Sink[int]) error { _ = s.Give(1); return errBroken },
		"at an error":     func(s *Sink[int]) error { return errors.Join(s.GiveError(errors.New("1")), errBroken) },
		"given more": func(s *Sink[int]) error {
			first := s.Give(1)
			if s.Give(2) != first || s.GiveError(errBroken) != first || first == nil {
				t.Error("what comes after it was left is not refused")
			}
			return first
		},
	} {
		if got := read(t.Context(), 1, list); !slices.Equal(got, []string{"1"}) {
			t.Errorf("%s: got %q, want the first element alone", name, got)
		}
	}
}

// A listing without an error counts as complete: one that the context cut off must have one.
func TestAListingThatItsContextCutsOffEndsWithAnError(t *testing.T) {
	for name, list := range map[string]func(*Sink[int]) error{
		"heeded":      func(s *Sink[int]) error { return s.Give(2) },
		"wrapped":     func(s *Sink[int]) error { return fmt.Errorf("page 2: %w", s.Give(2)) },
		"ignored":     func(s *Sink[int]) error { _ = s.Give(2); return nil },
		"at an error": func(s *Sink[int]) error { return s.GiveError(errBroken) },
		"hidden":      func(s *Sink[int]) error { _ = s.GiveError(errBroken); return nil },
	} {
		ctx, cancel := context.WithCancel(t.Context())
		var last error
		n := 0
		for _, err := range List(ctx, func(s *Sink[int]) error {
			if err := s.Give(1); err != nil {
				return err
			}
			cancel()
			return list(s)
		}) {
			n, last = n+1, err
		}
		if n != 2 || !errors.Is(last, context.Canceled) {
			t.Errorf("%s: got %d elements, the last with %v; want one and then the context's error", name, n, last)
		}
	}
}

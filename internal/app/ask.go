package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/internal/cloud/cloudhttp"
	"github.com/sweepd/sweepd/internal/cloud/provenance"
	"github.com/sweepd/sweepd/internal/secret"
	"github.com/sweepd/sweepd/policy"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/sweeper"
)

// openAsk returns the function by which pictures are uploaded to OpenAI. It returns nil without Options.Upload, if no
// open storage asks, and without a record, in which every upload is counted. An error means that there is no usable
// key, which Options.Ask does without.
func (a *App) openAsk() (sweeper.Ask, error) {
	asks := func(st *providers.Storage) bool { return a.Policy.Asks(st.Name()) }
	if !a.o.Upload || a.ReportOnly != nil || !slices.ContainsFunc(a.Storages, asks) {
		return nil, nil
	}
	if a.o.Ask != nil {
		return a.o.Ask, nil
	}
	key, err := a.o.apiKey(a.Paths, a.Policy.OpenAI)
	if err != nil {
		return nil, err
	}
	c := provenance.New(provenance.Options{Key: key, Now: a.o.Now, Log: a.o.Log})
	return func(ctx context.Context, picture []byte, mediaType string) (fingerprint.Answer, error) {
		got, err := c.Ask(ctx, picture, mediaType)
		switch {
		case errors.Is(err, cloudhttp.Refused):
			err = fmt.Errorf("%w: %w", sweeper.ErrUnsuitable, err)
		case errors.Is(err, cloudhttp.Unavailable), errors.Is(err, provenance.ErrForm):
			err = fmt.Errorf("%w: %w", sweeper.ErrUnanswered, err)
		}
		return fingerprint.Answer{SynthID: got.SynthID, Model: got.Model}, err
	}, nil
}

// apiKey reads the API key of the policy from its file, which must be readable by its owner only. A file with anything
// beside the key is a *UsageError, so that no other file is sent to OpenAI as a key by mistake.
func (o Options) apiKey(p Paths, c policy.OpenAI) (secret.Text, error) {
	text, err := p.SignIns(o.Getenv).ReadPrivate(c.Key)
	if err != nil {
		return secret.Text{}, fmt.Errorf("read the API key: %w", err)
	}
	words := strings.Fields(string(text))
	if len(words) != 1 {
		return secret.Text{}, &UsageError{
			fmt.Errorf("%s is no API key", c.Key), "write the key alone into the file, on one line",
		}
	}
	return secret.New(words[0]), nil
}

package rehearsal

import "github.com/sweepd/sweepd/internal/cloudsim/openaisim"

// apiKey is the key for the simulated OpenAI. It is a key to nothing.
const apiKey = "sk-rehearsal-of-sweepd"

// openOpenAI adds an OpenAI with one key. It must be called before the server starts.
func openOpenAI(r *Rehearsal, _ Options) error {
	s, err := openaisim.New(r.cloud, openaisim.Options{})
	if err == nil {
		s.SetKey(openaisim.Key{Secret: apiKey, Owner: address(0)})
	}
	return err
}

package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"sync"

	"github.com/sweepd/sweepd/fingerprint"
	"github.com/sweepd/sweepd/providers"
	"github.com/sweepd/sweepd/providers/local"
	"github.com/sweepd/sweepd/xdgtrash"
)

// Survey is the result of a quick look for ChatGPT images in the user's home.
type Survey struct {
	Folders []PictureFolder // those that a policy may name; see Propose
	Others  int64           // the images, likely at least, in none of Folders
	Seen    int64           // files
	Partial bool            // the context ended before all folders were listed
}

// Survey lists the home, and the folders in first before the rest of it, and reads the header of each file that may be
// an image. It changes nothing and needs no policy and no record. It enters no hidden folder, and none that a scan
// leaves out: trash bins, caches, backups, other mounts, and folders with a .nosweep. If the context ends first, the
// Survey is partial, which is no error. progress is called now and then.
func (o Options) Survey(ctx context.Context, first []string, progress func(seen, found int64)) (Survey, error) {
	o, paths, err := o.Resolve()
	if err != nil {
		return Survey{}, err
	}
	if paths.Home == "" {
		return Survey{}, &UsageError{errors.New("there is no home to look in"), "set HOME"}
	}
	st, err := o.openSurvey(paths.Home, first)
	if err != nil {
		return Survey{}, fmt.Errorf("look for pictures: %w", err)
	}
	s := &surveyor{st: st, classifier: o.Classifier, progress: progress, by: map[string]PictureFolder{}}
	s.run(ctx)
	result := Survey{Seen: s.seen, Partial: ctx.Err() != nil}
	result.Folders, result.Others = o.Propose(s.by)
	return result, st.Close()
}

// openSurvey opens the folders read-only. The listing takes the last root first.
func (o Options) openSurvey(home string, first []string) (*providers.Storage, error) {
	all := slices.Concat([]string{home}, first)
	slices.Reverse(all[1:])
	bin, err := xdgtrash.Home(o.Getenv)
	if err != nil {
		return nil, err
	}
	d, err := local.Open(local.Options{
		Roots: all, Interest: fingerprint.Interesting, Exclude: []string{"**/.*", "**/node_modules"}, TrashHome: bin,
		Now: o.Now, Workers: 1, // several would not keep the order
	})
	if err != nil {
		return nil, err
	}
	return providers.NewStorage(named, d, providers.Options{Roots: d.Roots()})
}

// surveyor is a Survey under way. The fields below mu are shared by its workers.
type surveyor struct {
	st         *providers.Storage
	classifier *fingerprint.Classifier
	progress   func(seen, found int64)
	seen       int64

	mu    sync.Mutex
	found int64
	by    map[string]PictureFolder
}

// surveyWorkers is the number of files that are read at once.
const surveyWorkers = 4

// run lists, and reads each file that was listed before the context ended. A folder or a file that cannot be read is
// passed over: no plan depends on a survey.
func (s *surveyor) run(ctx context.Context) {
	files := make(chan providers.Entry, surveyWorkers)
	var workers sync.WaitGroup
	for range surveyWorkers {
		workers.Go(func() {
			for e := range files {
				s.read(context.WithoutCancel(ctx), e)
			}
		})
	}
	for c, err := range s.st.Changes(ctx, "") {
		if ctx.Err() != nil {
			break
		}
		switch {
		case err != nil:
		case c.Checkpoint():
			s.seen = c.Seen
		default:
			files <- c.Entry
			if s.seen++; s.seen%64 == 0 {
				s.report()
			}
		}
	}
	close(files)
	workers.Wait()
}

// report passes the counts on, without the lock: the caller may take its time.
func (s *surveyor) report() {
	s.mu.Lock()
	found := s.found
	s.mu.Unlock()
	s.progress(s.seen, found)
}

// read counts the file in its folder, if it is likely from ChatGPT.
func (s *surveyor) read(ctx context.Context, e providers.Entry) {
	v, err := s.classifier.Classify(fingerprint.File{
		Name: e.Name(), Size: e.Size, Bytes: ranges{ctx, s.st, e}, HeaderOnly: true,
	})
	if err != nil || v.Confidence < fingerprint.Likely {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.found++
	CountPicture(s.by, e.Path, v.Confidence)
}

// CountPicture counts an image in its folder, unless it is less than likely.
func CountPicture(by map[string]PictureFolder, path string, c fingerprint.Confidence) {
	if c < fingerprint.Likely {
		return
	}
	dir := filepath.Dir(path)
	f := PictureFolder{dir, by[dir].Images + 1, by[dir].Sure}
	if c >= fingerprint.Strong {
		f.Sure++
	}
	by[dir] = f
}

// ranges reads one file of a storage.
type ranges struct {
	ctx context.Context
	st  *providers.Storage
	e   providers.Entry
}

// ReadAt implements io.ReaderAt for the revision of the entry.
func (r ranges) ReadAt(p []byte, off int64) (int, error) {
	want := min(int64(len(p)), r.e.Size-off)
	if want <= 0 {
		return 0, io.EOF
	}
	rc, err := r.st.ReadRange(r.ctx, r.e, off, want)
	if err != nil {
		return 0, err
	}
	n, err := io.ReadFull(rc, p[:want])
	if err = errors.Join(err, rc.Close()); err == nil && n < len(p) {
		err = io.EOF
	}
	return n, err
}

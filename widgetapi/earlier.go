package widgetapi

import "sync"

// earlierFiles is how many files of other builds are held in memory, some five builds:
// at most 15 MB with their packed forms, and usually one.
const earlierFiles = 128

// earlier holds files of builds that this process does not have itself, so that the
// pages of before an upgrade cost the database one look each.
type earlier struct {
	mu    sync.Mutex
	files map[string]*keptFile
}

type keptFile struct {
	content []byte
	packed  packed // its own, to go with it
}

// kept finds a file of another build. What is not in memory counts as a request of
// whoever asks: guessing hashes uses up the guesser's own allowance.
func (s *Server) kept(c *call, address string) (*keptFile, error) {
	if f := s.earlier.file(address); f != nil {
		return f, nil
	}
	if err := s.allow(c, budgetRequest); err != nil {
		return nil, err
	}
	content, err := s.deps.Builds.WidgetFile(c.ctx(), address)
	if err != nil {
		return nil, err
	}
	return s.earlier.hold(address, content), nil
}

func (e *earlier) file(address string) *keptFile {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.files[address]
}

// hold puts a file into memory, in the place of any other when there is no more room.
func (e *earlier) hold(address string, content []byte) *keptFile {
	e.mu.Lock()
	defer e.mu.Unlock()
	if f := e.files[address]; f != nil {
		return f // somebody else was sooner
	}
	if e.files == nil {
		e.files = make(map[string]*keptFile)
	}
	for other := range e.files {
		if len(e.files) < earlierFiles {
			break
		}
		delete(e.files, other)
	}
	f := &keptFile{content: content}
	e.files[address] = f
	return f
}

package knowledge

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis"
	_ "github.com/blevesearch/bleve/v2/analysis/analyzer/keyword" // bleve's own default fields need it
	"github.com/blevesearch/bleve/v2/analysis/lang/en"
	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/mapping"
	index "github.com/blevesearch/bleve_index_api"
)

const (
	fieldText    = "text"    // title, headings and text
	fieldHeading = "heading" // title and headings alone
)

// snapshot is one state of the knowledge: the passages and their index. It does not change.
type snapshot struct {
	load     load
	byID     map[string]int // position in load.passages
	index    bleve.Index
	analyzer analysis.Analyzer
	dir      string
}

// batchSize is how many passages are indexed at once.
const batchSize = 500

// newSnapshot indexes what was loaded in a new directory below parent.
//
// The index is on disk because bleve's in-memory index is several times slower. It is written, closed and opened
// again read-only; then its directory is removed, where the system allows that for open files, so that nothing stays
// behind however the process ends.
func newSnapshot(l load, parent string) (*snapshot, error) {
	dir, err := os.MkdirTemp(parent, "handoff-knowledge-")
	if err != nil {
		return nil, fmt.Errorf("making a directory for the index: %w", err)
	}
	s := &snapshot{load: l, byID: make(map[string]int, len(l.passages)), dir: dir}
	if err := s.build(filepath.Join(dir, "index")); err != nil {
		s.close()
		return nil, fmt.Errorf("building the index: %w", err)
	}
	_ = os.RemoveAll(dir) // where it fails, close does it
	return s, nil
}

func (s *snapshot) build(path string) error {
	im := indexMapping()
	if s.analyzer = im.AnalyzerNamed(en.AnalyzerName); s.analyzer == nil {
		return fmt.Errorf("no analyzer %q", en.AnalyzerName)
	}
	idx, err := bleve.NewUsing(path, im, scorch.Name, scorch.Name, nil) // not unsafe_batch: closing would lose what is not on disk
	if err != nil {
		return err
	}
	if err := s.fill(idx); err != nil {
		_ = idx.Close() // the first error is the one to report
		return err
	}
	if err := idx.Close(); err != nil {
		return err
	}
	s.index, err = bleve.OpenUsing(path, map[string]any{"read_only": true})
	return err
}

func (s *snapshot) fill(idx bleve.Index) error {
	for start := 0; start < len(s.load.passages); start += batchSize {
		batch := idx.NewBatch()
		for i, p := range s.load.passages[start:min(start+batchSize, len(s.load.passages))] {
			heading := p.Title + "\n" + p.Heading
			if err := batch.Index(p.ID, map[string]any{fieldHeading: heading, fieldText: heading + "\n" + p.Text}); err != nil {
				return err
			}
			s.byID[p.ID] = start + i
		}
		if err := idx.Batch(batch); err != nil {
			return err
		}
	}
	return nil
}

func indexMapping() *mapping.IndexMappingImpl {
	field := bleve.NewTextFieldMapping()
	field.Analyzer = en.AnalyzerName
	field.Store, field.IncludeTermVectors, field.IncludeInAll, field.DocValues = false, false, false, false
	doc := bleve.NewDocumentStaticMapping()
	doc.AddFieldMappingsAt(fieldText, field)
	doc.AddFieldMappingsAt(fieldHeading, field)
	im := bleve.NewIndexMapping()
	im.DefaultMapping = doc
	im.DefaultAnalyzer = en.AnalyzerName
	im.ScoringModel = index.BM25Scoring
	return im
}

// terms are the distinct stems of text, in order, without stop words.
func (s *snapshot) terms(text string) []string {
	var out []string
	for _, token := range s.analyzer.Analyze([]byte(text)) {
		if term := string(token.Term); !slices.Contains(out, term) {
			out = append(out, term)
		}
	}
	return out
}

// close frees the index. Nobody may search any more.
func (s *snapshot) close() {
	if s == nil {
		return
	}
	if s.index != nil {
		_ = s.index.Close() // read-only; there is nothing to lose
	}
	_ = os.RemoveAll(s.dir)
}

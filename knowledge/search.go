package knowledge

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/search/query"
)

// Floor is the least score of a passage that can be said to be about the question. Below it a passage shares a word
// or two by chance, and an answer from it would be a guess.
//
// A passage's score is how much of the question it covers: of the weights of the question's content words, the share
// whose word (or another form of it) is in the passage. A rare word weighs more than a frequent one, and one that
// occurs nowhere almost as much as the rarest, so that a question about something else scores low. A word counts in
// full in the passage's headings, nine tenths in the document's title, three quarters in the text, half when it is
// only spelled alike. The share is then reduced by up to a tenth by the passage's rank (BM25), which orders passages
// that cover the same words.
//
// The figure comes from the questions of the tests, about a small shop and about anything else: the former reach
// 0.38 and more, the latter 0.34 at most.
const Floor = 0.36

const (
	inHeading  = 1.0
	inTitle    = 0.9
	inText     = 0.75
	spelled    = 0.5
	nowhere    = 0.8
	rankWeight = 0.1

	// maxTerms is how many words of a question are searched for. A long message repeats itself.
	maxTerms = 48
	// minFuzzy is the length from which a word that occurs nowhere is taken for a misspelled one.
	minFuzzy = 5
)

// term is one content word of the question.
type term struct {
	text   string
	weight float64
	known  bool
}

// search finds the n best passages.
func (s *snapshot) search(ctx context.Context, question string, n int) ([]Passage, error) {
	if len(s.load.passages) == 0 {
		return nil, nil
	}
	terms, err := s.weigh(ctx, s.questionTerms(question))
	if err != nil || len(terms) == 0 || n <= 0 {
		return nil, err
	}
	// Ranking and covering differ, so more candidates are weighed than asked for.
	request := bleve.NewSearchRequestOptions(anyTerm(terms), max(4*n, 20), 0, false)
	result, err := s.index.SearchInContext(ctx, request)
	if err != nil {
		return nil, fmt.Errorf("searching the knowledge: %w", err)
	}
	var out []Passage
	for _, hit := range result.Hits {
		p := s.load.passages[s.byID[hit.ID]]
		p.Score = s.cover(terms, p) * (1 - rankWeight + rankWeight*hit.Score/result.MaxScore)
		out = append(out, p)
	}
	slices.SortStableFunc(out, func(a, b Passage) int { return cmp.Compare(b.Score, a.Score) })
	return out[:min(n, len(out))], nil
}

func (s *snapshot) questionTerms(question string) []string {
	terms := slices.DeleteFunc(s.terms(clean(question)), func(t string) bool { return slices.Contains(smallTalk, t) })
	return terms[:min(maxTerms, len(terms))]
}

// smallTalk are stems that say nothing about what a question is about and are not among the analyzer's stop words.
var smallTalk = []string{
	"hi", "hello", "hei", "pleas", "thank", "thanx", "need", "want", "like", "know", "tell", "get", "got", "go", "can", "us", "question", "just", "also", "realli", "mayb", "someth", "anyth",
	"wonder", "let", "im", "ive", "dont", "doesnt", "cant", "ok", "okai", "long", "much", "mani", "take", "make", "still", "yet", "ever", "actual", "quick", "possibl", "abl", "help", "ask",
	"explain", "understand", "find", "sure", "way", "use", "thing", "will", "would", "could", "should", "may", "might", "shall", "how", "what", "when", "where", "which", "who", "why", "do",
}

// weigh gives each term its inverse document frequency; one that occurs nowhere is weighed as if it occurred once,
// times nowhere.
func (s *snapshot) weigh(ctx context.Context, words []string) ([]term, error) {
	advanced, err := s.index.Advanced()
	if err != nil {
		return nil, fmt.Errorf("opening the index: %w", err)
	}
	reader, err := advanced.Reader()
	if err != nil {
		return nil, fmt.Errorf("opening the index: %w", err)
	}
	defer reader.Close() //nolint:errcheck // reading
	total := float64(len(s.load.passages))
	var out []term
	for _, word := range words {
		postings, err := reader.TermFieldReader(ctx, []byte(word), fieldText, false, false, false)
		if err != nil {
			return nil, fmt.Errorf("looking up a word: %w", err)
		}
		count := float64(postings.Count())
		_ = postings.Close() // reading
		df := max(count, 1)
		t := term{text: word, known: count > 0, weight: math.Log(1 + (total-df+0.5)/(df+0.5))}
		if !t.known {
			t.weight *= nowhere
		}
		out = append(out, t)
	}
	return out, nil
}

// anyTerm matches passages with at least one of the terms.
func anyTerm(terms []term) query.Query {
	var parts []query.Query
	for _, t := range terms {
		switch {
		case t.known:
			text := bleve.NewTermQuery(t.text)
			text.SetField(fieldText)
			heading := bleve.NewTermQuery(t.text)
			heading.SetField(fieldHeading)
			heading.SetBoost(1.5)
			parts = append(parts, text, heading)
		case len(t.text) >= minFuzzy:
			alike := bleve.NewFuzzyQuery(t.text)
			alike.SetField(fieldText)
			alike.Fuzziness, alike.Prefix = 1, 2
			alike.SetBoost(0.5)
			parts = append(parts, alike)
		}
	}
	return bleve.NewDisjunctionQuery(parts...)
}

// cover is the weighted share of the terms that the passage contains.
func (s *snapshot) cover(terms []term, p Passage) float64 {
	heading, title, text := s.terms(p.Heading), s.terms(p.Title), s.terms(p.Text)
	var have, all float64
	for _, t := range terms {
		all += t.weight
		switch {
		case slices.Contains(heading, t.text):
			have += t.weight * inHeading
		case slices.Contains(title, t.text):
			have += t.weight * inTitle
		case slices.Contains(text, t.text):
			have += t.weight * inText
		case !t.known && len(t.text) >= minFuzzy && containsAlike(slices.Concat(heading, title, text), t.text):
			have += t.weight * spelled
		}
	}
	if all == 0 {
		return 0
	}
	return have / all
}

func containsAlike(words []string, word string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return oneEdit(w, word) })
}

// oneEdit is true when one letter added, left out or changed makes b of a, with the same first two letters.
func oneEdit(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 || len(a) < 2 || a[:2] != b[:2] {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) == len(b) {
		return i == len(a) || a[i+1:] == b[i+1:]
	}
	return a[i:] == b[i+1:]
}

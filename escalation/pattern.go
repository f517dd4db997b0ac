package escalation

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// The words of each language are data: one file per language, in a small
// notation.
//
//	[class person]     a list of words; "word~" also takes misspellings of it,
//	                   "customer_service" is two words, "berat*" and "*berater"
//	                   are beginnings and ends of words, "!word" takes one back
//	[ask]              patterns, one a line
//
//	[satisfied]        patterns of a content line, and
//	[unsatisfied]      of what takes it back
//
//	[once_more]        patterns: she wants to hear it again
//
//	[angry] [cross]    lists of words, strong and mild ones; endings do not matter
//	[same]             groups of words that mean the same, a group a line
//	[acts]             the same, for what is done or has happened
//	[names]            words that name one of several of a kind
//	[filler]           words that say nothing of what a question is about
//	[small] [asking]   lists of words and "two_word" phrases: greetings, thanks and
//	                   assent; asking and waiting, without saying what about
//
//	[alike]            what means the same in a phrase of a restricted topic, a
//	                   group a line; of words that have one meaning only
//
// A pattern is a row of items: a word, (a|b), <class>, each with an optional "?";
// ..3 is up to three words of any kind inside the clause, but never one of the
// class barrier; ^ and $ are the ends of the message, ^. and .$ those of a
// sentence.
//
//go:embed words/*.txt promises/*.txt
var wordFiles embed.FS

// language is the words of one language: its classes, and patterns by section.
type language struct {
	name     string
	count    int // of classes
	classes  map[string]*class
	barrier  *class
	courtesy *class // [small]: a greeting, thanks, assent
	asking   *class // [asking]: asks or waits, without saying what about
	sections map[string][]pattern
	lexicon  lexicon
	same     [][]string // groups of words that mean the same
	acts     [][]string // those of them that say what is done
	names    []string   // words that name one of several
	filler   []string   // words that say nothing
	fills    map[string]bool
	polite   map[string]bool // the single words of [small]
	angry    []string
	cross    []string
	alike    [][][]term // groups of phrases that mean the same in a topic
}

// class is a set of words and short phrases; the language's lexicon knows which.
type class struct{ id int }

type pattern []item

type itemKind int

const (
	isWords itemKind = iota
	isGap
	isStart
	isEnd
	isSentence // its beginning
	isSentenceEnd
)

// item is one element of a pattern.
type item struct {
	kind     itemKind
	class    *class
	gap      int
	optional bool
}

// load gives the words for what visitors and the bot say, and promising those that
// are looked for in the bot's words alone, a language of their own. They are read
// once, for all policies; nothing changes them afterwards.
var (
	load      = sync.OnceValue(func() []*language { return loadFrom("words") })
	promising = sync.OnceValue(func() []*language { return loadFrom("promises") })
)

// loadFrom reads the embedded words of a folder. They are part of the binary and a
// test reads them all, so a mistake in them cannot reach a user; a file that does
// not parse is left out.
func loadFrom(folder string) []*language {
	var all []*language
	names, _ := fs.Glob(wordFiles, folder+"/*.txt")
	for _, name := range names {
		text, err := wordFiles.ReadFile(name)
		if err != nil {
			continue
		}
		l, err := parseLanguage(strings.TrimSuffix(path.Base(name), ".txt"), string(text))
		if err == nil {
			all = append(all, l)
		}
	}
	// English comes first: it is taken for what could be several.
	slices.SortStableFunc(all, func(a, b *language) int { return strings.Compare(a.order(), b.order()) })
	return all
}

func (l *language) order() string {
	if l.name == "en" {
		return ""
	}
	return l.name
}

func parseLanguage(name, text string) (*language, error) {
	l := &language{name: name, classes: map[string]*class{}, sections: map[string][]pattern{}, lexicon: newLexicon(), fills: map[string]bool{}, polite: map[string]bool{}}
	l.barrier, l.courtesy, l.asking = l.newClass(), l.newClass(), l.newClass()
	l.classes["barrier"] = l.barrier
	section := ""
	for i, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		line = strings.TrimSpace(line)
		switch {
		case line == "":
		case strings.HasPrefix(line, "["):
			section = strings.Trim(line, "[]")
			if class, ok := strings.CutPrefix(section, "class "); ok && l.classes[class] == nil {
				l.classes[class] = l.newClass()
			}
		case strings.HasPrefix(section, "class "):
			l.add(l.classes[strings.TrimPrefix(section, "class ")].id, strings.Fields(line)...)
		case section == "same":
			l.same = append(l.same, strings.Fields(line))
		case section == "acts":
			l.acts = append(l.acts, strings.Fields(line))
		case section == "names":
			l.names = append(l.names, strings.Fields(line)...)
		case section == "alike":
			l.alike = append(l.alike, alikes(line))
		case section == "filler":
			l.filler = append(l.filler, strings.Fields(line)...)
			for _, w := range strings.Fields(line) {
				l.fills[fold(w)] = true
			}
		case section == "small":
			l.add(l.courtesy.id, strings.Fields(line)...)
			for _, w := range strings.Fields(line) {
				l.polite[fold(w)] = true
			}
		case section == "asking":
			l.add(l.asking.id, strings.Fields(line)...)
		case section == "angry":
			l.angry = append(l.angry, strings.Fields(line)...)
		case section == "cross":
			l.cross = append(l.cross, strings.Fields(line)...)
		default:
			p, err := l.parsePattern(line)
			if err != nil {
				return l, fmt.Errorf("%s:%d: %w", name, i+1, err)
			}
			l.sections[section] = append(l.sections[section], p)
		}
	}
	return l, nil
}

// small counts the words of the language that say nothing.
func (l *language) small(w []word) int {
	n := 0
	for _, x := range w {
		if l.fills[x.text] {
			n++
		}
	}
	return n
}

func alikes(line string) [][]term {
	var group [][]term
	for _, entry := range strings.Fields(line) {
		group = append(group, terms(words(strings.ReplaceAll(entry, "_", " "))))
	}
	return group
}

func (l *language) parsePattern(line string) (pattern, error) {
	var p pattern
	for _, field := range strings.Fields(line) {
		body, optional := strings.CutSuffix(field, "?")
		it := item{optional: optional}
		switch kind, isAnchor := anchors[body]; {
		case isAnchor:
			it.kind = kind
		case strings.HasPrefix(body, ".."):
			n, err := strconv.Atoi(body[2:])
			if err != nil {
				return nil, fmt.Errorf("gap %q: %w", field, err)
			}
			it.kind, it.gap = isGap, n
		case strings.HasPrefix(body, "<"):
			it.class = l.classes[strings.Trim(body, "<>")]
			if it.class == nil {
				return nil, fmt.Errorf("no class %s", body)
			}
		default:
			it.class = l.newClass()
			l.add(it.class.id, strings.Split(strings.Trim(body, "()"), "|")...)
		}
		p = append(p, it)
	}
	return p, nil
}

var anchors = map[string]itemKind{"^": isStart, "$": isEnd, "^.": isSentence, ".$": isSentenceEnd}

func (l *language) newClass() *class {
	l.count++
	return &class{id: l.count - 1}
}

package conversation

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// Line is a message as it reads now. Text and Content are those of its last
// edit; what they hold is said at [Message].
type Line struct {
	Seq, VSeq Seq
	At        time.Time
	Author    Author
	Order     string
	Notice    Notice
	Text      string
	Content   json.RawMessage
	Sources   []Citation
	Files     []File
}

// Said is what a line says to readers that cannot show files: its text, and each
// file by its name.
func Said(text string, files []File) string {
	for _, f := range files {
		if text != "" {
			text += "\n"
		}
		text += "[" + f.Name + "]"
	}
	return text
}

// without returns files but those with one of the ids.
func without(files []File, ids []string) []File {
	return slices.DeleteFunc(slices.Clone(files), func(f File) bool { return slices.Contains(ids, f.ID) })
}

// Lines returns what was said in events, which come in order: corrected where it
// was edited, without what was taken back or blanked, and with each run of agent
// lines in the order of the platform they were written on. Notes are not lines.
func Lines(events []Event) []Line {
	at := make(map[Seq]int)
	var lines []Line
	for _, e := range events {
		switch b := e.Body.(type) {
		case Message:
			at[e.Seq] = len(lines)
			lines = append(lines, Line{
				Seq: e.Seq, VSeq: e.VSeq, At: e.At, Author: e.Author, Order: e.Order,
				Notice: b.Notice, Text: b.Text, Content: b.Content, Sources: b.Sources, Files: b.Files,
			})
		case Edited:
			if i, ok := at[b.Of]; ok && lines[i].Seq != 0 {
				lines[i].Text, lines[i].Content, lines[i].Files = b.Text, b.Content, without(lines[i].Files, b.Dropped)
			}
		case Retracted:
			if i, ok := at[b.Of]; ok {
				lines[i] = Line{}
			}
		}
	}
	lines = slices.DeleteFunc(lines, func(l Line) bool { return l.Seq == 0 || l.Text == "" && len(l.Content) == 0 && len(l.Files) == 0 })
	sortRuns(lines)
	return lines
}

// sortRuns puts each run of agent lines, with no other line between, into the
// platform's own order.
func sortRuns(lines []Line) {
	for from := 0; from < len(lines); {
		to := from + 1
		for to < len(lines) && lines[from].Author.Role == Agent && lines[to].Author.Role == Agent {
			to++
		}
		slices.SortStableFunc(lines[from:to], func(a, b Line) int {
			if a.Order == "" || b.Order == "" {
				return 0
			}
			return strings.Compare(a.Order, b.Order)
		})
		from = to
	}
}

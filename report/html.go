package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strconv"
)

//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"weekday": Weekday,
	"percent": func(part, whole int) string {
		return strconv.FormatFloat(100*float64(part)/float64(max(1, whole)), 'f', 1, 64)
	},
	"seq": func(n, step int) (out []int) {
		for i := 0; i < n; i += step {
			out = append(out, i)
		}
		return out
	},
}).Parse(pageText))

// tile is one of the numbers at the top of the page.
type tile struct{ Name, Value, Change string }

// HTML writes the sheet as one page that needs nothing else: no script, no picture,
// no font from elsewhere. It is readable on a phone, in light and dark.
func (s Sheet) HTML(w io.Writer) error {
	_, _, most := s.Now.Busiest()
	highest := 1
	for _, b := range s.Now.Bars() {
		highest = max(highest, b.Total())
	}
	span := Span{s.Now.From, s.Now.To}
	var b bytes.Buffer
	err := pageTemplate.Execute(&b, map[string]any{
		"Title": span.String(), "Zone": s.Now.From.Location().String(), "SoFar": s.soFar(), "Days": many(span.Days(), "day"),
		"Empty": s.Now.Empty(), "Tiles": s.tiles(), "Bars": s.Now.Bars(), "Highest": highest*9/8 + 1, // room for the number above it
		"Hours": s.Now.Hours, "Most": most, "Sections": s.Sections(), "Agents": s.agents(),
	})
	if err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	_, err = w.Write(b.Bytes())
	return err
}

func (s Sheet) tiles() []tile {
	n, b := s.Now, s.Before
	out := []tile{
		{"conversations", strconv.Itoa(n.Conversations), change(n.Conversations, b.Conversations)},
		{"resolved by the AI", orNone(share(n.Outcomes.Resolved, n.Conversations)), was(share(b.Outcomes.Resolved, b.Conversations))},
		{"median to claim", n.ToClaim.median(), was(known(b.ToClaim.median()))},
		{"median to first word", n.ToWord.median(), was(known(b.ToWord.median()))},
	}
	return out
}

func orNone(text string) string {
	if text == "" {
		return none
	}
	return text
}

// known is text, "" for none.
func known(text string) string {
	if text == none {
		return ""
	}
	return text
}

func was(text string) string {
	if text == "" {
		return ""
	}
	return "before: " + text
}

// agents are the rows of the agents, with names that can be shown.
func (s Sheet) agents() []Agent {
	var out []Agent
	for _, a := range s.Now.Agents {
		a.Name = a.called()
		out = append(out, a)
	}
	return out
}

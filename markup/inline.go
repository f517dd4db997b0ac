package markup

import "strings"

// cutLine returns the text before the first newline, what follows it, and whether there was one.
func cutLine(s string) (line, rest string, newline bool) {
	return strings.Cut(s, "\n")
}

// tidyInlines joins neighbouring text of one style, drops breaks and blank text at both ends, and the spaces at the
// ends of lines.
func tidyInlines(list []Inline) []Inline {
	list = joinText(list)
	var out []Inline
	for i, node := range list {
		if text, ok := node.(Text); ok && !text.Code {
			if i == 0 || list[i-1] == (Break{}) {
				text.Text = strings.TrimLeft(text.Text, " \t")
			}
			if i == len(list)-1 || list[i+1] == (Break{}) {
				text.Text = strings.TrimRight(text.Text, " \t")
			}
			if text.Text == "" {
				continue
			}
			node = text
		}
		if node == (Break{}) && len(out) == 0 {
			continue
		}
		out = append(out, node)
	}
	for len(out) > 0 && out[len(out)-1] == (Break{}) {
		out = out[:len(out)-1]
	}
	return out
}

// joinText makes one Text of each run of texts in the same style. It copies each byte once: a source of 64 KB can
// come as 64,000 one-byte texts.
func joinText(list []Inline) []Inline {
	var out []Inline
	for i := 0; i < len(list); {
		first, ok := list[i].(Text)
		if !ok {
			out = append(out, list[i])
			i++
			continue
		}
		var run strings.Builder
		for ; i < len(list); i++ {
			next, ok := list[i].(Text)
			if !ok || styled("", next) != styled("", first) {
				break
			}
			run.WriteString(next.Text)
		}
		if run.Len() > 0 {
			out = append(out, styled(run.String(), first))
		}
	}
	return out
}

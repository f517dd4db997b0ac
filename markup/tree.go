package markup

// MaxDepth is how deep blocks may nest: a list in a quote in a list counts three.
const MaxDepth = 12

// Tree is a message: its blocks from top to bottom. An empty tree is an empty message.
type Tree []Block

// Block is one of Paragraph, List, Code and Quote.
//
//sumtype:decl
type Block interface{ block() }

// Paragraph is a run of inline content.
type Paragraph struct {
	Children []Inline
}

// List is a bulleted or numbered list.
type List struct {
	Ordered bool
	// Start is the number of the first item of an ordered list; zero means 1.
	Start int
	Items []Tree
}

// Code is preformatted text; its newlines are kept. Lang may be empty.
type Code struct {
	Text string
	Lang string
}

// Quote is quoted content.
type Quote struct {
	Children Tree
}

func (Paragraph) block() {}
func (List) block()      {}
func (Code) block()      {}
func (Quote) block()     {}

// Inline is one of Text, Link and Break.
//
//sumtype:decl
type Inline interface{ inline() }

// Text is a run of literal characters in one style. It never contains a newline; Break does that.
type Text struct {
	Text   string
	Bold   bool
	Italic bool
	Code   bool
	Strike bool
}

// Link points to URL, which is always http, https, mailto or tel, and is shown as Label.
type Link struct {
	URL   string
	Label string
	// Host is the true host of URL when the label looks like a different one; otherwise empty. Show it beside the label.
	Host string
}

// Break is a line break inside a paragraph.
type Break struct{}

func (Text) inline()  {}
func (Link) inline()  {}
func (Break) inline() {}

// FromPlain reads text literally: a newline is a Break, blank lines separate paragraphs, nothing else has a meaning.
func FromPlain(text string) Tree {
	var b paragraphs
	b.text(Clean(text), Text{})
	return b.tree()
}

// paragraphs collects inline content and splits it into paragraphs at blank lines.
type paragraphs struct {
	done Tree
	open []Inline
}

// text adds literal text in the given style; its newlines become breaks, two or more of them end the paragraph.
func (p *paragraphs) text(s string, style Text) {
	for len(s) > 0 {
		line, rest, newline := cutLine(s)
		if line != "" {
			p.add(styled(line, style))
		}
		if newline {
			p.newline()
		}
		s = rest
	}
}

// add appends one inline node.
func (p *paragraphs) add(node Inline) {
	p.open = append(p.open, node)
}

// newline adds a break, or ends the paragraph when the line before it is blank.
func (p *paragraphs) newline() {
	if n := len(p.open); n > 0 && p.open[n-1] == (Break{}) {
		p.end()
		return
	}
	p.open = append(p.open, Break{})
}

// end closes the open paragraph, if it has any content.
func (p *paragraphs) end() {
	if open := tidyInlines(p.open); len(open) > 0 {
		p.done = append(p.done, Paragraph{Children: open})
	}
	p.open = nil
}

// block ends the paragraph and adds a whole block.
func (p *paragraphs) block(b Block) {
	p.end()
	p.done = append(p.done, b)
}

func (p *paragraphs) tree() Tree {
	p.end()
	return p.done
}

func styled(s string, style Text) Text {
	style.Text = s
	return style
}

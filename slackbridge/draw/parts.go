package draw

import (
	"github.com/handoff-bot/handoff/markup"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
)

// A line that is longer than a post is said in several, one after the other, and
// nothing of it is cut off. Each of them is a row: which part it is stands there, in
// its block ids and in its metadata, so that after a crash only the parts that are
// missing are posted.

// PartBlocks is how many blocks a part may have: their ids count on from part to
// part by this number.
const PartBlocks = 100

// offset is the number of the part's first block.
func (it item) offset() int { return max(it.part-1, 0) * PartBlocks }

// size is how long an item is where Slack counts.
func (it item) size() int {
	if len(it.tree) > 0 {
		return it.tree.Size()
	}
	return markup.Size(it.text)
}

// whole are the items, those that are longer than a post in parts.
func whole(items []item) []item {
	var out []item
	for _, it := range items {
		if it.size() <= maxPostChars {
			out = append(out, it)
			continue
		}
		out = append(out, it.inParts()...)
	}
	return out
}

// inParts cuts an item. What is ours before its words stands in the first part, the
// sources of an answer and the menu in the last.
func (it item) inParts() []item {
	var out []item
	add := func(text string, tree markup.Tree) {
		part := it
		part.text, part.tree, part.alone, part.part = text, tree, true, len(out)+1
		if len(out) > 0 {
			part.spans, part.broadcast = nil, false
		}
		out = append(out, part)
	}
	if len(it.tree) > 0 {
		for _, tree := range it.tree.Split(maxPostChars) {
			add(tree.Plain(), tree)
		}
	} else {
		for _, text := range markup.SplitText(raw(it.text), maxPostChars) {
			add(text, nil)
		}
	}
	for i := range out {
		out[i].parts = len(out)
		if i < len(out)-1 {
			out[i].sources, out[i].menu = nil, nil
		}
	}
	return out
}

// again are the items of a post that is drawn again: of an event in parts its own
// part, and for the last one what has come to it.
func again(p ledger.Post, items []item) []item {
	if p.Parts == 0 {
		return items
	}
	var own []item
	for _, it := range whole(items) {
		at := max(it.part, 1)
		if at == p.Part || at > p.Part && p.Part == p.Parts {
			own = append(own, it)
		}
	}
	return own
}

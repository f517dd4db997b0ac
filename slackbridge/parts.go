package slackbridge

import (
	"fmt"
	"strings"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/markup"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
)

// A line that is longer than a post is said in several, one after the other, and
// nothing of it is cut off. Each of them is a row: which part it is stands there, in
// its block ids and in its metadata, so that after a crash only the parts that are
// missing are posted.

// partBlocks is how many blocks a part may have: their ids count on from part to
// part by this number.
const partBlocks = 100

// offset is the number of the part's first block.
func (it item) offset() int { return max(it.part-1, 0) * partBlocks }

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

// done is the last event that a post completes.
func done(p ledger.Post) conversation.Seq {
	if p.Part < p.Parts {
		return p.First - 1
	}
	return p.Last
}

// spoken says that a part of an event stands in the thread already.
func (v *visit) spoken(it item) bool {
	for _, p := range v.posts {
		if it.part > 0 && p.State == ledger.Sent && p.First == it.seq && p.Part == it.part {
			return true
		}
	}
	return false
}

// partOf is which part of an event a message in Slack is, by its blocks or its
// metadata.
func partOf(m slackMessage, id conversation.ID) int {
	for _, b := range m.blockIDs() {
		var seq, rev, block int
		if rest, ours := strings.CutPrefix(b, "h:"+string(id)+":"); ours {
			if n, _ := fmt.Sscanf(rest, "%d:%d.%d", &seq, &rev, &block); n >= 2 {
				return block/partBlocks + 1
			}
		}
	}
	if m.Metadata != nil {
		part, _ := m.Metadata.Payload["part"].(float64)
		return int(part)
	}
	return 0
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

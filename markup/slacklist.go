package markup

import "encoding/json"

// openList is a list being built; its last item may still get nested lists.
type openList struct {
	list   List
	indent int
	quoted bool
}

// listStack holds the lists open at this point, the outermost first. Slack writes nested lists as a flat run of
// lists with an indent; a list that comes back to an earlier indent continues the one that was there.
type listStack []openList

// list adds one rich_text_list element.
func (r *richText) list(e element) {
	var style string
	_ = json.Unmarshal(e.Style, &style) // an unreadable style is a bulleted list
	next := openList{indent: int(min(max(e.Indent.n, 0), MaxDepth-2)), list: List{Ordered: style == "ordered"}, quoted: e.Border.n > 0}
	r.closeDeeper(next.indent)
	if top := len(r.lists) - 1; top >= 0 && r.lists[top].indent == next.indent {
		if r.lists[top].list.Ordered != next.list.Ordered {
			r.closeOne()
		}
	}
	if top := len(r.lists) - 1; top < 0 || r.lists[top].indent < next.indent {
		if next.list.Ordered && e.Offset.n > 0 && e.Offset.n < 1_000_000 {
			next.list.Start = int(e.Offset.n) + 1
		}
		r.lists = append(r.lists, next)
	}
	open := &r.lists[len(r.lists)-1].list
	for _, raw := range e.Elements {
		open.Items = append(open.Items, r.item(readElement(raw)))
	}
}

// item reads one item; Slack puts a section in it.
func (r *richText) item(e element) Tree {
	if len(e.Elements) > 0 {
		return r.inlineTree(e.Elements)
	}
	var p paragraphs
	r.inline(&p, e)
	return p.tree()
}

func (r *richText) closeLists() { r.closeDeeper(-1) }

func (r *richText) closeDeeper(indent int) {
	for len(r.lists) > 0 && r.lists[len(r.lists)-1].indent > indent {
		r.closeOne()
	}
}

// closeOne moves the innermost list into the last item of the one around it, or into the message.
func (r *richText) closeOne() {
	top := len(r.lists) - 1
	done, quoted := r.lists[top].list, r.lists[top].quoted
	r.lists = r.lists[:top]
	if len(done.Items) == 0 {
		return
	}
	if top == 0 && quoted {
		r.out.block(Quote{Children: Tree{done}})
		return
	}
	if top == 0 {
		r.out.block(done)
		return
	}
	outer := &r.lists[top-1].list
	if len(outer.Items) == 0 {
		outer.Items = append(outer.Items, nil)
	}
	last := len(outer.Items) - 1
	outer.Items[last] = append(outer.Items[last], done)
}

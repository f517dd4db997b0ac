// Package markup turns what people and models write into one small message tree.
//
// A message reaches us as plain text (a visitor), Markdown (a model) or Slack rich text (an agent). Each is read
// once, on the way in, into a Tree of a few block and inline kinds. The widget draws the tree node by node, Slack
// gets it as a rich_text block, and nobody parses HTML anywhere: there is no kind in the tree that could carry it.
//
// What a tree promises, whoever wrote the source:
//
//   - text is cleaned (see Clean): no control, zero-width, direction or tag characters;
//   - a link is http, https, mailto or tel, was parsed, and says its true host when its label looks like another;
//   - blocks nest at most MaxDepth deep; anything deeper is kept as text;
//   - no image, no HTML, no Slack id.
//
// Reading takes time linear in the length of the source. Everything here is a pure function; nothing is kept.
package markup

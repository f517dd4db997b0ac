// Slack's three kinds of text as DOM: mrkdwn, rich_text elements, Markdown.
import { h } from "./dom.js";
import { when } from "./dates.js";

const entities = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };
export const unescape = (s) => s.replace(/&(?:amp|lt|gt);/g, (e) => entities[e]);

export function emoji(name, ctx) {
  const char = ctx.emoji[name.split("::")[0]];
  return char ? h("span", { class: "emoji", role: "img", "aria-label": name, title: ":" + name + ":" }, char) : ":" + name + ":";
}

function mention(label, me) {
  return h("span", { class: "mention" + (me ? " me" : "") }, label);
}

export function userMention(id, ctx) {
  return mention("@" + (ctx.people.get(id)?.name || id), id === ctx.me);
}

function link(url, label) {
  if (!/^(https?:|mailto:|tel:)/i.test(url)) return label || url;
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, label || url);
}

// moment is a date in the reader's own time; it may be a link.
function moment(seconds, format, url, fallback) {
  const text = h("time", { class: "moment", title: fallback || "" }, when(seconds, format || "", fallback));
  return url ? link(url, text) : text;
}

function dated(spec, fallback) {
  const [seconds, format, url] = spec.split("^");
  return moment(seconds, unescape(format || ""), url, fallback);
}

function control(body, ctx) {
  const [target, label] = body.split("|");
  const shown = label === undefined ? undefined : unescape(label);
  if (target.startsWith("@")) return userMention(target.slice(1), ctx);
  if (target.startsWith("#")) return mention("#" + (ctx.channels.get(target.slice(1))?.name || shown || target.slice(1)));
  if (target.startsWith("!subteam^")) return mention("@" + (ctx.groups[target.slice(9)] || shown || "group"));
  if (target.startsWith("!date^")) return dated(target.slice(6), shown);
  if (target.startsWith("!")) return mention("@" + target.slice(1), true);
  return link(unescape(target), shown);
}

// Fences, code, control sequences, emoji; then a style between its signs.
const INLINE = /```([\s\S]+?)```|`([^`\n]+)`|<([^<>\n]+)>|:([a-z0-9_+'-]+(?:::skin-tone-\d)?):|(^|[\s(*_~])([*_~])(?=\S)([^\n]*?\S)\6(?=$|[\s.,;:!?)*_~])/;
const STYLE = { "*": "b", "_": "i", "~": "s" };

// inline renders one run of mrkdwn without quotes.
function inline(text, ctx) {
  const out = [];
  while (text) {
    const m = INLINE.exec(text);
    if (!m) { out.push(unescape(text)); break; }
    out.push(unescape(text.slice(0, m.index)));
    if (m[1] !== undefined) out.push(h("pre", {}, unescape(m[1].replace(/^\n|\n$/g, ""))));
    else if (m[2] !== undefined) out.push(h("code", {}, unescape(m[2])));
    else if (m[3] !== undefined) out.push(control(m[3], ctx));
    else if (m[4] !== undefined) out.push(emoji(m[4], ctx));
    else out.push(m[5], h(STYLE[m[6]], {}, inline(m[7], ctx)));
    text = text.slice(m.index + m[0].length);
  }
  return out;
}

// mrkdwn renders text with quotes and line breaks kept.
export function mrkdwn(text, ctx) {
  const out = [];
  let quote = [];
  let plain = [];
  const flush = () => {
    if (quote.length) out.push(h("blockquote", {}, inline(quote.join("\n"), ctx)));
    if (plain.length) out.push(h("span", {}, inline(plain.join("\n"), ctx)));
    quote = []; plain = [];
  };
  let fenced = false;
  for (const line of text.split("\n")) {
    const quoted = !fenced && /^&gt; ?/.exec(line);
    if (quoted ? plain.length : quote.length) flush();
    if (quoted) quote.push(line.slice(quoted[0].length));
    else plain.push(line);
    if ((line.match(/```/g) || []).length % 2) fenced = !fenced;
  }
  flush();
  return out;
}

// plain renders a plain_text object: emoji, nothing else.
export function plain(text, ctx) {
  return text.split(/(:[a-z0-9_+'-]+:)/).map((part) => (/^:[^:]+:$/.test(part) ? emoji(part.slice(1, -1), ctx) : part));
}

export function textObject(t, ctx) {
  if (!t) return [];
  return t.type === "mrkdwn" ? mrkdwn(t.text, ctx) : plain(t.text, ctx);
}

// unknown says that something has no picture here; the tests look for it.
export function unknown(what, kind) {
  return h("span", { class: "unknown", testid: "unknown" }, "This page does not know the " + what + " “" + kind + "”.");
}

function styled(node, style = {}) {
  if (style.code) node = h("code", {}, node);
  if (style.strike) node = h("s", {}, node);
  if (style.italic) node = h("i", {}, node);
  if (style.bold) node = h("b", {}, node);
  return node;
}

function richElement(e, ctx) {
  switch (e.type) {
    case "text": return styled(document.createTextNode(e.text), e.style);
    case "link": return styled(link(e.url, e.text), e.style);
    case "emoji": return emoji(e.name, ctx);
    case "user": return userMention(e.user_id, ctx);
    case "usergroup": return mention("@" + (ctx.groups[e.usergroup_id] || "group"));
    case "channel": return mention("#" + (ctx.channels.get(e.channel_id)?.name || e.channel_id));
    case "broadcast": return mention("@" + e.range, true);
    case "date": return moment(e.timestamp, e.format || "", e.url, e.fallback);
    case "color": return h("span", { class: "swatch" }, e.value);
    case "team": return mention("@" + (e.team_id || "team"));
    default: return unknown("text", e.type);
  }
}

export function richText(block, ctx) {
  return block.elements.map((part) => {
    const inner = () => part.elements.map((e) => richElement(e, ctx));
    switch (part.type) {
      case "rich_text_list": {
        const list = h(part.style === "ordered" ? "ol" : "ul", { class: "indent-" + Math.min(part.indent || 0, 4) },
          part.elements.map((item) => (item.type === "rich_text_section" ? h("li", {}, item.elements.map((e) => richElement(e, ctx))) : h("li", {}, richText({ elements: [item] }, ctx)))));
        if (part.offset) list.start = part.offset + 1;
        return list;
      }
      case "rich_text_quote": return h("blockquote", {}, inner());
      case "rich_text_preformatted": return h("pre", {}, inner());
      case "rich_text_section": return h("span", { class: "line" }, inner());
      default: return unknown("text", part.type);
    }
  });
}

const MD_INLINE = /`([^`]+)`|\*\*([^*]+)\*\*|__([^_]+)__|\*([^*\s][^*]*)\*|!?\[([^\]]+)\]\((https?:[^)\s]+)\)/;

function mdInline(text, ctx) {
  const out = [];
  while (text) {
    const m = MD_INLINE.exec(text);
    if (!m) { out.push(plain(text, ctx)); break; }
    out.push(plain(text.slice(0, m.index), ctx));
    if (m[1]) out.push(h("code", {}, m[1]));
    else if (m[2] || m[3]) out.push(h("b", {}, mdInline(m[2] || m[3], ctx)));
    else if (m[4]) out.push(h("i", {}, mdInline(m[4], ctx)));
    else out.push(link(m[6], m[5]));
    text = text.slice(m.index + m[0].length);
  }
  return out;
}

// markdown renders the common part of Markdown: headings, lists, quotes, code.
export function markdown(text, ctx) {
  const out = [];
  let list = null;
  for (const part of text.split(/(```[\s\S]*?```)/)) {
    if (part.startsWith("```")) { out.push(h("pre", {}, part.replace(/^```\w*\n?|\n?```$/g, ""))); list = null; continue; }
    for (const line of part.split("\n")) {
      const item = /^\s*(?:[-*+]|(\d+)[.)]) (.*)$/.exec(line);
      if (item) {
        if (!list) { list = h(item[1] ? "ol" : "ul"); out.push(list); }
        list.append(h("li", {}, mdInline(item[2], ctx)));
        continue;
      }
      list = null;
      const head = /^#{1,6} (.*)$/.exec(line);
      if (head) out.push(h("h4", {}, mdInline(head[1], ctx)));
      else if (line.startsWith("> ")) out.push(h("blockquote", {}, mdInline(line.slice(2), ctx)));
      else if (line.trim()) out.push(h("p", {}, mdInline(line, ctx)));
    }
  }
  return out;
}

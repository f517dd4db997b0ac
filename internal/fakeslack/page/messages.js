// The list of messages of a channel or a thread.
import { h, icon, avatar, sendOnEnter } from "./dom.js";
import { clock, day } from "./dates.js";
import { menu, held } from "./surface.js";
import { mrkdwn, plain } from "./text.js";
import { renderBlocks } from "./blocks.js";

// QUICK are the reactions at hand, with the icons that stand for them.
const QUICK = { eyes: "eye", white_check_mark: "check", lock: "lock", thumbsup: "thumb" };
const QUIET = new Set(["channel_join", "channel_leave", "channel_topic", "huddle_thread"]);

// MessageList keeps one node per message and draws it again only when its
// content changed, so that reading, selecting and editing are not disturbed.
export class MessageList {
  constructor(app, inThread) {
    this.app = app;
    this.inThread = inThread;
    this.rows = new Map();
    this.editing = null;
    this.root = h("div", { class: "messages", role: "log", tabindex: "0", "aria-label": inThread ? "Thread" : "Messages" });
    this.low = true; // the reader is at the lower end and stays there
    this.root.addEventListener("scroll", () => { this.low = this.near(); }, { passive: true });
    new ResizeObserver(() => { if (this.low) this.sink(); }).observe(this.root);
    this.root.addEventListener("load", () => { if (this.low) this.sink(); }, true);
  }

  near() { return this.root.scrollHeight - this.root.scrollTop - this.root.clientHeight < 80; }

  sink() { this.root.scrollTop = this.root.scrollHeight; }

  // show draws list. fresh tells how many replies of a thread are new; the line
  // "New" stands before the message first.
  show(list, ctx, { replies, empty, fresh, first }) {
    const box = this.root;
    const before = this.last;
    const nodes = [];
    let previous = null;
    const rows = new Map();
    // rule is a line across the list, kept like a message.
    const rule = (kind, text) => {
      const key = kind + text;
      rows.set(key, this.rows.get(key) || { node: h("div", { class: kind }, h("span", {}, text)) });
      nodes.push(rows.get(key).node);
    };
    for (const m of list) {
      const split = !this.inThread && (!previous || day(previous.ts) !== day(m.ts));
      if (split) rule("day", day(m.ts));
      const isNew = m.ts === first;
      if (isNew) rule("new", "New");
      const joined = previous && !split && !isNew && follows(previous, m) && !(this.inThread && nodes.length < 3);
      const thread = this.inThread ? undefined : replies.get(m.ts);
      const news = thread ? fresh(m.ts, thread) : 0;
      const sig = JSON.stringify([m, joined, thread?.length, thread?.at(-1)?.ts, news, ctx.me]);
      let row = this.rows.get(m.ts);
      if (!row || (row.sig !== sig && this.editing !== m.ts)) row = { sig, node: this.message(m, joined, thread, news, ctx) };
      rows.set(m.ts, row);
      nodes.push(row.node);
      if (this.inThread && m === list[0] && list.length > 1) rule("count", list.length === 2 ? "1 reply" : list.length - 1 + " replies");
      previous = QUIET.has(m.subtype) ? null : m;
    }
    if (!list.length && empty) rule("start", empty);
    this.rows = rows;
    arrange(box, nodes);
    const latest = list.at(-1);
    if (before === undefined || (latest && latest.ts !== before && latest.user === ctx.me)) this.low = true;
    if (this.low) this.sink();
    this.last = latest?.ts;
  }

  // reveal brings a message into view and lets it glow for a moment.
  reveal(ts) {
    const node = this.rows.get(ts)?.node;
    if (!node) return;
    this.low = false;
    node.scrollIntoView({ block: "center" });
    node.classList.add("found");
    setTimeout(() => node.classList.remove("found"), 2000);
  }

  message(m, joined, thread, news, ctx) {
    if (QUIET.has(m.subtype)) return h("div", { class: "msg quiet", testid: "message-" + m.ts }, h("span", {}, mrkdwn(m.text, ctx)), h("time", {}, clock(m.ts)));
    const body = h("div", { class: "msg-body" });
    if (m.ephemeral) body.append(h("div", { class: "only" }, icon("eye"), h("span", {}, "Only visible to you"), h("button", { type: "button", class: "dismiss", testid: "dismiss-" + m.ts, onclick: () => this.app.act({ do: "dismiss", ts: m.ts }) }, "Dismiss")));
    if (m.broadcast && !this.inThread) body.append(h("button", { type: "button", class: "linkish broadcast", onclick: () => this.app.openThread(m.thread) }, "replied to a thread"));
    if (m.broadcast && this.inThread) body.append(h("div", { class: "only" }, "Also sent to the channel"));
    if (!joined) body.append(h("div", { class: "who" }, h("b", {}, m.name), m.bot && h("span", { class: "tag" }, "APP"), h("time", {}, clock(m.ts))));
    body.append(this.content(m, ctx));
    if (m.files.length) body.append(h("div", { class: "files" }, m.files.map(file)));
    if (m.reactions?.length) body.append(h("div", { class: "reactions" }, m.reactions.map((r) => this.reaction(m, r, ctx))));
    if (thread?.length) body.append(this.threadLine(m, thread, news));
    const node = h("article", { class: "msg" + (joined ? " joined" : "") + (m.ephemeral ? " ephemeral" : "") + (m.gone ? " deleted" : ""), testid: "message-" + m.ts, "aria-label": m.name }, this.gutter(m, joined), body, !m.gone && this.tools(m, ctx));
    if (!m.gone && !m.ephemeral) held(node, () => this.open(node, m, ctx));
    return node;
  }

  gutter(m, joined) {
    if (joined) return h("time", { class: "gutter" }, clock(m.ts));
    if (m.gone) return h("span", { class: "avatar gone" });
    return avatar(m.user || m.name, m.name, m.bot && !m.custom);
  }

  reaction(m, r, ctx) {
    const who = r.Users.map((u) => ctx.people.get(u)?.name || u).join(", ");
    return h("button", { type: "button", class: r.Users.includes(ctx.me) ? "mine" : "", title: who, "aria-label": r.Name + ", " + r.Users.length + ": " + who, testid: "reaction-" + r.Name, onclick: () => this.app.act({ do: "react", channel: this.app.channel, ts: m.ts, name: r.Name }) }, QUICK[r.Name] ? icon(QUICK[r.Name]) : plain(":" + r.Name + ":", ctx), h("span", {}, r.Users.length));
  }

  content(m, ctx) {
    const act = (block, action, value) => this.app.act({ do: "pick", channel: this.app.channel, ts: m.ts, block, action, value });
    const body = m.blocks.length ? renderBlocks(m.blocks, ctx, act) : h("div", { class: "text" }, mrkdwn(m.text, ctx));
    if (m.edited && !m.bot) body.append(h("span", { class: "edited" }, "(edited)"));
    if (m.subtype === "me_message") body.classList.add("action");
    return body;
  }

  threadLine(m, thread, news) {
    const names = [...new Map(thread.filter((r) => !r.ephemeral).map((r) => [r.user || r.name, r])).values()].slice(0, 4);
    const count = thread.filter((r) => !r.ephemeral).length;
    return h("button", { type: "button", class: "thread-line" + (news ? " news" : ""), testid: "thread-" + m.ts, onclick: () => this.app.openThread(m.ts) },
      h("span", { class: "faces" }, names.map((r) => avatar(r.user || r.name, r.name, r.bot && !r.custom, "tiny"))),
      h("b", {}, count === 1 ? "1 reply" : count + " replies"), news > 0 && h("span", { class: "fresh" }, news + " new"), h("small", {}, "Last reply " + clock(thread.at(-1).ts)));
  }

  tools(m, ctx) {
    if (m.ephemeral) return null;
    const reply = !this.inThread && h("button", { type: "button", class: "to-thread", title: "Reply in thread", "aria-label": "Reply in thread", testid: "reply-" + m.ts, onclick: () => this.app.openThread(m.thread || m.ts) }, icon("reply"));
    const more = h("button", { type: "button", title: "More", "aria-label": "More actions", "aria-haspopup": "menu", testid: "more-" + m.ts, onclick: (e) => this.open(e.currentTarget, m, ctx) }, icon("more"));
    return h("div", { class: "tools" }, Object.keys(QUICK).map((name) => this.quick(m, name, () => {})), reply, more);
  }

  quick(m, name, done) {
    return h("button", { type: "button", class: "quick", title: ":" + name + ":", "aria-label": "React with " + name, testid: "react-" + name, onclick: () => { done(); this.app.act({ do: "react", channel: this.app.channel, ts: m.ts, name }); } }, icon(QUICK[name]));
  }

  // open shows what can be done with a message, on a phone with the reactions above.
  open(anchor, m, ctx) {
    const row = (done) => h("div", { class: "quick-row" }, Object.keys(QUICK).map((name) => this.quick(m, name, done)));
    menu(anchor, this.choices(m, ctx), "Message from " + m.name, matchMedia("(hover: none)").matches && row);
  }

  choices(m, ctx) {
    const app = this.app;
    const items = ctx.shortcuts.filter((s) => s.message).map((s) => ({ label: s.name, icon: "bolt", testid: "shortcut-" + s.callback_id, run: () => app.act({ do: "shortcut", channel: app.channel, ts: m.ts, name: s.callback_id }) }));
    if (!this.inThread) items.unshift({ label: "Reply in thread", icon: "reply", testid: "open-thread", run: () => app.openThread(m.thread || m.ts) });
    if (m.user === ctx.me) {
      items.push("-", { label: "Edit message", icon: "pencil", testid: "edit-" + m.ts, run: () => this.edit(m, ctx) });
      items.push({ label: "Delete message", icon: "bin", danger: true, testid: "delete-" + m.ts, run: () => app.act({ do: "delete", channel: app.channel, ts: m.ts }) });
    }
    return items;
  }

  edit(m) {
    this.editing = m.ts;
    const app = this.app;
    const row = this.rows.get(m.ts);
    const field = h("textarea", { testid: "edit-field", rows: 2, "aria-label": "Edit message", value: m.raw });
    const stop = async (save) => {
      if (save && !(await app.act({ do: "edit", channel: app.channel, ts: m.ts, text: field.value }))) return;
      this.editing = null;
      row.sig = "";
      app.refresh();
    };
    const form = h("div", { class: "edit" }, field, h("div", { class: "edit-buttons" },
      h("button", { type: "button", class: "btn", testid: "edit-cancel", onclick: () => stop(false) }, "Cancel"),
      h("button", { type: "button", class: "btn primary", testid: "edit-save", onclick: () => stop(true) }, "Save")));
    field.addEventListener("keydown", (e) => { if (e.key === "Escape") { stop(false); e.stopPropagation(); } });
    sendOnEnter(field, () => stop(true));
    row.node.querySelector(".blocks, .text").replaceWith(form);
    field.focus();
  }
}

// follows tells that b stands under the same name as a.
function follows(a, b) {
  return !QUIET.has(a.subtype) && !QUIET.has(b.subtype) && a.name === b.name && a.user === b.user && !a.ephemeral && !b.ephemeral && !a.gone && !b.gone && b.ts - a.ts < 240;
}

function file(f) {
  const name = h("span", {}, f.title || f.name, h("small", {}, size(f.size)));
  if (!f.picture) return h("a", { class: "file", href: "page/files/" + f.id, testid: "file-" + f.id }, icon("file"), name);
  return h("figure", { class: "file-picture" }, h("figcaption", {}, f.title || f.name),
    h("a", { href: "page/files/" + f.id, target: "_blank", rel: "noopener", testid: "file-" + f.id }, h("img", { class: "picture wide", src: "page/files/" + f.id, alt: f.alt || f.title || f.name, loading: "lazy" })));
}

// arrange puts nodes into box and leaves those in place alone: a node that is
// taken out and put back loses focus and hover.
function arrange(box, nodes) {
  const keep = new Set(nodes);
  for (const node of [...box.childNodes]) if (!keep.has(node)) node.remove();
  nodes.forEach((node, i) => { if (box.childNodes[i] !== node) box.insertBefore(node, box.childNodes[i] || null); });
}

function size(n) {
  return n < 1024 ? n + " B" : n < 1048576 ? Math.round(n / 1024) + " KB" : (n / 1048576).toFixed(1) + " MB";
}

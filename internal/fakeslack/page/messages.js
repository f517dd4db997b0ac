// The list of messages of a channel or a thread.
import { h, icon, avatar, clock, day, menu, sendOnEnter } from "./dom.js";
import { mrkdwn, plain } from "./text.js";
import { renderBlocks } from "./blocks.js";

const QUICK = ["eyes", "white_check_mark", "lock", "thumbsup"];
const QUIET = new Set(["channel_join", "channel_leave", "channel_topic", "huddle_thread"]);

// MessageList keeps one node per message and draws it again only when its
// content changed, so that reading, selecting and editing are not disturbed.
export class MessageList {
  constructor(app, inThread) {
    this.app = app;
    this.inThread = inThread;
    this.rows = new Map();
    this.editing = null;
    this.root = h("div", { class: "messages", role: "log", tabindex: "0" });
  }

  show(list, ctx, replies, empty) {
    const box = this.root;
    const near = box.scrollHeight - box.scrollTop - box.clientHeight < 80;
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
      if (!this.inThread && (!previous || day(previous.ts) !== day(m.ts))) rule("day", day(m.ts));
      const joined = previous && !QUIET.has(m.subtype) && !QUIET.has(previous.subtype) && previous.name === m.name && previous.user === m.user && !previous.ephemeral && !m.ephemeral && m.ts - previous.ts < 240 && !(this.inThread && nodes.length < 3);
      const thread = this.inThread ? undefined : replies.get(m.ts);
      const sig = JSON.stringify([m, joined, thread?.length, thread?.at(-1)?.ts, ctx.me]);
      let row = this.rows.get(m.ts);
      if (!row || (row.sig !== sig && this.editing !== m.ts)) row = { sig, node: this.message(m, joined, thread, ctx) };
      rows.set(m.ts, row);
      nodes.push(row.node);
      if (this.inThread && m === list[0] && list.length > 1) rule("count", list.length === 2 ? "1 reply" : list.length - 1 + " replies");
      previous = QUIET.has(m.subtype) ? null : m;
    }
    if (!list.length && empty) rule("start", empty);
    this.rows = rows;
    arrange(box, nodes);
    this.last = list.at(-1)?.ts;
    if (near || before === undefined || this.last !== before) box.scrollTop = box.scrollHeight;
  }

  message(m, joined, thread, ctx) {
    if (QUIET.has(m.subtype)) return h("div", { class: "msg quiet", testid: "message-" + m.ts }, h("span", {}, mrkdwn(m.text, ctx)), h("time", {}, clock(m.ts)));
    const robot = m.bot && !m.custom;
    const body = h("div", { class: "msg-body" });
    if (m.ephemeral) body.append(h("div", { class: "only" }, icon("eye"), h("span", {}, "Only visible to you"), h("button", { type: "button", class: "dismiss", testid: "dismiss-" + m.ts, onclick: () => this.app.act({ do: "dismiss", ts: m.ts }) }, "Dismiss")));
    if (m.broadcast && !this.inThread) body.append(h("button", { type: "button", class: "linkish broadcast", onclick: () => this.app.openThread(m.thread) }, "replied to a thread"));
    if (!joined) body.append(h("div", { class: "who" }, h("b", {}, m.name), m.bot && h("span", { class: "tag" }, "APP"), h("time", {}, clock(m.ts))));
    body.append(this.content(m, ctx));
    if (m.files.length) body.append(h("div", { class: "files" }, m.files.map((f) => h("a", { class: "file", href: "page/files/" + f.id }, icon("file"), h("span", {}, f.name, h("small", {}, size(f.size)))))));
    if (m.reactions?.length) body.append(h("div", { class: "reactions" }, m.reactions.map((r) => h("button", { type: "button", class: r.Users.includes(ctx.me) ? "mine" : "", title: r.Users.map((u) => ctx.people.get(u)?.name || u).join(", "), onclick: () => this.app.act({ do: "react", channel: this.app.channel, ts: m.ts, name: r.Name }) }, plain(":" + r.Name + ":", ctx), h("span", {}, r.Users.length)))));
    if (thread?.length) body.append(this.threadLine(m, thread, ctx));
    const gutter = joined ? h("time", { class: "gutter" }, clock(m.ts)) : m.gone ? h("span", { class: "avatar gone" }) : avatar(m.user || m.name, m.name, robot);
    return h("article", { class: "msg" + (joined ? " joined" : "") + (m.ephemeral ? " ephemeral" : "") + (m.gone ? " deleted" : ""), testid: "message-" + m.ts, "aria-label": m.name }, gutter, body, !m.gone && this.tools(m, ctx));
  }

  content(m, ctx) {
    const act = (action, value) => this.app.act({ do: "pick", channel: this.app.channel, ts: m.ts, action, value });
    const body = m.blocks.length ? renderBlocks(m.blocks, ctx, act) : h("div", { class: "text" }, mrkdwn(m.text, ctx));
    if (m.edited && !m.bot) body.append(h("span", { class: "edited" }, "(edited)"));
    if (m.subtype === "me_message") body.classList.add("action");
    return body;
  }

  threadLine(m, thread, ctx) {
    const names = [...new Map(thread.filter((r) => !r.ephemeral).map((r) => [r.user || r.name, r])).values()].slice(0, 4);
    const count = thread.filter((r) => !r.ephemeral).length;
    return h("button", { type: "button", class: "thread-line", testid: "thread-" + m.ts, onclick: () => this.app.openThread(m.ts) },
      h("span", { class: "faces" }, names.map((r) => avatar(r.user || r.name, r.name, r.bot && !r.custom, "tiny"))),
      h("b", {}, count === 1 ? "1 reply" : count + " replies"), h("small", {}, "Last reply " + clock(thread.at(-1).ts)));
  }

  tools(m, ctx) {
    const app = this.app;
    const quick = m.ephemeral ? [] : QUICK.map((name) => h("button", { type: "button", class: "quick", title: ":" + name + ":", "aria-label": "React with " + name, onclick: () => app.act({ do: "react", channel: app.channel, ts: m.ts, name }) }, plain(":" + name + ":", ctx)));
    const reply = !this.inThread && !m.ephemeral && h("button", { type: "button", title: "Reply in thread", "aria-label": "Reply in thread", testid: "reply-" + m.ts, onclick: () => app.openThread(m.thread || m.ts) }, icon("reply"));
    const more = !m.ephemeral && h("button", { type: "button", title: "More", "aria-label": "More actions", "aria-haspopup": "menu", testid: "more-" + m.ts, onclick: (e) => menu(e.currentTarget, this.choices(m, ctx)) }, icon("more"));
    return h("div", { class: "tools" }, quick, reply, more);
  }

  choices(m, ctx) {
    const app = this.app;
    const items = ctx.shortcuts.filter((s) => s.message).map((s) => ({ label: s.name, testid: "shortcut-" + s.callback_id, run: () => app.act({ do: "shortcut", channel: app.channel, ts: m.ts, name: s.callback_id }) }));
    if (!this.inThread) items.unshift({ label: "Reply in thread", run: () => app.openThread(m.thread || m.ts) });
    if (m.user === ctx.me) {
      items.push("-", { label: "Edit message", testid: "edit-" + m.ts, run: () => this.edit(m, ctx) });
      items.push({ label: "Delete message", danger: true, testid: "delete-" + m.ts, run: () => app.act({ do: "delete", channel: app.channel, ts: m.ts }) });
    }
    return items;
  }

  edit(m, ctx) {
    this.editing = m.ts;
    const row = this.rows.get(m.ts);
    const field = h("textarea", { testid: "edit-field", rows: 2, "aria-label": "Edit message", value: m.raw });
    const stop = async (save) => {
      if (save && !(await app.act({ do: "edit", channel: app.channel, ts: m.ts, text: field.value }))) return;
      this.editing = null;
      row.sig = "";
      app.refresh();
    };
    const app = this.app;
    const form = h("div", { class: "edit" }, field, h("div", { class: "edit-buttons" },
      h("button", { type: "button", class: "btn", onclick: () => stop(false) }, "Cancel"),
      h("button", { type: "button", class: "btn primary", testid: "edit-save", onclick: () => stop(true) }, "Save")));
    field.addEventListener("keydown", (e) => { if (e.key === "Escape") stop(false); });
    sendOnEnter(field, () => stop(true));
    row.node.querySelector(".blocks, .text").replaceWith(form);
    field.focus();
  }
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

// The staff page: state comes from the server whole, at each change; this file
// holds what is only this browser's (who acts, what is open) and draws it.
import { h, icon, avatar, menu, sendOnEnter } from "./dom.js";
import { MessageList } from "./messages.js";
import { Modal, renderHome } from "./modal.js";

const $ = (id) => document.getElementById(id);

class App {
  constructor(emoji) {
    this.emoji = emoji;
    this.me = sessionStorage.getItem("act-as") || "";
    this.channel = "";
    this.home = false;
    this.tab = "home";
    this.thread = "";
    this.seen = new Map();
    this.homeDrawn = "";
    this.drafts = new Map();
    this.lists = { main: new MessageList(this, false), side: new MessageList(this, true) };
    this.modal = new Modal(this, $("overlay"));
    this.composers = { main: this.composer("main"), side: this.composer("side") };
    this.build();
  }

  // ctx is what rendering needs to know about the workspace.
  context() {
    const s = this.state;
    return { me: s.me, emoji: this.emoji, groups: s.groups, shortcuts: s.shortcuts, people: new Map(s.people.map((p) => [p.id, p])), channels: new Map(s.channels.map((c) => [c.id, c])) };
  }

  build() {
    this.title = h("div", { class: "title" });
    this.homeBox = h("div", { class: "home", testid: "home" });
    this.main = h("div", { class: "pane" });
    $("main").append(h("header", {}, h("button", { type: "button", class: "plain back", "aria-label": "Back to channels", testid: "back", onclick: () => this.pane("list") }, icon("back")), this.title), this.main);
    this.sideTitle = h("div", { class: "title" });
    $("side").dataset.testid = "thread";
    $("side").append(h("header", {}, this.sideTitle, h("button", { type: "button", class: "plain", "aria-label": "Close thread", testid: "thread-close", onclick: () => this.openThread("") }, icon("close"))), this.lists.side.root, this.composers.side.box);
    document.addEventListener("keydown", (e) => { if (e.key === "Escape" && this.thread && !document.querySelector(".shade, .menu, .edit")) this.openThread(""); });
  }

  async load() {
    const fetching = (this.fetching = {});
    const res = await fetch("page/state?user=" + encodeURIComponent(this.me), { cache: "no-store" });
    const state = await res.json();
    if (this.fetching !== fetching) return;
    this.state = state;
    this.me = state.me;
    if (!this.channel) this.channel = state.channels.find((c) => c.member && !c.im)?.id || "";
    this.draw();
  }

  // follow fetches the state again whenever the server says that it changed.
  follow() {
    const stream = new EventSource("page/stream");
    let busy = false;
    let again = false;
    stream.onmessage = async () => {
      if (busy) { again = true; return; }
      busy = true;
      do { again = false; await this.load().catch(() => {}); } while (again);
      busy = false;
    };
    stream.onopen = () => document.body.classList.remove("offline");
    stream.onerror = () => document.body.classList.add("offline");
  }

  async post(deed) {
    try {
      const res = await fetch("page/act", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ user: this.me, ...deed }) });
      return await res.json();
    } catch {
      return { ok: false, error: "The workspace does not answer." };
    }
  }

  async act(deed) {
    const answer = await this.post(deed);
    if (!answer.ok) this.toast(answer.error || "That did not work.");
    return answer.ok;
  }

  toast(text) {
    const node = h("div", { class: "toast", testid: "toast" }, text);
    $("toasts").append(node);
    setTimeout(() => node.remove(), 6000);
  }

  refresh() { if (this.state) this.draw(); }

  pane(name) { document.body.dataset.pane = name; }

  openChannel(id) {
    this.home = false;
    if (id !== this.channel) this.thread = "";
    this.channel = id;
    this.lists.main.last = undefined;
    this.pane("main");
    this.refresh();
  }

  openHome() {
    this.home = true;
    this.thread = "";
    this.tab = "home";
    this.pane("main");
    this.act({ do: "home" });
    this.refresh();
  }

  openThread(ts) {
    this.thread = ts;
    this.lists.side.last = undefined;
    this.pane(ts ? "side" : "main");
    this.refresh();
    if (ts) this.composers.side.field.focus();
  }

  draw() {
    const ctx = this.context();
    const im = this.state.channels.find((c) => c.im);
    if (this.home && im) this.channel = im.id;
    const channel = ctx.channels.get(this.channel);
    const all = channel?.messages || [];
    const replies = new Map();
    for (const m of all) if (m.thread && m.thread !== m.ts) replies.set(m.thread, [...(replies.get(m.thread) || []), m]);
    this.drawSidebar(ctx);
    this.drawMain(channel, all, replies, ctx);
    this.drawSide(channel, all, replies, ctx);
    this.modal.show(this.state.views, ctx);
    if (this.state.notices.length) {
      this.state.notices.forEach((n) => this.toast(n));
      this.act({ do: "dismiss" });
    }
    document.title = (this.home ? this.state.bot.name : channel ? "#" + channel.name : "Channels") + " | " + this.state.team;
  }

  drawSidebar(ctx) {
    const s = this.state;
    const key = JSON.stringify([s.people, s.channels.map((c) => [c.id, c.name, c.archived, c.member, this.unread(c)]), this.channel, this.home, this.me, s.online]);
    if (key === this.sidebarDrawn) return;
    this.sidebarDrawn = key;
    const select = h("select", { testid: "act-as", "aria-label": "Act as", onchange: (e) => this.actAs(e.target.value) }, s.people.filter((p) => !p.bot && !p.deleted).map((p) => h("option", { value: p.id, selected: p.id === this.me }, p.real)));
    const me = ctx.people.get(this.me);
    const rows = s.channels.filter((c) => !c.im).map((c) => {
      const unread = this.unread(c);
      return h("li", {}, h("button", { type: "button", class: "entry" + (!this.home && c.id === this.channel ? " on" : "") + (unread.count ? " unread" : "") + (c.member ? "" : " outside"), testid: "channel-" + c.id, "aria-current": !this.home && c.id === this.channel && "page", onclick: () => this.openChannel(c.id) },
        h("span", { class: "sign" }, c.private ? icon("lock") : "#"), h("span", { class: "name" }, c.name), unread.mine > 0 && h("span", { class: "badge" }, unread.mine)));
    });
    $("sidebar").replaceChildren(
      h("header", {}, h("span", { class: "team" }, s.team.slice(0, 1)), h("span", {}, h("b", {}, s.team), h("small", {}, "Staff workspace"))),
      h("h2", {}, "Channels"), h("ul", {}, rows),
      h("h2", {}, "Apps"), h("ul", {}, h("li", {}, h("button", { type: "button", class: "entry" + (this.home ? " on" : ""), testid: "app-home", onclick: () => this.openHome() }, avatar(s.bot.id, s.bot.name, true, "tiny"), h("span", { class: "name" }, s.bot.name), h("span", { class: "dot" + (s.online ? " live" : ""), title: s.online ? "Connected" : "Not connected" })))),
      h("div", { class: "whoami" }, me && avatar(me.id, me.real, false, "small"), h("label", {}, h("small", {}, "Act as"), select)));
  }

  actAs(id) {
    this.me = id;
    sessionStorage.setItem("act-as", id);
    this.thread = "";
    this.sidebarDrawn = this.homeDrawn = "";
    this.lists.main.last = undefined;
    this.load();
    if (this.home) this.act({ do: "home" });
  }

  // unread counts what came since this person last looked at the channel.
  unread(c) {
    const key = this.me + c.id;
    const last = c.messages?.at(-1)?.ts || "";
    if (!this.seen.has(key) || (c.id === this.channel && !this.home)) this.seen.set(key, last);
    const fresh = (c.messages || []).filter((m) => m.ts > this.seen.get(key) && m.user !== this.me);
    return { count: fresh.length, mine: fresh.filter((m) => m.ephemeral || JSON.stringify(m.blocks).includes(this.me) || m.text.includes("<@" + this.me)).length };
  }

  drawMain(channel, all, replies, ctx) {
    const want = this.home ? "home" : channel?.member ? "channel" : "outside";
    if (this.home) this.drawHomeTitle();
    else this.title.replaceChildren(h("h1", {}, channel ? [channel.private ? icon("lock") : h("span", { class: "sign" }, "#"), channel.name] : "No channel"), channel && h("small", {}, channel.topic || channel.members + " members"));
    if (this.home && this.tab === "home") {
      const key = this.me + (this.state.home?.id || "") + (this.state.home?.hash || "");
      if (key !== this.homeDrawn) this.homeBox.replaceChildren(renderHome(this, this.state.home, ctx));
      this.homeDrawn = key;
      return this.fill("home", this.homeBox);
    }
    if (want === "outside") return this.fill("outside" + channel?.id, h("div", { class: "empty" }, h("p", {}, channel ? "You are not in this channel. Act as somebody who is." : "There are no channels yet.")));
    this.fill("list", this.lists.main.root, this.composers.main.box);
    const roots = all.filter((m) => !m.thread || m.thread === m.ts || m.broadcast);
    this.lists.main.show(roots, ctx, replies, this.home ? "Nothing here yet. Messages from " + this.state.bot.name + " to you appear here." : "This is the start of #" + channel.name + ".");
    this.dress("main", channel, this.home ? "Message " + this.state.bot.name : "Message #" + channel.name);
  }

  fill(key, ...nodes) {
    if (this.filled === key) return;
    this.filled = key;
    this.main.replaceChildren(...nodes);
    if (key === "list") this.lists.main.root.scrollTop = this.lists.main.root.scrollHeight;
  }

  drawHomeTitle() {
    const tab = (id, text) => h("button", { type: "button", role: "tab", class: "tab", "aria-selected": String(this.tab === id), testid: "tab-" + id, onclick: () => { this.tab = id; this.refresh(); } }, text);
    this.title.replaceChildren(h("h1", {}, this.state.bot.name), h("div", { role: "tablist", class: "tabs" }, tab("home", "Home"), tab("messages", "Messages")));
  }

  drawSide(channel, all, replies, ctx) {
    const root = all.find((m) => m.ts === this.thread);
    $("side").hidden = !this.thread || !root;
    document.body.classList.toggle("threaded", Boolean(root));
    if (!root) { this.lists.side.show([], ctx, replies); if (document.body.dataset.pane === "side") this.pane("main"); return; }
    this.sideTitle.replaceChildren(h("h1", {}, "Thread"), h("small", {}, channel.im ? this.state.bot.name : "#" + channel.name));
    this.lists.side.show([root, ...(replies.get(this.thread) || [])], ctx, replies);
    this.dress("side", channel, "Reply…");
  }

  // dress gives a composer its placeholder and the draft of its place.
  dress(where, channel, placeholder) {
    const c = this.composers[where];
    const place = this.me + channel.id + (where === "side" ? this.thread : "");
    c.field.placeholder = channel.archived ? "This channel is archived" : placeholder;
    c.field.disabled = channel.archived;
    c.also.textContent = "Also send to #" + channel.name;
    if (c.place !== place) {
      if (c.place) this.drafts.set(c.place, c.field.value);
      c.place = place;
      c.field.value = this.drafts.get(place) || "";
      c.problem.hidden = true;
      c.check.checked = false;
      c.grow();
    }
  }

  composer(where) {
    const prefix = where === "side" ? "thread-" : "";
    const field = h("textarea", { rows: 1, testid: prefix + "composer", "aria-label": where === "side" ? "Reply in thread" : "Message" });
    const send = h("button", { type: "button", class: "send", "aria-label": "Send", testid: prefix + "send", disabled: true }, icon("send"));
    const problem = h("p", { class: "problem", role: "alert", hidden: true, testid: prefix + "composer-problem" });
    const check = h("input", { type: "checkbox", id: prefix + "also" });
    const also = h("span", {});
    const bolt = h("button", { type: "button", class: "plain", "aria-label": "Shortcuts", title: "Shortcuts", testid: prefix + "shortcuts", onclick: (e) => menu(e.currentTarget, this.state.shortcuts.filter((s) => !s.message).map((s) => ({ label: s.name, testid: "shortcut-" + s.callback_id, run: () => this.act({ do: "shortcut", name: s.callback_id }) }))) }, icon("bolt"));
    const grow = () => { field.style.height = "auto"; field.style.height = Math.min(field.scrollHeight, 200) + "px"; send.disabled = !field.value.trim(); };
    const go = async () => {
      if (!field.value.trim() || field.disabled) return;
      const text = field.value;
      field.value = "";
      grow();
      const answer = await this.post({ do: "type", channel: this.channel, thread: where === "side" ? this.thread : "", text, also: check.checked });
      problem.hidden = answer.ok;
      problem.textContent = answer.error || "";
      if (answer.ok) { check.checked = false; return; }
      if (!field.value) field.value = text;
      grow();
    };
    field.addEventListener("input", () => { problem.hidden = true; grow(); });
    sendOnEnter(field, go);
    send.addEventListener("click", go);
    const box = h("div", { class: "composer" }, problem, h("div", { class: "composer-box" }, field,
      h("div", { class: "composer-row" }, bolt, where === "side" ? h("label", { class: "also", for: prefix + "also" }, check, also) : h("span", { class: "tip" }, "*bold*  _italic_  `code`  /handoff help"), send)));
    return { box, field, send, problem, check, also, grow, place: "" };
  }
}

const app = new App(await (await fetch("page/emoji.json")).json());
await app.load();
app.follow();

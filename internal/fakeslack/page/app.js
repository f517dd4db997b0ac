// The staff page: state comes from the server whole, at each change; this file
// holds what is only this browser's (who acts, what is open) and draws it.
import { h, icon } from "./dom.js";
import { MessageList } from "./messages.js";
import { Modal, Home } from "./modal.js";
import { Composer } from "./composer.js";
import { Sidebar, Unread } from "./sidebar.js";

const $ = (id) => document.getElementById(id);

// newest is the channel that somebody has written in last, the first of all while
// nobody has.
function newest(channels) {
  const last = (c) => (c.messages || []).at(-1)?.ts || "";
  return channels.reduce((found, c) => (!found || last(c) > last(found) ? c : found), undefined);
}

class App {
  constructor(emoji) {
    this.emoji = emoji;
    this.me = sessionStorage.getItem("act-as") || "";
    this.channel = "";
    this.home = false;
    this.tab = "home";
    this.thread = "";
    this.lists = { main: new MessageList(this, false), side: new MessageList(this, true) };
    this.modal = new Modal(this, $("overlay"));
    this.homeTab = new Home(this);
    this.composers = { main: new Composer(this, false), side: new Composer(this, true) };
    this.unread = new Unread(this);
    this.sidebar = new Sidebar(this, $("sidebar"));
    this.build();
  }

  // ctx is what rendering needs to know about the workspace.
  context() {
    const s = this.state;
    return { me: s.me, emoji: this.emoji, groups: s.groups, shortcuts: s.shortcuts, people: new Map(s.people.map((p) => [p.id, p])), channels: new Map(s.channels.map((c) => [c.id, c])) };
  }

  build() {
    this.title = h("div", { class: "title" });
    this.main = h("div", { class: "pane" });
    $("main").append(h("header", {}, h("button", { type: "button", class: "plain back", "aria-label": "Back to channels", testid: "back", onclick: () => this.leave() }, icon("back")), this.title), this.main);
    this.sideTitle = h("div", { class: "title" });
    $("side").dataset.testid = "thread";
    $("side").append(h("header", {}, h("button", { type: "button", class: "plain back", "aria-label": "Back to the channel", testid: "thread-back", onclick: () => this.openThread("") }, icon("back")), this.sideTitle, h("button", { type: "button", class: "plain shut", "aria-label": "Close thread", testid: "thread-close", onclick: () => this.openThread("") }, icon("close"))), this.lists.side.root, this.composers.side.box);
    document.addEventListener("keydown", (e) => { if (e.key === "Escape" && this.thread && !document.querySelector(".shade, .float, .edit")) this.openThread(""); });
    document.addEventListener("visit", (e) => { if (this.visit(e.detail)) e.preventDefault(); });
    document.addEventListener("click", (e) => {
      const link = e.target.closest?.("a[href*='/archives/']");
      if (link && this.visit(link.href)) e.preventDefault();
    });
  }

  async load() {
    const fetching = (this.fetching = {});
    const res = await fetch("page/state?user=" + encodeURIComponent(this.me), { cache: "no-store" });
    const state = await res.json();
    if (this.fetching !== fetching) return;
    this.state = state;
    this.me = state.me;
    this.unread.begin(state);
    if (!this.channel) this.channel = newest(state.channels.filter((c) => c.member && !c.im))?.id || "";
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

  leave() {
    this.pane("list");
    this.refresh();
  }

  openChannel(id) {
    this.home = false;
    if (id !== this.channel) this.thread = "";
    this.unread.enter(id);
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

  openTab(id) {
    this.tab = id;
    const im = this.state.channels.find((c) => c.im);
    if (id === "messages" && im) this.unread.enter(im.id);
    if (id === "home") this.act({ do: "home" });
    this.lists.main.last = undefined;
    this.refresh();
  }

  openThread(ts) {
    this.thread = ts;
    this.lists.side.last = undefined;
    this.pane(ts ? "side" : "main");
    this.refresh();
    if (ts && matchMedia("(hover: hover)").matches) this.composers.side.field.focus();
  }

  // visit opens a message of this workspace by its address; false leaves it to
  // the browser.
  visit(url) {
    const m = /^https:\/\/[^/]+\/archives\/(\w+)\/p(\d+)(\d{6})(?:\?thread_ts=([\d.]+))?/.exec(url);
    const channel = m && this.state.channels.find((c) => c.id === m[1] && c.member);
    if (!channel) return false;
    const ts = m[2] + "." + m[3];
    const found = channel.messages.find((x) => x.ts === ts);
    this.openChannel(channel.id);
    const root = m[4] || found?.thread || (found && channel.messages.some((x) => x.thread === ts) ? ts : "");
    if (root) this.openThread(root);
    (root ? this.lists.side : this.lists.main).reveal(ts);
    return true;
  }

  actAs(id) {
    this.me = id;
    sessionStorage.setItem("act-as", id);
    this.thread = "";
    this.lists.main.last = undefined;
    this.load();
    if (this.home) this.act({ do: "home" });
  }

  draw() {
    const ctx = this.context();
    const im = this.state.channels.find((c) => c.im);
    if (this.home) this.channel = im?.id || "";
    const channel = ctx.channels.get(this.channel);
    const all = channel?.messages || [];
    const replies = new Map();
    for (const m of all) if (m.thread && m.thread !== m.ts) replies.set(m.thread, [...(replies.get(m.thread) || []), m]);
    this.sidebar.draw(this.state, ctx, this.unread);
    this.drawMain(channel, all, replies, ctx);
    this.drawSide(channel, all, replies, ctx);
    this.modal.show(this.state.views, ctx);
    if (this.state.notices.length) {
      this.state.notices.forEach((n) => this.toast(n));
      this.act({ do: "dismiss" });
    }
    document.title = (this.home ? this.state.bot.name : channel ? "#" + channel.name : "Channels") + " | " + this.state.team;
  }

  drawMain(channel, all, replies, ctx) {
    if (this.home) this.drawHomeTitle(ctx, channel);
    else this.title.replaceChildren(h("h1", {}, channel ? [channel.private ? icon("lock") : h("span", { class: "sign" }, "#"), channel.name] : "No channel"), channel && h("small", {}, channel.topic || channel.members + " members"));
    if (this.home && this.tab === "home") {
      this.fill("home", this.homeTab.root);
      return this.homeTab.show(this.state.home, ctx);
    }
    if (!channel?.member) return this.fill("outside" + channel?.id, h("div", { class: "empty" }, h("p", {}, channel ? "You are not in this channel. Act as somebody who is." : "There is nothing here yet.")));
    this.fill("list", this.lists.main.root, this.composers.main.box);
    const roots = all.filter((m) => !m.thread || m.thread === m.ts || m.broadcast);
    const empty = this.home ? "Nothing here yet. Messages from " + this.state.bot.name + " to you appear here." : "This is the start of #" + channel.name + ".";
    this.lists.main.show(roots, ctx, { replies, empty, first: this.unread.first, fresh: (ts, list) => this.unread.thread(ts, list) });
    this.composers.main.dress(this.me + channel.id, channel, this.home ? "Message " + this.state.bot.name : "Message #" + channel.name);
  }

  fill(key, ...nodes) {
    if (this.filled === key) return;
    this.filled = key;
    this.main.replaceChildren(...nodes);
    if (key === "list") this.lists.main.last = undefined;
  }

  drawHomeTitle(ctx, im) {
    const news = im ? this.unread.channel(im).mine : 0;
    const key = [this.tab, news, this.state.bot.name].join();
    if (this.title.dataset.key === key && this.title.querySelector(".tabs")) return;
    this.title.dataset.key = key;
    const tab = (id, text) => h("button", { type: "button", role: "tab", class: "tab", "aria-selected": String(this.tab === id), testid: "tab-" + id, onclick: () => this.openTab(id) }, text);
    const focused = this.title.contains(document.activeElement) && document.activeElement.dataset.testid;
    this.title.replaceChildren(h("h1", {}, this.state.bot.name), h("div", { role: "tablist", class: "tabs" }, tab("home", "Home"), tab("messages", ["Messages", news > 0 && h("span", { class: "badge" }, news)])));
    if (focused) this.title.querySelector(`[data-testid="${focused}"]`)?.focus();
  }

  drawSide(channel, all, replies, ctx) {
    const root = all.find((m) => m.ts === this.thread);
    $("side").hidden = !this.thread || !root;
    document.body.classList.toggle("threaded", Boolean(root));
    const rest = { replies, fresh: () => 0 };
    if (!root) { this.lists.side.show([], ctx, rest); if (document.body.dataset.pane === "side") this.pane("main"); return; }
    this.sideTitle.replaceChildren(h("h1", {}, "Thread"), h("small", {}, channel.im ? this.state.bot.name : "#" + channel.name));
    this.lists.side.show([root, ...(replies.get(this.thread) || [])], ctx, rest);
    this.composers.side.dress(this.me + channel.id + this.thread, channel, "Reply…");
  }
}

const app = new App(await (await fetch("page/emoji.json")).json());
await app.load();
app.follow();

// The list of channels, the app and who acts, with what is new in each place.
import { h, icon, avatar } from "./dom.js";
import { onPhone } from "./surface.js";

// Unread remembers what this person has seen, by channel and by thread.
export class Unread {
  constructor(app) {
    this.app = app;
    this.seen = new Map();
    this.threads = new Map();
    this.began = new Map();
    this.first = ""; // the message before which the line "New" stands
  }

  // begin takes what is there when a person comes as read.
  begin(state) {
    if (this.began.has(state.me)) return;
    const all = state.channels.flatMap((c) => c.messages || []).map((m) => m.ts);
    this.began.set(state.me, all.sort().at(-1) || "0");
  }

  // enter remembers where the news of a channel begin.
  enter(id) { this.first = this.fresh(this.app.state.channels.find((c) => c.id === id) || {})[0]?.ts || ""; }

  visible(c) {
    const app = this.app;
    if (c.id !== app.channel || (onPhone() && document.body.dataset.pane === "list")) return false;
    return !app.home || app.tab === "messages";
  }

  // channel counts what came since the reader last looked: all, and what is for her.
  channel(c) {
    const key = this.app.me + c.id;
    if (this.visible(c)) this.seen.set(key, (c.messages || []).at(-1)?.ts || "0");
    const fresh = this.fresh(c);
    const mine = fresh.filter((m) => c.im || m.ephemeral || JSON.stringify(m.blocks).includes(this.app.me) || m.text.includes("<@" + this.app.me));
    return { count: fresh.length, mine: mine.length };
  }

  // fresh lists what stands in the channel itself, or is for nobody else.
  fresh(c) {
    const from = this.seen.get(this.app.me + c.id) || this.began.get(this.app.me);
    return (c.messages || []).filter((m) => m.ts > from && m.user !== this.app.me && (!m.thread || m.thread === m.ts || m.broadcast || m.ephemeral));
  }

  // thread counts the replies that are new to the reader.
  thread(root, replies) {
    const key = this.app.me + root;
    if (this.app.thread === root) this.threads.set(key, replies.at(-1).ts);
    const from = this.threads.get(key) || this.began.get(this.app.me);
    return replies.filter((m) => m.ts > from && m.user !== this.app.me).length;
  }
}

export class Sidebar {
  constructor(app, root) {
    this.app = app;
    this.root = root;
    this.drawn = "";
  }

  draw(state, ctx, unread) {
    const app = this.app;
    const news = new Map(state.channels.map((c) => [c.id, unread.channel(c)]));
    const key = JSON.stringify([state.people, state.channels.map((c) => [c.id, c.name, c.archived, c.member, news.get(c.id)]), app.channel, app.home, app.me, state.online]);
    if (key === this.drawn) return;
    this.drawn = key;
    const focused = this.root.contains(document.activeElement) && document.activeElement.dataset.testid;
    const im = state.channels.find((c) => c.im);
    this.root.replaceChildren(
      h("header", {}, h("span", { class: "team" }, state.team.slice(0, 1)), h("span", {}, h("b", {}, state.team), h("small", {}, "Staff workspace"))),
      h("h2", {}, "Channels"), h("ul", {}, state.channels.filter((c) => !c.im).map((c) => h("li", {}, this.entry(c, news.get(c.id))))),
      h("h2", {}, "Apps"), h("ul", {}, h("li", {}, this.robot(state, im ? news.get(im.id) : { mine: 0 }))),
      this.whoami(state, ctx));
    if (focused) this.root.querySelector(`[data-testid="${focused}"]`)?.focus();
  }

  entry(c, news) {
    const app = this.app;
    const on = !app.home && c.id === app.channel;
    return h("button", { type: "button", class: "entry" + (on ? " on" : "") + (news.count ? " unread" : "") + (c.member ? "" : " outside"), testid: "channel-" + c.id, "aria-current": on && "page", onclick: () => app.openChannel(c.id) },
      h("span", { class: "sign" }, c.private ? icon("lock") : "#"), h("span", { class: "name" }, c.name), badge(news));
  }

  robot(state, news) {
    const app = this.app;
    return h("button", { type: "button", class: "entry" + (app.home ? " on" : "") + (news.mine ? " unread" : ""), testid: "app-home", "aria-current": app.home && "page", onclick: () => app.openHome() },
      avatar(state.bot.id, state.bot.name, true, "tiny"), h("span", { class: "name" }, state.bot.name), badge(news), h("span", { class: "dot" + (state.online ? " live" : ""), role: "img", "aria-label": state.online ? "Connected" : "Not connected", title: state.online ? "Connected" : "Not connected" }));
  }

  whoami(state, ctx) {
    const me = ctx.people.get(this.app.me);
    const select = h("select", { testid: "act-as", "aria-label": "Act as", onchange: (e) => this.app.actAs(e.target.value) }, state.people.filter((p) => !p.bot && !p.deleted).map((p) => h("option", { value: p.id, selected: p.id === this.app.me }, p.real)));
    return h("div", { class: "whoami" }, me && avatar(me.id, me.real, false, "small"), h("label", {}, h("small", {}, "Act as"), select, icon("down")));
  }
}

// badge counts what is for the reader.
function badge(news) {
  return news.mine > 0 && h("span", { class: "badge", "aria-label": news.mine + " for you" }, news.mine);
}

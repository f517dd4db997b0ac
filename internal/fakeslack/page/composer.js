// The box to write in, below a channel or a thread.
import { h, icon, sendOnEnter } from "./dom.js";
import { menu } from "./surface.js";

export class Composer {
  constructor(app, inThread) {
    this.app = app;
    this.inThread = inThread;
    this.place = "";
    this.drafts = new Map();
    const prefix = inThread ? "thread-" : "";
    const id = (name) => prefix + name;
    this.field = h("textarea", { rows: 1, testid: id("composer"), "aria-label": inThread ? "Reply in thread" : "Message", enterkeyhint: "send" });
    this.send = h("button", { type: "button", class: "send", "aria-label": "Send", testid: id("send"), disabled: true, onclick: () => this.go() }, icon("send"));
    this.problem = h("p", { class: "problem", role: "alert", hidden: true, testid: id("composer-problem") });
    this.check = h("input", { type: "checkbox", id: id("also"), testid: id("also") });
    this.also = h("span", {});
    this.pick = h("input", { type: "file", hidden: true, testid: id("file"), onchange: () => this.attach() });
    const button = (name, sign, test, run) => h("button", { type: "button", class: "plain", "aria-label": name, title: name, testid: id(test), onclick: run }, icon(sign));
    this.box = h("div", { class: "composer" }, this.problem, h("div", { class: "composer-box" }, this.field,
      h("div", { class: "composer-row" }, button("Attach a file", "attach", "attach", () => this.pick.click()), button("Shortcuts", "bolt", "shortcuts", (e) => this.shortcuts(e.currentTarget)), this.pick,
        inThread ? h("label", { class: "also", for: id("also") }, this.check, this.also) : h("span", { class: "tip" }, "*bold*  _italic_  `code`  /handoff help"), this.send)));
    this.field.addEventListener("input", () => { this.problem.hidden = true; this.grow(); });
    sendOnEnter(this.field, () => this.go());
  }

  shortcuts(anchor) {
    menu(anchor, this.app.state.shortcuts.filter((s) => !s.message).map((s) => ({ label: s.name, icon: "bolt", testid: "shortcut-" + s.callback_id, run: () => this.app.act({ do: "shortcut", name: s.callback_id }) })), "Shortcuts");
  }

  grow() {
    this.field.style.height = "auto";
    this.field.style.height = Math.min(this.field.scrollHeight, 200) + "px";
    this.send.disabled = !this.field.value.trim();
  }

  where() { return { channel: this.app.channel, thread: this.inThread ? this.app.thread : "" }; }

  // says shows what went wrong, and gives the words back when nothing new stands there.
  says(answer, text) {
    this.problem.hidden = answer.ok;
    this.problem.textContent = answer.error || "";
    if (answer.ok) this.check.checked = false;
    else if (!this.field.value) this.field.value = text;
    this.grow();
  }

  async go() {
    const text = this.field.value;
    if (!text.trim() || this.field.disabled) return;
    this.field.value = "";
    this.grow();
    this.says(await this.app.post({ do: "type", ...this.where(), text, also: this.check.checked }), text);
  }

  async attach() {
    const file = this.pick.files[0];
    if (!file) return;
    const text = this.field.value;
    this.field.value = this.pick.value = "";
    const about = new URLSearchParams({ user: this.app.me, ...this.where(), text, name: file.name });
    let answer = { ok: false, error: "The file did not arrive. Try again." };
    try { answer = await (await fetch("page/upload?" + about, { method: "POST", body: file })).json(); } catch { /* said below */ }
    this.says(answer, text);
  }

  // dress gives the box its placeholder and the draft of its place.
  dress(place, channel, placeholder) {
    this.field.placeholder = channel.archived ? "This channel is archived" : placeholder;
    this.field.disabled = channel.archived;
    this.also.textContent = "Also send to #" + channel.name;
    if (this.place === place) return;
    if (this.place) this.drafts.set(this.place, this.field.value);
    this.place = place;
    this.field.value = this.drafts.get(place) || "";
    this.problem.hidden = true;
    this.check.checked = false;
    this.grow();
  }
}

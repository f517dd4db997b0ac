// The interactive elements of Block Kit. act(action, value) tells that one was used.
import { h, icon, trap } from "./dom.js";
import { menu } from "./surface.js";
import { picker } from "./picker.js";
import { textObject, unknown } from "./text.js";

const label = (t) => t?.text || "";
const PLAIN = { datepicker: ["date", "initial_date"], timepicker: ["time", "initial_time"], datetimepicker: ["datetime-local", "initial_date_time"], number_input: ["number", "initial_value"], email_text_input: ["email", "initial_value"], url_text_input: ["url", "initial_value"] };
const LISTS = /^(multi_)?(static|external|users|conversations|channels)_select$/;

// confirmed asks first when the element says so.
function confirmed(e, ctx, run, undo) {
  if (!e.confirm) return run();
  const back = document.activeElement;
  const done = (yes) => { shade.remove(); back?.focus?.(); if (yes) run(); else undo?.(); };
  const shade = h("div", { class: "shade", testid: "confirm", onkeydown: (ev) => { if (ev.key === "Escape") { done(false); ev.stopPropagation(); } if (ev.key === "Tab") trap(ev, shade); } },
    h("div", { class: "dialog small", role: "alertdialog", "aria-modal": "true", "aria-label": label(e.confirm.title) },
      h("header", {}, h("h2", {}, label(e.confirm.title))),
      h("div", { class: "dialog-body" }, textObject(e.confirm.text, ctx)),
      h("footer", {},
        h("button", { type: "button", class: "btn", testid: "confirm-deny", onclick: () => done(false) }, label(e.confirm.deny) || "Cancel"),
        h("button", { type: "button", class: "btn " + (e.confirm.style === "danger" ? "danger" : "primary"), testid: "confirm-ok", onclick: () => done(true) }, label(e.confirm.confirm) || "Confirm"))));
  document.body.append(shade);
  shade.querySelector("footer button:last-child").focus();
}

// element renders what can be used at once, in messages, Home and actions.
export function element(e, ctx, act) {
  const use = (value, undo) => confirmed(e, ctx, () => act(e.action_id, value), undo);
  if (e.type === "button" || e.type === "workflow_button") return button(e, ctx, use);
  if (e.type === "overflow") {
    const items = e.options.map((o) => ({ label: label(o.text), testid: "option-" + o.value, run: () => (o.url ? visit(o.url) : use(o.value)) }));
    return h("button", { type: "button", class: "btn square", "aria-label": "More actions", "aria-haspopup": "menu", "data-action": e.action_id, testid: "button-" + e.action_id, onclick: (ev) => menu(ev.currentTarget, items, "More actions") }, icon("more"));
  }
  const node = control(e, ctx, {});
  node.dataset.action = e.action_id;
  let before = read(node);
  const changed = () => {
    const value = read(node);
    use(value, () => { write(node, before); });
    before = value;
  };
  node.addEventListener("change", () => { if (read(node) !== before) changed(); });
  return node;
}

function button(e, ctx, use) {
  const press = (ev) => {
    busy(ev.currentTarget);
    use(e.value || "");
    if (/^https?:/.test(e.url || "")) visit(e.url);
  };
  return h("button", { type: "button", class: "btn " + (e.style || ""), "data-action": e.action_id, "aria-label": e.accessibility_label, testid: "button-" + e.action_id, onclick: press }, textObject(e.text, ctx));
}

// visit follows an address: a message of this workspace opens here.
function visit(url) {
  const here = new CustomEvent("visit", { detail: url, cancelable: true });
  if (document.dispatchEvent(here)) window.open(url, "_blank", "noopener");
}

// busy marks a button for a moment, until the app has answered.
function busy(node) {
  node.classList.add("busy");
  setTimeout(() => node.classList.remove("busy"), 1200);
}

// field renders the element of an input block.
export function field(e, ctx, { optional, dispatch, act, label: name }) {
  const node = control(e, ctx, { optional, name });
  node.dataset.action = e.action_id;
  node.dataset.input = "1";
  if (!dispatch) return node;
  const tell = () => act(e.action_id, read(node));
  const typed = e.dispatch_action_config?.trigger_actions_on || ["on_enter_pressed"];
  if (e.type === "plain_text_input" || PLAIN[e.type]?.[1] === "initial_value") {
    if (typed.includes("on_character_entered")) node.addEventListener("input", tell);
    if (typed.includes("on_enter_pressed")) node.addEventListener("keydown", (ev) => { if (ev.key === "Enter" && !ev.shiftKey && !ev.isComposing) { ev.preventDefault(); tell(); } });
  } else node.addEventListener("change", tell);
  return node;
}

// control renders what holds a value: text, date, boxes, or a list to choose from.
function control(e, ctx, { optional, name }) {
  const attrs = { testid: "field-" + e.action_id, "data-type": e.type };
  if (e.type === "plain_text_input") {
    const text = { ...attrs, placeholder: label(e.placeholder), maxlength: e.max_length, minlength: e.min_length, value: e.initial_value || "", autocomplete: "off" };
    return e.multiline ? h("textarea", { ...text, rows: 5 }) : h("input", { ...text, type: "text" });
  }
  const simple = PLAIN[e.type];
  if (simple) return h("input", { ...attrs, type: simple[0], placeholder: label(e.placeholder), value: e[simple[1]] || "", "aria-label": name || label(e.placeholder) || "Date" });
  if (e.type === "checkboxes" || e.type === "radio_buttons") return choices(e, ctx, attrs);
  if (!LISTS.test(e.type)) return h("div", attrs, unknown("element", e.type));
  const groups = listed(e, ctx);
  const all = groups.flatMap((g) => g.options);
  const first = [e.initial_user, e.initial_conversation, e.initial_channel, ...(e.initial_users || []), ...(e.initial_conversations || []), ...(e.initial_channels || [])].filter(Boolean);
  const chosen = [...[e.initial_option, ...(e.initial_options || [])].filter(Boolean).map(plainOption), ...first.map((id) => all.find((o) => o.value === id) || { value: id, text: id })];
  const ask = /external/.test(e.type) && (async (query) => (await ctx.suggest(e.action_id, query)).map(plainOption));
  return picker({ groups, chosen, placeholder: label(e.placeholder), many: e.type.startsWith("multi_"), clearable: optional, ask, attrs: { ...attrs, "aria-label": name } });
}

const plainOption = (o) => ({ value: o.value, text: label(o.text), note: label(o.description) });

function groupsOf(e) {
  return [{ options: (e.options || []).map(plainOption) }, ...(e.option_groups || []).map((g) => ({ label: label(g.label), options: g.options.map(plainOption) }))];
}

function listed(e, ctx) {
  if (e.type.endsWith("users_select")) return [{ options: [...ctx.people.values()].filter((p) => !p.deleted && !p.bot).map((p) => ({ value: p.id, text: p.real })) }];
  if (/(channels|conversations)_select$/.test(e.type)) return [{ options: [...ctx.channels.values()].filter((c) => !c.im && !c.archived).map((c) => ({ value: c.id, text: "#" + c.name })) }];
  return groupsOf(e);
}

function choices(e, ctx, attrs) {
  const kind = e.type === "checkboxes" ? "checkbox" : "radio";
  const on = new Set([...(e.initial_options || []), e.initial_option].filter(Boolean).map((o) => o.value));
  const name = "g" + Math.random().toString(36).slice(2);
  return h("div", { ...attrs, class: "choices", role: kind === "radio" ? "radiogroup" : "group" },
    e.options.map((o) => h("label", {}, h("input", { type: kind, name, value: o.value, checked: on.has(o.value) }),
      h("span", {}, textObject(o.text, ctx), o.description && h("small", {}, textObject(o.description, ctx))))));
}

// read returns what a field holds, several values with commas between; write
// puts it there.
export function read(node) {
  if (node.classList.contains("choices")) return [...node.querySelectorAll("input:checked")].map((i) => i.value).join(",");
  return node.value ?? "";
}

export function write(node, value) {
  if (!node.classList.contains("choices")) { node.value = value; return; }
  const on = new Set(value.split(","));
  for (const i of node.querySelectorAll("input")) i.checked = on.has(i.value);
}

// carry keeps what the reader has typed and where she is when a view is drawn
// again: Slack keeps the value of an input whose block id and action id stay.
export function carry(from, to) {
  const key = (node) => `[data-block="${CSS.escape(node.closest("[data-block]")?.dataset.block || "")}"] [data-action="${CSS.escape(node.dataset.action)}"]`;
  for (const old of from.querySelectorAll("[data-action][data-type]")) {
    const now = to.querySelector(key(old));
    if (now && now.dataset.type === old.dataset.type) { now.learn?.(old.known()); write(now, read(old)); }
  }
  const held = document.activeElement?.closest?.("[data-action]");
  if (!held || !from.contains(held)) return () => {};
  const [start, end] = [held.selectionStart, held.selectionEnd];
  return () => {
    const now = to.querySelector(key(held)) || to.querySelector(`[data-action="${CSS.escape(held.dataset.action)}"]`);
    now?.focus();
    if (now && start !== undefined && start !== null && now.setSelectionRange) now.setSelectionRange(start, end);
  };
}

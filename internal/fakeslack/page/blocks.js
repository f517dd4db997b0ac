// Block Kit as DOM. act(actionID, value) is called when an element is used.
import { h, menu, icon } from "./dom.js";
import { textObject, richText, markdown } from "./text.js";

const label = (t) => t?.text || "";

export function renderBlocks(blocks, ctx, act) {
  return h("div", { class: "blocks" }, blocks.map((b) => renderBlock(b, ctx, act)));
}

function renderBlock(b, ctx, act) {
  switch (b.type) {
    case "section": return section(b, ctx, act);
    case "header": return h("h3", { class: "block-header" }, textObject(b.text, ctx));
    case "divider": return h("hr", { class: "block-divider" });
    case "context": return h("div", { class: "block-context" }, b.elements.map((e) => (e.type === "image" ? h("span", { class: "chip" }, e.alt_text) : h("span", {}, textObject(e, ctx)))));
    case "actions": return h("div", { class: "block-actions" }, b.elements.map((e) => element(e, ctx, act)));
    case "markdown": return h("div", { class: "block-markdown" }, markdown(b.text, ctx));
    case "rich_text": return h("div", { class: "block-rich" }, richText(b, ctx));
    case "image": return h("div", { class: "chip" }, label(b.title) || b.alt_text);
    case "input": return input(b, ctx);
    default: return h("div", { class: "chip" }, b.type);
  }
}

function section(b, ctx, act) {
  const body = h("div", { class: "section-body" });
  if (b.text) body.append(h("div", { class: "section-text" }, textObject(b.text, ctx)));
  if (b.fields) body.append(h("div", { class: "section-fields" }, b.fields.map((f) => h("div", {}, textObject(f, ctx)))));
  return h("div", { class: "block-section" }, body, b.accessory && h("div", { class: "accessory" }, element(b.accessory, ctx, act)));
}

// confirmed asks first when the element says so.
function confirmed(e, ctx, run) {
  if (!e.confirm) return run();
  const done = (yes) => { shade.remove(); if (yes) run(); };
  const shade = h("div", { class: "shade", testid: "confirm", onkeydown: (ev) => { if (ev.key === "Escape") done(false); } },
    h("div", { class: "dialog small", role: "alertdialog", "aria-modal": "true" },
      h("header", {}, h("h2", {}, label(e.confirm.title))),
      h("div", { class: "dialog-body" }, textObject(e.confirm.text, ctx)),
      h("footer", {},
        h("button", { type: "button", class: "btn", testid: "confirm-deny", onclick: () => done(false) }, label(e.confirm.deny)),
        h("button", { type: "button", class: "btn " + (e.confirm.style === "danger" ? "danger" : "primary"), testid: "confirm-ok", onclick: () => done(true) }, label(e.confirm.confirm)))));
  document.body.append(shade);
  shade.querySelector("button:last-child").focus();
}

// element renders what can be used at once, in messages, Home and actions.
function element(e, ctx, act) {
  const use = (value) => confirmed(e, ctx, () => act(e.action_id, value));
  switch (e.type) {
    case "button":
      return h("button", { type: "button", class: "btn " + (e.style || ""), testid: "button-" + e.action_id, onclick: (ev) => { press(ev.currentTarget); use(""); if (/^https?:/.test(e.url || "")) window.open(e.url, "_blank", "noopener"); } }, textObject(e.text, ctx));
    case "overflow": {
      const open = (ev) => menu(ev.currentTarget, e.options.map((o) => ({ label: label(o.text), testid: "option-" + o.value, run: () => use(o.value) })));
      return h("button", { type: "button", class: "btn square", "aria-label": "More", testid: "button-" + e.action_id, onclick: open }, icon("more"));
    }
    case "checkboxes":
    case "radio_buttons": {
      const box = choices(e, ctx);
      box.addEventListener("change", () => use(read(box)));
      return box;
    }
    case "image": return h("span", { class: "chip" }, e.alt_text);
    default: {
      const field = control(e, ctx);
      field.addEventListener("change", () => { if (read(field)) use(read(field)); });
      return field;
    }
  }
}

// press marks a button as busy for a moment, until the app has answered.
function press(button) {
  button.classList.add("busy");
  setTimeout(() => button.classList.remove("busy"), 1200);
}

function input(b, ctx) {
  const e = b.element;
  const field = e.type === "checkboxes" || e.type === "radio_buttons" ? choices(e, ctx) : control(e, ctx);
  field.dataset.action = e.action_id;
  const id = "in-" + b.block_id + e.action_id;
  field.id = id;
  if (e.focus_on_load) field.dataset.focus = "1";
  return h("div", { class: "field", "data-block": b.block_id },
    h("label", { for: id }, label(b.label), b.optional && h("span", { class: "optional" }, " (optional)")),
    field, b.hint && h("p", { class: "hint" }, label(b.hint)), h("p", { class: "problem", role: "alert", hidden: true }));
}

function choices(e, ctx) {
  const kind = e.type === "checkboxes" ? "checkbox" : "radio";
  const on = new Set([...(e.initial_options || []), e.initial_option].filter(Boolean).map((o) => o.value));
  const name = "g" + Math.random().toString(36).slice(2);
  return h("div", { class: "choices", role: kind === "radio" ? "radiogroup" : "group", testid: "field-" + e.action_id },
    e.options.map((o) => h("label", {}, h("input", { type: kind, name, value: o.value, checked: on.has(o.value) }),
      h("span", {}, textObject(o.text, ctx), o.description && h("small", {}, textObject(o.description, ctx))))));
}

// control renders a field: text, date, or a list to choose from.
function control(e, ctx) {
  const attrs = { testid: "field-" + e.action_id, "data-type": e.type };
  if (e.type === "plain_text_input") {
    const text = { ...attrs, placeholder: label(e.placeholder), maxlength: e.max_length, value: e.initial_value || "" };
    return e.multiline ? h("textarea", { ...text, rows: 4 }) : h("input", { ...text, type: "text" });
  }
  const simple = { datepicker: ["date", "initial_date"], timepicker: ["time", "initial_time"], number_input: ["number", "initial_value"], email_text_input: ["email", "initial_value"] }[e.type];
  if (simple) return h("input", { ...attrs, type: simple[0], placeholder: label(e.placeholder), value: e[simple[1]] || "" });
  const many = e.type.startsWith("multi_");
  const select = h("select", { ...attrs, multiple: many, "aria-label": label(e.placeholder) || "Choose" });
  if (!many) select.append(h("option", { value: "" }, label(e.placeholder) || "Choose…"));
  const add = (into) => (o) => into.append(h("option", { value: o.value }, label(o.text)));
  options(e, ctx).forEach(add(select));
  for (const g of e.option_groups || []) {
    const group = h("optgroup", { label: label(g.label) });
    g.options.forEach(add(group));
    select.append(group);
  }
  const first = [e.initial_option?.value, e.initial_user, e.initial_conversation, e.initial_channel, ...(e.initial_options || []).map((o) => o.value), ...(e.initial_users || [])];
  for (const o of select.options) if (o.value) o.selected = first.includes(o.value);
  return select;
}

function options(e, ctx) {
  const row = (value, text) => ({ value, text: { text } });
  if (e.type.endsWith("users_select")) return [...ctx.people.values()].filter((p) => !p.deleted && !p.bot).map((p) => row(p.id, p.real));
  if (e.type === "channels_select" || e.type === "conversations_select") return [...ctx.channels.values()].filter((c) => !c.im && !c.archived).map((c) => row(c.id, "#" + c.name));
  return e.options || [];
}

// read returns what a field holds, several values with commas between.
export function read(field) {
  if (field.classList.contains("choices")) return [...field.querySelectorAll("input:checked")].map((i) => i.value).join(",");
  if (field.multiple) return [...field.selectedOptions].map((o) => o.value).join(",");
  return field.value;
}

// A field that chooses from a list: one or several, with a search when the list
// is long or the app is asked for it.
import { h, icon } from "./dom.js";
import { surface, onPhone } from "./surface.js";

const LONG = 7;

// picker makes a field from groups [{label, options: [{value, text, note}]}].
// many allows several, clearable none; ask(query), when given, fetches options.
export function picker({ groups, chosen, placeholder, many, clearable, ask, attrs }) {
  const known = new Map([...groups.flatMap((g) => g.options), ...chosen].map((o) => [o.value, o]));
  let values = chosen.map((o) => o.value);
  const face = h("span", { class: "picker-face" });
  const button = h("button", { type: "button", class: "picker-button", "aria-haspopup": "listbox", "aria-expanded": "false", onclick: () => open() }, face, icon("down"));
  const node = h("div", { class: "picker", ...attrs }, button);
  const show = () => {
    const texts = values.map((v) => known.get(v)?.text || v);
    node.classList.toggle("void", !texts.length);
    face.replaceChildren(...(many && texts.length ? texts.map((t) => h("span", { class: "pill" }, t)) : [texts[0] || placeholder || "Choose…"]));
    button.setAttribute("aria-label", (attrs["aria-label"] ? attrs["aria-label"] + ": " : "") + (texts.join(", ") || placeholder || "Choose"));
  };
  const choose = (next) => {
    values = next;
    show();
    node.dispatchEvent(new Event("change", { bubbles: true }));
  };
  Object.defineProperty(node, "value", { get: () => values.join(","), set: (v) => { values = String(v).split(",").filter((x) => known.has(x)); show(); } });
  node.focus = () => button.focus();
  // known and learn take the options along to the picker that replaces this one.
  node.known = () => [...known.values()];
  node.learn = (options) => { for (const o of options) if (!known.has(o.value)) known.set(o.value, o); };

  function open() {
    const list = h("div", { class: "options", role: "listbox", "aria-multiselectable": many && "true" });
    const search = (ask || known.size > LONG) && h("input", { type: "search", placeholder: "Search", "aria-label": "Search the list", testid: "picker-search", autocomplete: "off", enterkeyhint: "search" });
    const box = h("div", { class: "choice-box" }, search && h("div", { class: "search" }, icon("search"), search), list);
    const pick = (o) => {
      if (!many) { close(true); choose(o ? [o.value] : []); return; }
      choose(values.includes(o.value) ? values.filter((v) => v !== o.value) : [...values, o.value]);
      draw(shown);
    };
    const row = (o) => h("button", { type: "button", role: "option", class: "option", "aria-selected": String(values.includes(o.value)), testid: "option-" + o.value, onclick: () => pick(o) },
      h("span", {}, o.text, o.note && h("small", {}, o.note)), values.includes(o.value) && icon("check"));
    let shown = groups;
    const draw = (from) => {
      shown = from;
      const focused = list.contains(document.activeElement) && document.activeElement.dataset.testid;
      const rows = from.flatMap((g) => (g.options.length ? [g.label && h("div", { class: "option-group" }, g.label), ...g.options.map(row)] : [])).filter(Boolean);
      if (!many && clearable && values.length) rows.unshift(h("button", { type: "button", role: "option", class: "option clear", "aria-selected": "false", testid: "option-none", onclick: () => pick(null) }, "Clear the choice"));
      list.replaceChildren(...(rows.length ? rows : [h("p", { class: "none" }, "Nothing found.")]));
      if (focused) [...list.children].find((r) => r.dataset.testid === focused)?.focus();
    };
    const find = async () => {
      const query = search ? search.value.trim() : "";
      if (ask) {
        list.setAttribute("aria-busy", "true");
        const options = await ask(query);
        if (search.value.trim() !== query) return;
        list.removeAttribute("aria-busy");
        node.learn(options);
        return draw([{ options }]);
      }
      const words = query.toLocaleLowerCase().split(/\s+/);
      draw(groups.map((g) => ({ ...g, options: g.options.filter((o) => words.every((w) => (o.text + " " + (o.note || "") + " " + (g.label || "")).toLocaleLowerCase().includes(w))) })));
    };
    search && search.addEventListener("input", find);
    const step = (e) => {
      const all = [...list.querySelectorAll("[role=option]")];
      const at = all.indexOf(document.activeElement);
      if (e.key === "Enter" && at < 0 && all.length) { all[0].click(); return true; }
      if (e.key !== "ArrowDown" && e.key !== "ArrowUp") return false;
      const to = at + (e.key === "ArrowDown" ? 1 : -1);
      (all[to] || (to < 0 && search) || all.at(to < 0 ? -1 : 0))?.focus();
      return true;
    };
    draw(groups);
    const close = surface(button, box, placeholder || "Choose", step);
    if (ask) find();
    ((!onPhone() && search) || list.querySelector("[aria-selected=true]") || list.querySelector("[role=option]"))?.focus();
  }

  show();
  return node;
}

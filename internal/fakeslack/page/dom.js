// Small ways to build DOM. Text always goes in as text nodes.

export function h(tag, attrs, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(attrs || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "testid") node.dataset.testid = value;
    else if (key === "class") node.className = value;
    else if (key === "value") node.value = value;
    else if (value === true) node.setAttribute(key, "");
    else node.setAttribute(key, String(value));
  }
  append(node, children);
  return node;
}

export function append(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child);
  }
  return node;
}

const SVG = "http://www.w3.org/2000/svg";

const SHAPES = {
  send: "M3 11.5 21 3l-6 18-3.5-7.5z",
  reply: "M4 5h16v11H10l-4 4v-4H4z",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  close: "M6 6l12 12M18 6 6 18",
  back: "M15 5l-7 7 7 7",
  home: "M4 11l8-7 8 7v9h-5v-6H9v6H4z",
  bolt: "M13 3 5 14h6l-1 7 8-11h-6z",
  smile: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM8.5 14a4 4 0 0 0 7 0M9 9.5h.01M15 9.5h.01",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  eye: "M2 12s4-7 10-7 10 7 10 7-4 7-10 7S2 12 2 12zM12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z",
  file: "M7 3h7l4 4v14H7zM14 3v5h4",
};

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon icon-" + name);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", SHAPES[name]);
  svg.append(path);
  return svg;
}

// avatar draws initials on a colour that belongs to the name.
export function avatar(id, name, robot, size) {
  const words = name.replace(/[^\p{L}\p{N} ]/gu, " ").trim().split(/\s+/);
  const letters = words.length > 1 ? words[0][0] + words[words.length - 1][0] : (words[0] || "?").slice(0, 1);
  let hash = 7;
  for (const c of id || name) hash = (hash * 31 + c.codePointAt(0)) % 360;
  const node = h("span", { class: "avatar" + (robot ? " robot" : "") + (size ? " " + size : ""), "aria-hidden": "true" }, letters.toUpperCase());
  node.style.backgroundColor = robot ? "#2b2f5b" : `hsl(${hash} 42% 42%)`;
  return node;
}

export function clock(ts) {
  return new Date(Number(ts) * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

export function day(ts) {
  const date = new Date(Number(ts) * 1000);
  const today = new Date();
  if (date.toDateString() === today.toDateString()) return "Today";
  return date.toLocaleDateString([], { weekday: "long", month: "long", day: "numeric" });
}

// menu opens a small list of choices below a control; it closes on a choice,
// on Escape and on a click elsewhere.
export function menu(anchor, items) {
  document.querySelector(".menu")?.remove();
  const box = h("div", { class: "menu", role: "menu" });
  const close = () => {
    box.remove();
    document.removeEventListener("pointerdown", outside, true);
    document.removeEventListener("keydown", key, true);
  };
  const outside = (e) => { if (!box.contains(e.target)) close(); };
  const key = (e) => {
    if (e.key === "Escape") { close(); anchor.focus(); e.stopPropagation(); }
    const buttons = [...box.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement);
    if (e.key === "ArrowDown") { buttons[(at + 1) % buttons.length].focus(); e.preventDefault(); }
    if (e.key === "ArrowUp") { buttons[(at - 1 + buttons.length) % buttons.length].focus(); e.preventDefault(); }
  };
  for (const item of items) {
    box.append(item === "-" ? h("hr") : h("button", { type: "button", role: "menuitem", class: item.danger && "danger", testid: item.testid, onclick: () => { close(); item.run(); } }, item.label));
  }
  document.body.append(box);
  const at = anchor.getBoundingClientRect();
  const left = Math.min(at.left, window.innerWidth - box.offsetWidth - 8);
  let top = at.bottom + 4;
  if (top + box.offsetHeight > window.innerHeight - 8) top = Math.max(8, at.top - box.offsetHeight - 4);
  box.style.left = Math.max(8, left) + "px";
  box.style.top = top + "px";
  document.addEventListener("pointerdown", outside, true);
  document.addEventListener("keydown", key, true);
  box.querySelector("button")?.focus();
}

// sendOnEnter calls run on Enter; Shift+Enter breaks the line.
export function sendOnEnter(field, run) {
  let sending = false;
  field.addEventListener("keydown", (e) => {
    sending = e.key === "Enter" && !e.shiftKey && !e.isComposing;
    if (sending) { e.preventDefault(); run(); }
  });
  field.addEventListener("keyup", () => { sending = false; });
  field.addEventListener("beforeinput", (e) => { if (sending && e.inputType === "insertLineBreak") e.preventDefault(); });
}

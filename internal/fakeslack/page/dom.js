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
  down: "M6 9l6 6 6-6",
  check: "M5 12.5l4.5 4.5L19 7.5",
  search: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16 16l4.5 4.5",
  bolt: "M13 3 5 14h6l-1 7 8-11h-6z",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  eye: "M2 12s4-7 10-7 10 7 10 7-4 7-10 7S2 12 2 12zM12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z",
  thumb: "M7 11v9H4v-9zM7 11l4-8c1.7 0 2.6 1 2.4 2.6L13 9h5.6c1.2 0 2 1 1.8 2.2l-1.2 7.2A2 2 0 0 1 17.2 20H7",
  file: "M7 3h7l4 4v14H7zM14 3v5h4",
  attach: "M19 11l-7.2 7.2a4.2 4.2 0 0 1-6-6L13 5a2.8 2.8 0 0 1 4 4l-7.2 7.1a1.4 1.4 0 0 1-2-2L14 8",
  pencil: "M4 20l1-4.5L16.5 4l3.5 3.5L8.5 19zM14.5 6l3.5 3.5",
  bin: "M5 7h14M9.5 7V4.5h5V7M7 7l1 13h8l1-13",
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
  if (!robot) node.style.backgroundColor = `hsl(${hash} 40% 42%)`;
  return node;
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

// trap keeps Tab inside a box.
export function trap(e, box) {
  const all = [...box.querySelectorAll("button, input, select, textarea, a[href]")].filter((n) => !n.disabled && n.getClientRects().length);
  const first = all[0];
  const last = all.at(-1);
  if (e.shiftKey && document.activeElement === first) { last.focus(); e.preventDefault(); }
  else if (!e.shiftKey && document.activeElement === last) { first.focus(); e.preventDefault(); }
}

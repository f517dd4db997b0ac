// What opens above the page: menus and lists of choices. On a wide screen they
// stand beside their control, on a phone they come up from the lower edge.
import { h, icon, trap } from "./dom.js";

export const onPhone = () => matchMedia("(max-width: 640px)").matches;

let shut = null;

// surface opens a box that closes on Escape and on a press elsewhere, and
// returns how to close it. before hears a key first; true means it is done with.
export function surface(anchor, box, title, before) {
  shut?.();
  const sheet = onPhone();
  const shade = h("div", { class: sheet ? "shade sheet-shade" : "float" }, box);
  box.classList.add(sheet ? "sheet" : "popover");
  if (sheet) box.prepend(h("div", { class: "sheet-head" }, h("span", { class: "grip" }), h("b", {}, title), h("button", { type: "button", class: "plain", "aria-label": "Close", testid: "sheet-close", onclick: () => close(true) }, icon("close"))));
  const close = (back) => {
    if (shut !== close) return;
    shut = null;
    shade.remove();
    document.removeEventListener("pointerdown", outside, true);
    document.removeEventListener("keydown", key, true);
    anchor.removeAttribute("data-open");
    anchor.setAttribute("aria-expanded", "false");
    if (back) anchor.focus();
  };
  const outside = (e) => { if (!box.contains(e.target)) { close(false); if (sheet) { e.preventDefault(); e.stopPropagation(); } } };
  const key = (e) => {
    if (e.key === "Escape") { close(true); e.stopPropagation(); e.preventDefault(); return; }
    if (before?.(e)) { e.stopPropagation(); e.preventDefault(); return; }
    if (e.key === "Tab") trap(e, box);
  };
  document.body.append(shade);
  shut = close;
  anchor.setAttribute("data-open", "");
  anchor.setAttribute("aria-expanded", "true");
  if (!sheet) place(anchor, box);
  document.addEventListener("pointerdown", outside, true);
  document.addEventListener("keydown", key, true);
  return close;
}

function place(anchor, box) {
  const at = anchor.getBoundingClientRect();
  box.style.minWidth = Math.min(Math.max(at.width, 220), 420) + "px";
  const left = Math.min(at.left, window.innerWidth - box.offsetWidth - 8);
  const below = window.innerHeight - at.bottom - 12;
  const above = at.top - 12;
  const up = box.offsetHeight > below && above > below;
  box.style.maxHeight = Math.min(420, up ? above : below) + "px";
  box.style.left = Math.max(8, left) + "px";
  box.style.top = (up ? Math.max(8, at.top - box.offsetHeight - 4) : at.bottom + 4) + "px";
}

// menu opens a list of things to do: {label, run, testid, danger, icon}, "-" for
// a line between them. row, when given, stands above the list.
export function menu(anchor, items, title, row) {
  const box = h("div", { class: "menu", role: "menu", tabindex: "-1", "aria-label": title || "Menu" });
  const step = (e) => {
    const all = [...box.querySelectorAll("[role=menuitem]")];
    const at = all.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[e.key];
    if (to === undefined) return false;
    all[(to + all.length) % all.length].focus();
    return true;
  };
  if (row) box.append(row(() => close(false)));
  for (const item of items) {
    box.append(item === "-" ? h("hr") : h("button", { type: "button", role: "menuitem", class: item.danger && "danger", testid: item.testid, onclick: () => { close(true); item.run(); } }, item.icon && icon(item.icon), h("span", {}, item.label)));
  }
  const close = surface(anchor, box, title || "More", step);
  (matchMedia("(hover: none)").matches ? box : box.querySelector("[role=menuitem]"))?.focus();
}

// held calls run when a finger rests on the node, and swallows what the finger
// would have pressed by letting go.
export function held(node, run) {
  let timer = 0;
  let from = null;
  let ran = false;
  const stop = () => { clearTimeout(timer); timer = 0; };
  node.addEventListener("pointerdown", (e) => {
    if (e.pointerType !== "touch" || e.target.closest("button, a, input, textarea, .picker")) return;
    from = e;
    ran = false;
    stop();
    timer = setTimeout(() => { timer = 0; ran = true; run(); }, 450);
  });
  node.addEventListener("pointermove", (e) => { if (timer && Math.hypot(e.clientX - from.clientX, e.clientY - from.clientY) > 12) stop(); });
  for (const end of ["pointerup", "pointercancel", "pointerleave"]) node.addEventListener(end, stop);
  node.addEventListener("touchend", (e) => { if (ran) e.preventDefault(); ran = false; }, { passive: false });
  node.addEventListener("contextmenu", (e) => { if (e.pointerType === "touch") e.preventDefault(); });
}

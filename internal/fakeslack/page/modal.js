// Modals and the Home tab.
import { h, icon } from "./dom.js";
import { renderBlocks, read } from "./blocks.js";

export class Modal {
  constructor(app, overlay) {
    this.app = app;
    this.overlay = overlay;
    this.shown = "";
  }

  // show draws the top view when it is new or changed; typing stays otherwise.
  show(views, ctx) {
    const view = views.at(-1);
    const key = view ? view.id + view.hash : "";
    if (key === this.shown) return;
    this.shown = key;
    if (!view) return this.overlay.replaceChildren();
    const act = (action, value) => this.app.act({ do: "pickView", view: view.id, action, value });
    const body = renderBlocks(view.blocks, ctx, act);
    this.busy = false;
    const dialog = h("form", { class: "dialog", role: "dialog", "aria-modal": "true", "aria-label": view.title?.text || "Dialog", testid: "modal", novalidate: true, onsubmit: (e) => { e.preventDefault(); this.submit(view, dialog); } },
      h("header", {}, h("h2", {}, view.title?.text || ""), h("button", { type: "button", class: "plain", "aria-label": "Close", testid: "modal-x", onclick: () => this.close(view) }, icon("close"))),
      h("div", { class: "dialog-body" }, body),
      h("footer", {}, h("p", { class: "problem", role: "alert", hidden: true, testid: "modal-problem" }),
        h("button", { type: "button", class: "btn", testid: "modal-close", onclick: () => this.close(view) }, view.close?.text || "Close"),
        view.submit && h("button", { type: "submit", class: "btn primary", testid: "modal-submit" }, view.submit.text)));
    const shade = h("div", { class: "shade", onkeydown: (e) => { if (e.key === "Escape") { this.close(view); e.stopPropagation(); } if (e.key === "Tab") trap(e, dialog); } }, dialog);
    this.overlay.replaceChildren(shade);
    (dialog.querySelector("[data-focus], .field input, .field textarea, .field select") || dialog.querySelector("footer button:last-child")).focus();
  }

  close(view) { this.app.act({ do: "close", view: view.id }); }

  async submit(view, dialog) {
    if (this.busy) return;
    this.busy = true;
    dialog.classList.add("busy");
    const values = {};
    for (const field of dialog.querySelectorAll("[data-action]")) values[field.dataset.action] = read(field);
    const answer = await this.app.post({ do: "submit", view: view.id, values });
    this.busy = false;
    dialog.classList.remove("busy");
    for (const box of dialog.querySelectorAll(".field")) {
      const problem = answer.problems?.[box.dataset.block];
      const line = box.querySelector(".problem");
      line.hidden = !problem;
      line.textContent = problem || "";
      box.classList.toggle("wrong", Boolean(problem));
    }
    const line = dialog.querySelector("footer .problem");
    line.hidden = !answer.error;
    line.textContent = answer.error ? "We had trouble connecting. Try again." : "";
    if (answer.error) line.title = answer.error;
    dialog.querySelector(".wrong input, .wrong textarea, .wrong select")?.focus();
  }
}

function trap(e, dialog) {
  const all = [...dialog.querySelectorAll("button, input, select, textarea, a")].filter((n) => !n.disabled && n.offsetParent);
  const first = all[0];
  const last = all.at(-1);
  if (e.shiftKey && document.activeElement === first) { last.focus(); e.preventDefault(); }
  else if (!e.shiftKey && document.activeElement === last) { first.focus(); e.preventDefault(); }
}

// renderHome draws the Home tab, or what Slack shows before the app has
// published one.
export function renderHome(app, home, ctx) {
  if (!home) return h("div", { class: "empty" }, h("p", {}, "Nothing here yet. The app fills this tab when it is running."));
  return h("div", { class: "home-body" }, renderBlocks(home.blocks, ctx, (action, value) => app.act({ do: "pickView", view: home.id, action, value })));
}

// Modals, one above the other, and the Home tab.
import { h, icon, trap } from "./dom.js";
import { renderBlocks } from "./blocks.js";
import { read, carry } from "./elements.js";

// held lists what the fields of a view hold, by block id.
function held(root) {
  const values = {};
  for (const f of root.querySelectorAll("[data-input]")) values[f.closest("[data-block]").dataset.block] = read(f);
  return values;
}

// asking is the context of a view's lists that ask the app.
function asking(app, view, ctx) {
  return { ...ctx, suggest: async (action, text) => (await app.post({ do: "suggest", view: view.id, action, text })).options || [] };
}

// acting tells the app that an element of a view was used, with what the fields hold.
function acting(app, view, root) {
  return (block, action, value) => app.act({ do: "pickView", view: view.id, block, action, value, values: held(root()) });
}

export class Modal {
  constructor(app, overlay) {
    this.app = app;
    this.overlay = overlay;
    this.shown = "";
    this.kept = new Map(); // dialogs below the top one, with what was typed
  }

  // show draws the top view when it is new or changed; typing stays otherwise.
  show(views, ctx) {
    const view = views.at(-1);
    const key = view ? view.id + view.hash : "";
    if (key === this.shown) return;
    this.shown = key;
    for (const id of this.kept.keys()) if (!views.some((v) => v.id === id)) this.kept.delete(id);
    if (!view) {
      this.overlay.replaceChildren();
      if (this.back?.isConnected) this.back.focus();
      this.back = null;
      return;
    }
    if (!this.overlay.firstChild) this.back = document.activeElement;
    const old = this.kept.get(view.id);
    if (old?.key === key) { this.overlay.replaceChildren(old.shade); return; }
    const shade = this.dialog(view, views, ctx);
    const settle = old ? carry(old.shade, shade) : () => {};
    const place = old?.shade.querySelector(".dialog-body").scrollTop;
    const again = old && this.overlay.contains(old.shade);
    this.kept.set(view.id, { key, shade });
    this.overlay.replaceChildren(shade);
    if (again) { shade.classList.add("still"); shade.querySelector(".dialog-body").scrollTop = place; settle(); }
    if (!shade.contains(document.activeElement)) this.focus(shade);
  }

  focus(shade) {
    const first = shade.querySelector("[data-focus]") || (matchMedia("(hover: none)").matches ? null : shade.querySelector("[data-input]"));
    (first && (first.matches(".choices") ? first.querySelector("input") : first) || shade.querySelector(".dialog")).focus();
  }

  dialog(view, views, ctx) {
    this.busy = false;
    let dialog;
    const body = renderBlocks(view.blocks, asking(this.app, view, ctx), acting(this.app, view, () => dialog));
    const title = view.title?.text || "";
    dialog = h("form", { class: "dialog", role: "dialog", "aria-modal": "true", "aria-label": title || "Dialog", testid: "modal", tabindex: "-1", novalidate: true, onsubmit: (e) => { e.preventDefault(); if (view.submit) this.submit(view, dialog); } },
      h("header", {}, views.length > 1 && h("button", { type: "button", class: "plain", "aria-label": "Back", testid: "modal-back", onclick: () => this.close([view]) }, icon("back")),
        h("h2", {}, title), h("button", { type: "button", class: "plain", "aria-label": "Close", testid: "modal-x", onclick: () => this.close([...views].reverse()) }, icon("close"))),
      h("div", { class: "dialog-body" }, body),
      h("footer", {}, h("p", { class: "problem", role: "alert", hidden: true, testid: "modal-problem" }),
        h("button", { type: "button", class: "btn", testid: "modal-close", onclick: () => this.close(view.clear_on_close ? [...views].reverse() : [view]) }, view.close?.text || "Close"),
        view.submit && h("button", { type: "submit", class: "btn primary", testid: "modal-submit" }, view.submit.text)));
    const key = (e) => {
      if (e.key === "Escape") { this.close([view]); e.stopPropagation(); }
      if (e.key === "Enter" && (e.metaKey || e.ctrlKey) && view.submit) dialog.requestSubmit();
      if (e.key === "Tab") trap(e, dialog);
    };
    return h("div", { class: "shade", onkeydown: key }, dialog);
  }

  async close(views) { for (const v of views) await this.app.act({ do: "close", view: v.id }); }

  async submit(view, dialog) {
    if (this.busy) return;
    this.busy = true;
    dialog.classList.add("busy");
    const answer = await this.app.post({ do: "submit", view: view.id, values: held(dialog) });
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
    const wrong = dialog.querySelector(".wrong input, .wrong textarea, .wrong button");
    wrong?.focus();
    wrong?.closest(".field").scrollIntoView({ block: "nearest" });
  }
}

// Home is the app's Home tab, or what Slack shows before the app has published one.
export class Home {
  constructor(app) {
    this.app = app;
    this.drawn = "";
    this.root = h("div", { class: "home", testid: "home", tabindex: "-1" });
  }

  show(view, ctx) {
    const key = ctx.me + (view ? view.id + view.hash : "");
    if (key === this.drawn) return;
    this.drawn = key;
    if (!view) {
      this.root.replaceChildren(h("div", { class: "empty" }, h("p", {}, "Nothing here yet. The app fills this tab when it is running.")));
      return;
    }
    const old = this.root.querySelector(".home-body");
    let body;
    body = h("div", { class: "home-body" }, renderBlocks(view.blocks, asking(this.app, view, ctx), acting(this.app, view, () => body)));
    const settle = old && this.view === view.id ? carry(old, body) : () => {};
    this.view = view.id;
    const top = this.root.scrollTop;
    this.root.replaceChildren(body);
    this.root.scrollTop = top;
    settle();
  }
}

// The walk over everything that the staff page shows right now: each block of each
// message, modal and Home that is on the page must stand there with its words and
// its controls, inside its frame, and on a phone large enough for a finger. It
// answers {blocks, problems}. With open it opens each list of choices and looks at
// the choices, too.
(async (open) => {
  const problems = [];
  let blocks = 0;
  const me = document.querySelector('[data-testid="act-as"]').value;
  const state = await (await fetch("page/state?user=" + me, { cache: "no-store" })).json();
  const emoji = await (await fetch("page/emoji.json")).json();
  const people = new Map(state.people.map((p) => [p.id, p.name]));
  const wordsOf = (s) => s.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const bare = (s) => s.replace(/:([a-z0-9_+'-]+):/g, (all, name) => (emoji[name] ? " " : all));
  const control = (s) => bare(s.replace(/<!date\^[^>]*>/g, " ").replace(/<[^>|]*\|([^>]*)>/g, " $1 ").replace(/<@(\w+)>/g, (_, id) => people.get(id) || id).replace(/<(https?:[^>]*)>/g, " $1 ").replace(/<[#!][^>]*>/g, " ").replace(/&(amp|lt|gt);/g, " "));
  const shown = (node) => node.textContent + " " + [node, ...node.querySelectorAll("*")].map((n) => [n.getAttribute("aria-label"), n.getAttribute("alt"), n.getAttribute("placeholder"), n.getAttribute("title"), n.value].join(" ")).join(" ");
  const visible = (node) => node && node.getClientRects().length > 0;

  // expected lists the words of a block, and the elements that it must have.
  function expected(node, out) {
    if (Array.isArray(node)) { node.forEach((n) => expected(n, out)); return out; }
    if (!node || typeof node !== "object") return out;
    switch (node.type) {
      case "plain_text": out.words.push(...wordsOf(bare(node.text))); return out;
      case "mrkdwn": out.words.push(...wordsOf(control(node.text))); return out;
      case "markdown": out.words.push(...wordsOf(bare(node.text).replace(/\]\([^)]*\)/g, " ").replace(/```\w*/g, " "))); return out;
      case "text": case "raw_text": out.words.push(...wordsOf(node.text)); return out;
      case "link": out.words.push(...wordsOf(node.text || node.url)); return out;
      case "user": out.words.push(...wordsOf(people.get(node.user_id) || node.user_id)); return out;
      case "date": out.selectors.push(".moment"); return out;
      case "rich_text_list": out.selectors.push(node.style === "ordered" ? "ol" : "ul"); break;
      case "rich_text_quote": out.selectors.push("blockquote"); break;
      case "rich_text_preformatted": out.selectors.push("pre"); break;
      case "image": out.words.push(...wordsOf(node.alt_text || "")); break;
    }
    if (node.action_id) {
      const kind = node.type === "button" || node.type === "overflow" ? "button" : '[data-type="' + node.type + '"]';
      out.elements.push(node);
      out.selectors.push(kind + '[data-action="' + CSS.escape(node.action_id) + '"]');
      if (/select|overflow/.test(node.type)) return out; // its face tells what is chosen
    }
    for (const [key, child] of Object.entries(node)) if (key !== "confirm" && typeof child === "object") expected(child, out);
    return out;
  }

  function look(where, box, b) {
    const node = box.querySelector('[data-block="' + CSS.escape(b.block_id) + '"]');
    const at = where + ", " + b.type + " " + b.block_id + ": ";
    blocks++;
    if (!visible(node)) { problems.push(at + "is not shown"); return; }
    const want = expected({ ...b }, { words: [], selectors: [], elements: [] });
    const text = shown(node);
    for (const w of want.words) if (!text.includes(w)) problems.push(at + "lacks the word “" + w + "”");
    for (const e of want.elements) {
      const face = node.querySelector('.picker.void[data-action="' + CSS.escape(e.action_id) + '"]');
      if (face && e.placeholder) for (const w of wordsOf(e.placeholder.text)) if (!face.textContent.includes(w)) problems.push(at + "lacks the word “" + w + "”");
    }
    for (const s of want.selectors) if (!visible(node.querySelector(s))) problems.push(at + "lacks " + s);
    const frame = box.getBoundingClientRect();
    const rect = node.getBoundingClientRect();
    if (rect.right > frame.right + 1 || (node.scrollWidth > node.clientWidth + 1 && getComputedStyle(node).overflowX === "visible" && node.clientWidth)) problems.push(at + "is wider than its frame");
    if (open) for (const e of want.elements) choices(at, node, e);
  }

  function choices(at, node, e) {
    const options = [...(e.options || []), ...(e.option_groups || []).flatMap((g) => g.options)];
    if (!/select|overflow/.test(e.type) || !options.length) return;
    const own = node.querySelector('[data-action="' + CSS.escape(e.action_id) + '"]');
    own.scrollIntoView({ block: "center" });
    (own.matches("button") ? own : own.querySelector("button")).click();
    const list = document.querySelector(".menu, .choice-box");
    const text = list ? list.textContent : "";
    if (list) list.style.animation = "none";
    for (const o of options) for (const w of wordsOf(bare(o.text.text))) if (!text.includes(w)) problems.push(at + "lacks the choice “" + o.text.text + "”");
    const rect = list?.getBoundingClientRect();
    if (!rect || rect.left < 0 || rect.right > innerWidth || rect.top < 0 || rect.bottom > innerHeight + 1) problems.push(at + "opens a list outside the screen");
    small(list || document.createElement("p"), at);
    document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
  }

  // small finds what a finger would miss.
  function small(root, at) {
    if (innerWidth > 640) return;
    for (const n of root.querySelectorAll("button, input:not([type=checkbox], [type=radio], [type=file], [hidden]), select, textarea, .choices label")) {
      const r = n.getBoundingClientRect();
      const style = getComputedStyle(n);
      if (!r.width || style.pointerEvents === "none" || n.closest(".whoami, .composer textarea")) continue;
      if (r.height < 43.5 || r.width < 43.5 && n.matches("button")) problems.push(at + "a target of " + Math.round(r.width) + "×" + Math.round(r.height) + ": " + (n.dataset.testid || n.textContent.slice(0, 30) || n.className));
    }
  }

  for (const c of state.channels) for (const m of c.messages || []) {
    for (const box of document.querySelectorAll('[data-testid="message-' + CSS.escape(m.ts) + '"]')) {
      if (!visible(box) || box.querySelector(".edit") || m.gone || box.matches(".quiet")) continue;
      for (const b of m.blocks) look("message " + m.ts, box, b);
      for (const f of m.files) if (!visible(box.querySelector('[data-testid="file-' + f.id + '"]'))) problems.push("message " + m.ts + ": lacks the file " + f.name);
      if (!m.blocks.length) for (const w of wordsOf(control(m.text))) if (!shown(box).includes(w)) problems.push("message " + m.ts + ": lacks the word “" + w + "”");
    }
  }
  const home = document.querySelector(".home-body");
  if (visible(home) && state.home) for (const b of state.home.blocks) look("Home", home, b);
  const dialog = document.querySelector('[data-testid="modal"]');
  if (dialog && state.views.length) for (const b of state.views.at(-1).blocks) look("modal", dialog.querySelector(".dialog-body"), b);
  for (const n of document.querySelectorAll('[data-testid="unknown"]')) problems.push(n.textContent);
  if (document.documentElement.scrollWidth > innerWidth) problems.push("the page is wider than the screen");
  small(document.body, "");
  return { blocks, problems };
})

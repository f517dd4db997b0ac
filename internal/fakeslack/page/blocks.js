// Block Kit as DOM. act(block, action, value) is called when an element is used.
import { h, icon } from "./dom.js";
import { textObject, richText, markdown, mrkdwn, unknown } from "./text.js";
import { element, field } from "./elements.js";

const label = (t) => t?.text || "";

export function renderBlocks(blocks, ctx, act) {
  return h("div", { class: "blocks" }, blocks.map((b) => {
    const node = renderBlock(b, ctx, (action, value) => act(b.block_id, action, value));
    node.dataset.block = b.block_id;
    return node;
  }));
}

function renderBlock(b, ctx, act) {
  switch (b.type) {
    case "section": return section(b, ctx, act);
    case "header": return h("h3", { class: "block-header" }, textObject(b.text, ctx));
    case "divider": return h("hr", { class: "block-divider" });
    case "context": return h("div", { class: "block-context" }, b.elements.map((e) => (e.type === "image" ? picture(e, ctx, "tiny") : h("span", {}, textObject(e, ctx)))));
    case "actions": return h("div", { class: "block-actions" }, b.elements.map((e) => element(e, ctx, act)));
    case "markdown": return h("div", { class: "block-markdown" }, markdown(b.text, ctx));
    case "rich_text": return h("div", { class: "block-rich" }, richText(b, ctx));
    case "image": return h("figure", { class: "block-image" }, b.title && h("figcaption", {}, textObject(b.title, ctx)), picture(b, ctx, "wide"));
    case "input": return input(b, ctx, act);
    case "table": return table(b, ctx);
    case "file": return h("div", { class: "block-file" }, icon("file"), "A file from elsewhere");
    default: return h("div", {}, unknown("block", b.type));
  }
}

function section(b, ctx, act) {
  const body = h("div", { class: "section-body" });
  if (b.text) body.append(h("div", { class: "section-text" }, textObject(b.text, ctx)));
  if (b.fields) body.append(h("div", { class: "section-fields" }, b.fields.map((f) => h("div", {}, textObject(f, ctx)))));
  const side = b.accessory && (b.accessory.type === "image" ? picture(b.accessory, ctx, "small") : element(b.accessory, ctx, act));
  return h("div", { class: "block-section" }, body, side && h("div", { class: "accessory" }, side));
}

// picture shows what this workspace holds, and of everything else the words that
// stand for it: the page asks no other address.
function picture(e, ctx, size) {
  const own = e.slack_file?.id && "page/files/" + e.slack_file.id;
  const words = () => h("span", { class: "chip", title: e.image_url }, e.alt_text);
  if (!own && !/^data:image\//.test(e.image_url || "")) return words();
  const img = h("img", { class: "picture " + size, src: own || e.image_url, alt: e.alt_text, loading: "lazy", onerror: () => img.replaceWith(words()) });
  return img;
}

function input(b, ctx, act) {
  const e = b.element;
  const node = field(e, ctx, { optional: b.optional, dispatch: b.dispatch_action, act, label: label(b.label) });
  const id = "in-" + b.block_id + "-" + e.action_id;
  node.id = id;
  if (e.focus_on_load) node.dataset.focus = "1";
  return h("div", { class: "field" },
    h("label", { for: id }, textObject(b.label, ctx), b.optional && h("span", { class: "optional" }, " (optional)")),
    node, b.hint && h("p", { class: "hint" }, textObject(b.hint, ctx)), h("p", { class: "problem", role: "alert", hidden: true }));
}

function table(b, ctx) {
  const cell = (c, tag, i) => h(tag, { class: "align-" + (b.column_settings?.[i]?.align || "left") }, c.type === "rich_text" ? richText(c, ctx) : c.type === "raw_text" ? c.text : c.type === "mrkdwn" ? mrkdwn(c.text, ctx) : unknown("cell", c.type));
  return h("div", { class: "block-table" }, h("table", {}, b.rows.map((row, n) => h("tr", {}, row.map((c, i) => cell(c, n ? "td" : "th", i))))));
}

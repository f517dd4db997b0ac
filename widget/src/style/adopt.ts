// Style that comes with a module: it is put beside what is there, once.
const worn = new WeakMap<Node, string>();

export function adopt(place: Node, css: string): void {
  const root = place.getRootNode() as ShadowRoot;
  const has = worn.get(root) ?? '';
  if (has.includes(css)) return;
  worn.set(root, has + css);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
}

// Nodes are made one by one: nothing in this widget parses HTML.

export type Child = Node | string | null | undefined | false;
type Listeners = { [E in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[E]) => void };
export interface Attributes {
  [name: string]: string | number | boolean | undefined | Listeners;
  on?: Listeners;
}

/** An element with attributes (true sets an empty one, false and undefined none), listeners under `on`, and children. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K, attributes: Attributes = {}, ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'on') Object.entries((value ?? {}) as Listeners).forEach(([event, act]) => element.addEventListener(event, act as EventListener));
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : String(value));
  }
  for (const child of children) {
    if (child) element.append(child);
  }
  return element;
}

/** Listens to events, their names with spaces between, until the signal is aborted. */
export function listen<E extends Event>(target: EventTarget | null | undefined, names: string, act: (event: E) => void, signal?: AbortSignal): void {
  for (const name of names.split(' ')) target?.addEventListener(name, act as EventListener, { signal });
}

/** Writes only what differs: an unchanged node costs no layout. */
export function setText(node: Node, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

export function setAttribute(element: Element, name: string, value: string | undefined): void {
  if (value === undefined) element.removeAttribute(name);
  else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** Makes `parent` hold exactly `children`, leaving nodes that are already in place alone. */
export function setChildren(parent: Element, children: Node[]): void {
  const wanted = new Set(children);
  for (const child of Array.from(parent.childNodes)) {
    if (!wanted.has(child)) child.remove();
  }
  children.forEach((child, i) => {
    if (parent.childNodes[i] !== child) parent.insertBefore(child, parent.childNodes[i] ?? null);
  });
}

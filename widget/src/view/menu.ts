// A menu below or above its button: one at a time, arrows inside, Escape and Tab
// close it, and the focus goes back to the button.
import { button, h } from '../kit';
import { drawing, type Entry } from './entries';

export interface Menu {
  /** Closes it if it is open, and says whether it was. */
  dismiss(): boolean;
  isOpen(): boolean;
  show(list: Entry[]): void;
  toggle(entries: () => Entry[]): void;
}

export function menu(opener: HTMLElement, host: HTMLElement, name: string): Menu {
  let open: HTMLElement | undefined;
  const active = (): Element | null => (host.getRootNode() as ShadowRoot).activeElement;
  const dismiss = (): boolean => {
    if (!open) return false;
    const inside = open.contains(active());
    open.remove();
    open = undefined;
    opener.setAttribute('aria-expanded', 'false');
    if (inside) opener.focus();
    return true;
  };
  const show = (list: Entry[]): void => {
    dismiss();
    if (list.length === 0) return;
    const items = list.map((entry) => button('', entry.hook, () => { dismiss(); entry.act(); }, { role: 'menuitem', tabindex: -1 }, entry.icon && drawing(entry.icon), h('span', {}, entry.label)));
    open = h('div', { class: 'menu', role: 'menu', 'aria-label': name }, ...items);
    open.addEventListener('keydown', (event) => {
      const at = items.indexOf(active() as HTMLButtonElement);
      const to = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: items.length - 1 }[event.key];
      if (event.key === 'Tab') dismiss();
      if (to === undefined) return;
      event.preventDefault();
      items[(to + items.length) % items.length]?.focus();
    });
    open.addEventListener('focusout', (event) => {
      if (event.relatedTarget && !open?.contains(event.relatedTarget as Node)) dismiss();
    });
    host.append(open);
    opener.setAttribute('aria-expanded', 'true');
    items[0]?.focus();
  };
  return { dismiss, isOpen: () => !!open, show, toggle: (entries) => { if (!dismiss()) show(entries()); } };
}

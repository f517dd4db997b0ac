// A picture over the whole page. Escape, the button and a click beside it close it.
import css from './style/lightbox.css';
import { h } from './view/dom';
import { draw } from './view/draw';

const shape = 'm5 5 10 10M15 5 5 15';

export function open(container: HTMLElement, url: string, name: string, close: string, closed: () => void): void {
  const root = container.getRootNode() as ShadowRoot;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  const end = h('button', { type: 'button', 'aria-label': close, title: close, 'data-handoff': 'lightbox-close' }, draw('close', shape));
  const dialog = h('dialog', { class: 'lightbox', 'data-handoff': 'lightbox', 'aria-label': name }, h('img', { src: url, alt: name }), end);
  dialog.addEventListener('click', ({ target }) => { if (target === dialog || end.contains(target as Node)) dialog.close(); });
  dialog.addEventListener('keydown', (event) => event.stopPropagation());
  dialog.addEventListener('close', () => {
    dialog.remove();
    root.adoptedStyleSheets = root.adoptedStyleSheets.filter((other) => other !== sheet);
    closed();
  });
  container.append(dialog);
  dialog.showModal();
  end.focus();
}

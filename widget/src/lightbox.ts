// A picture over the whole page. Escape, the button and a click beside it close it.
import { h, tool } from './kit';

export function open(container: HTMLElement, url: string, name: string, close: string, closed: () => void): void {
  const end = tool('lightbox-close', close, 'close', undefined, { class: undefined });
  const dialog = h('dialog', { class: 'lightbox', 'data-handoff': 'lightbox', 'aria-label': name }, h('img', { src: url, alt: name }), end);
  dialog.addEventListener('click', ({ target }) => { if (target === dialog || end.contains(target as Node)) dialog.close(); });
  dialog.addEventListener('keydown', (event) => event.stopPropagation());
  dialog.addEventListener('close', () => {
    dialog.remove();
    closed();
  });
  container.append(dialog);
  dialog.showModal();
  end.focus();
}
